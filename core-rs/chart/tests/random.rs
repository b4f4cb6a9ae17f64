//! Random charts and random bytes: nothing panics, every format brings back the same chart, configurations stay legal.

mod common;

use std::fmt::Write as _;
use std::sync::Arc;

use emomas_chart::{Capacity, Chart, Effects, Priority, Value, formats};
use proptest::prelude::*;

/// A chart of up to 40 states as TOML, from a list of dice.
fn toml(dice: &[u8]) -> String {
    let mut dice = dice.iter().copied().cycle();
    let mut roll = move |sides: u8| dice.next().unwrap_or(0) % sides;
    let mut out = String::from("variables = { n = 0, w = 0.5 }\ninputs = [\"gap\"]\n");
    let mut paths = vec![String::from("states.s0")];
    for index in 1..usize::from(roll(40)) {
        let parent = usize::from(roll(paths.len() as u8));
        let depth = paths[parent].matches("states").count();
        let path = if depth > 4 || roll(3) == 0 { String::from("states") } else { format!("{}.states", paths[parent]) };
        paths.push(format!("{path}.s{index}"));
    }
    let count = paths.len() as u8;
    for path in &paths {
        let has_children = paths.iter().any(|other| other.starts_with(&format!("{path}.states")));
        _ = writeln!(out, "[{path}]");
        if has_children && roll(3) == 0 {
            out.push_str("parallel = true\n");
        }
        if roll(2) == 0 {
            _ = writeln!(out, "entry = [{{ assign = \"n\", value = \"n + {}\" }}, \"in\"]", roll(9));
        }
        if roll(3) == 0 {
            _ = writeln!(out, "exit = [\"out\", {{ raise = \"e{}\" }}, {{ cancel = \"t\" }}]", roll(4));
        }
        out.push_str("transitions = [\n");
        for _ in 0..roll(4) {
            let event = ["e0", "e1", "e2 e3", "e0.x", "*", "done.state", "error", ""][usize::from(roll(8))];
            let guard =
                ["true", "n % 3 == 1", "gap > 0.5", "1 / (n % 2) > 0", "_event.x > 1", "n < 50"][usize::from(roll(6))];
            let act = [
                "\"act\"",
                "{ send = \"e1\", delay_ms = 3, id = \"t\" }",
                "{ raise = \"e0.x\", data = { x = \"n\" } }",
                "{ if = \"w > n\", then = [\"yes\"], else = [{ assign = \"w\", value = \"w * 1.5\" }] }",
            ][usize::from(roll(4))];
            _ = write!(out, "{{ event = \"{event}\", guard = \"{guard}\", do = [{act}]");
            if roll(4) > 0 {
                _ = write!(out, ", target = \"s{}\", internal = {}", roll(count), roll(2) == 0);
            }
            out.push_str(" },\n");
        }
        out.push_str("]\n");
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn charts_survive_every_format_and_every_event(
        dice in prop::collection::vec(any::<u8>(), 10..400),
        events in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let text = toml(&dice);
        let source = formats::toml::read(&text).expect("TOML");
        let chart = Arc::new(Chart::new(source.clone()).expect("a chart"));
        for again in [
            formats::toml::read(&formats::toml::write(&source)).expect("TOML"),
            formats::scxml::read(&formats::scxml::write(&source)).expect("SCXML"),
        ] {
            prop_assert_eq!(Chart::new(again).expect("a chart").hash(), chart.hash());
        }
        for drawing in [emomas_chart::draw::mermaid(&source), emomas_chart::draw::dot(&source)] {
            prop_assert!(drawing.len() > 20);
        }
        prop_assert!(roxmltree::Document::parse(&emomas_chart::draw::svg(&source, &[])).is_ok());
        let mut effects = Effects::of(&chart);
        let capacity = Capacity { internal: 6, external: 2, timers: Some(3), max_microsteps: 40 };
        let mut machine = chart.start(capacity, 0, &mut effects);
        for event in events {
            let id = chart.event(["e0", "e1", "e2", "e3", "e0.x.y", "odd"][usize::from(event % 6)]);
            match event / 64 {
                0 => _ = machine.post(id, Priority::Safety, &[]),
                1 => machine.advance(u64::from(event) * 100_000, &mut effects).expect("in range"),
                2 => machine.set("gap", f64::from(event) / 256.0).expect("an input"),
                _ => {}
            }
            let explained = machine.explain(id, &[(0, Value::Int(2))]);
            machine.send(id, Priority::Control, &[(0, Value::Int(2))], &mut effects);
            prop_assert!(explained.len() <= chart.source().states.len() * 200);
            // Restoring checks that the configuration is legal.
            let copy = chart.restore(&machine.snapshot()).expect("legal");
            prop_assert_eq!(copy.snapshot(), machine.snapshot());
        }
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "[\\[\\]{}<>a-z0-9=\".' \\n/!&;_-]{0,200}", dice in any::<u64>()) {
        _ = formats::toml::read(&text);
        _ = formats::scxml::read(&text);
        let whole = formats::scxml::write(&formats::toml::read(&toml(&dice.to_le_bytes())).expect("TOML"));
        let (at, cut) = ((dice as usize) % whole.len(), (dice >> 32) as usize % 40);
        if whole.is_char_boundary(at) && whole.is_char_boundary((at + cut).min(whole.len())) {
            let damaged = format!("{}{text}{}", &whole[..at], &whole[(at + cut).min(whole.len())..]);
            if let Ok(source) = formats::scxml::read(&damaged) {
                _ = Chart::new(source);
            }
        }
    }

    #[test]
    fn no_expression_panics(text in "[n0-9w.+*/%()<>=!&|' -]{0,40}|(n|w|1|2.5|9223372036854775807| [+*/%<>=-] |\\(|\\)| and | or |not |true|In\\('a'\\)){0,12}") {
        let text = text.replace('\'', "''").replace("In(''a'')", "In(\"a\")");
        let chart = format!(
            "variables = {{ n = 9223372036854775807, w = 0.0 }}\n[states.a]\ntransitions = [{{ event = \"e\", guard = '''{}''', do = [] }}]",
            text.replace("''", " ")
        );
        if let Ok(chart) = common::compiled(&chart) {
            let chart = Arc::new(chart);
            let mut machine = chart.start(Capacity::default(), 0, &mut ());
            machine.send(chart.event("e"), Priority::Control, &[], &mut ());
        }
    }
}
