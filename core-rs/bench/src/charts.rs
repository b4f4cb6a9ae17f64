//! Events of charts, there and back in turn. The same charts stand beside other libraries in `benchmarks/test_chart.py`.

use std::sync::Arc;

use emomas_chart::{Capacity, Chart, Effects, Priority, formats};

use crate::Part;

const FLAT: &str = r#"
[states.off]
on.go = "on"
[states.on]
on.stop = "off"
"#;
const HIERARCHICAL: &str = r#"
[states.off]
exit = ["out"]
on.go = "on"
[states.on]
entry = ["in"]
exit = ["out"]
on.stop = "off"
[states.on.states.warm]
entry = ["in"]
"#;
const GUARDED: &str = r#"
variables.n = 0
[states.off]
on.go = { guard = "n >= 0 and n < 1000000000", target = "on", do = [{ assign = "n", value = "n + 1" }] }
[states.on]
on.stop = "off"
"#;

/// One event of each chart.
pub(crate) fn parts() -> impl Iterator<Item = Part> {
    [("chart_flat", FLAT), ("chart_hierarchical", HIERARCHICAL), ("chart_guarded", GUARDED)].into_iter().map(event)
}

fn event((name, text): (&'static str, &str)) -> Part {
    let source = formats::toml::read(text).expect("TOML");
    let chart = Arc::new(Chart::new(source).expect("a chart"));
    let mut effects = Effects::of(&chart);
    let mut machine = chart.start(Capacity::default(), 0, &mut effects);
    let (mut next, mut after) = (chart.event("go"), chart.event("stop"));
    let run = move || {
        effects.clear();
        machine.send(next, Priority::Control, &[], &mut effects);
        std::mem::swap(&mut next, &mut after);
    };
    (name, Box::new(run))
}
