//! Times of the parts of a turn: `cargo bench -p emomas-bench`.

use criterion::{Criterion, criterion_group, criterion_main};

fn parts(criterion: &mut Criterion) {
    for (name, mut run) in emomas_bench::parts() {
        criterion.bench_function(name, |bencher| bencher.iter(&mut run));
    }
}

criterion_group!(benches, parts);
criterion_main!(benches);
