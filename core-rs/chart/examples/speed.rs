//! What an event costs without Python: `cargo run --release -p emomas-chart --example speed`.

use std::sync::Arc;
use std::time::Instant;

use emomas_chart::{Capacity, Chart, Effects, Priority, formats};

const FLAT: &str = r#"
[states.off.on]
go = "on"
[states.on.on]
stop = "off"
"#;
const HIERARCHICAL: &str = r#"
[states.off]
exit = ["lamp_on"]
on.go = "on"
[states.on]
on.stop = "off"
initial = "warm"
entry = ["fan_on"]
exit = ["fan_off"]
[states.on.states.warm]
entry = ["greet"]
"#;
const GUARDED: &str = r#"
variables.n = 0
[states.off]
transitions = [{ event = "go", target = "on", guard = "n >= 0 and n < 1000000000", do = [{ assign = "n", value = "n + 1" }] }]
[states.on.on]
stop = "off"
"#;

fn main() {
    let rounds: u32 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(2_000_000);
    for (name, text) in [("flat", FLAT), ("hierarchical", HIERARCHICAL), ("guarded", GUARDED)] {
        let source = formats::toml::read(text).expect("a chart");
        let chart = Arc::new(Chart::new(source).expect("a chart"));
        let mut effects = Effects::of(&chart);
        let mut machine = chart.start(Capacity::default(), 0, &mut effects);
        let (go, stop) = (chart.event("go"), chart.event("stop"));
        let best = (0..5).map(|_| {
            let start = Instant::now();
            for _ in 0..rounds {
                effects.clear();
                machine.send(go, Priority::Control, &[], &mut effects);
                machine.send(stop, Priority::Control, &[], &mut effects);
            }
            start.elapsed().as_secs_f64() / f64::from(2 * rounds)
        });
        let best_ns = best.fold(f64::INFINITY, f64::min) * 1e9;
        println!("{name:<13} {best_ns:6.1} ns per event, {} bytes per machine", machine.size_bytes());
    }
}
