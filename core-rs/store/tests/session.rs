//! Journalled conversations: replayed bit for bit, altered ones named, and no turn without its record.

use std::path::Path;

use emomas_chart::{Capacity, Machine, Priority};
use emomas_core::agent::{Act, Observation, Policy};
use emomas_store::chart::{self, Datum, Event, Told};
use emomas_store::journal::{ChartStep, Durability, Journal, Kind, Speaker, Step};
use emomas_store::session::configuration;
use emomas_store::{Scenario, Session, SessionError, read, replay};
use serde_json::json;

fn scenario() -> Scenario {
    Scenario::from_toml(
        "schema = 1\nid = \"debt-test\"\ndomain = \"debt\"\ntitle = \"A test\"\n\
         [parties]\nagent = \"A\"\ncounterpart = \"B\"\nrole = \"debtor\"\n\
         [quantity]\nname = \"days\"\nunit = \"days\"\ndirection = \"lower\"\n\
         [agent]\ntarget = 14\nreservation = 60\n[counterpart]\ntarget = 120\nreservation = 40\n\
         [facts]\nbalance = \"$400\"\nreason = \"a flood\"\n",
    )
    .expect("valid")
}

fn heard(turn: u32) -> Observation {
    let offer = (turn > 0).then(|| 110.0 - 5.1 * f64::from(turn));
    Observation { act: Act::Talk, offer, time_s: f64::from(turn) * 7.3, ..Observation::default() }
}

/// Four turns in a journal at `path`; returns the session, still open.
fn recorded(path: &Path, learned: &[u8]) -> Session {
    let scenario = scenario();
    let mut session = Session::new(configuration(&scenario, Policy::emomas()), 5, learned).expect("valid");
    session.record(path, &scenario, 5, "2026-11-24T00:00:00Z", None).expect("a new file");
    for turn in 0..4 {
        session.step(&heard(turn)).expect("a turn");
        session.said(Speaker::Agent, &format!("turn {turn}"), json!({"took_ms": turn})).expect("kept");
    }
    session
}

#[test]
fn a_replay_takes_the_same_decisions_bit_for_bit() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = folder.path().join("first.journal");
    let mut session = recorded(&first, &[]);
    session.close(Some(55.0), "agreed").expect("closed");
    let played = replay(&first).expect("whole");
    assert!(played.is_identical() && played.turns.len() == 4 && played.torn_bytes == 0);
    assert_eq!(played.outcome.expect("closed").value, Some(55.0));
    assert_eq!(played.turns[2].said[0].text, "turn 2");
    assert_eq!(played.turns[2].said[0].details, json!({"took_ms": 2}));
    // What was learned goes into the next journal, and its replay starts from there.
    let second = folder.path().join("second.journal");
    let learned = session.snapshot().expect("state");
    recorded(&second, &learned);
    let again = replay(&second).expect("whole");
    assert!(again.is_identical() && again.outcome.is_none());
    assert_eq!(again.header.learned_state.len(), learned.len());
}

#[test]
fn an_altered_decision_is_found_and_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let (honest, forged) = (folder.path().join("honest"), folder.path().join("forged"));
    recorded(&honest, &[]);
    let records = read(&honest).expect("whole");
    let mut copy = Journal::create(&forged, &records.header().expect("a header"), Durability::OnClose).expect("new");
    for record in records.records.iter().filter(|r| r.kind == Kind::Step) {
        let mut step: Step = record.decode().expect("a step");
        if step.turn == 3 {
            step.decision["confidence"] = 0.123.into();
        }
        copy.append(Kind::Step, &step).expect("written");
    }
    copy.close().expect("written");
    let played = replay(&forged).expect("whole");
    assert!(!played.is_identical());
    let differences: Vec<_> = played.turns.iter().map(|t| t.difference.as_deref()).collect();
    assert!(
        differences[2].is_some_and(|d| d.contains("decision.confidence") && d.contains("0.123")),
        "{differences:?}"
    );
    assert!(differences[0].is_none() && differences[1].is_none() && differences[3].is_none());
}

/// Copies the journal at `from` with other details of what was said; `None` writes lines as they were before there
/// were any.
fn retold(from: &Path, to: &Path, details: Option<&serde_json::Value>) {
    let records = read(from).expect("whole");
    let mut copy = Journal::create(to, &records.header().expect("a header"), Durability::OnClose).expect("new");
    for record in &records.records[1..] {
        let mut payload: serde_json::Value = record.decode().expect("JSON");
        if record.kind == Kind::Said {
            let line = payload.as_object_mut().expect("a line");
            line.remove("details").expect("details");
            if let Some(details) = details {
                line.insert("details".to_owned(), details.clone());
            }
        }
        copy.append(record.kind, &payload).expect("written");
    }
    copy.close().expect("written");
}

#[test]
fn details_of_what_was_said_may_lack_and_change_no_replay() {
    let folder = tempfile::tempdir().expect("a folder");
    let (with, old, other) = (folder.path().join("with"), folder.path().join("old"), folder.path().join("other"));
    recorded(&with, &[]);
    retold(&with, &old, None);
    retold(&with, &other, Some(&json!({"took_ms": 99.5})));
    for (path, details) in [(&old, serde_json::Value::Null), (&other, json!({"took_ms": 99.5}))] {
        let played = replay(path).expect("whole");
        assert!(played.is_identical());
        assert_eq!(played.turns[3].said[0].text, "turn 3");
        assert_eq!(played.turns[3].said[0].details, details);
    }
}

/// Asks for `late` after two seconds and for `sum` at each `add`.
const COUNTER: &str = r#"
variables = { sum = 0.0 }
inputs = ["weight"]
[states.a]
after."2 s" = "b"
transitions = [{ event = "add", do = [
  { assign = "sum", value = "sum + weight * _event.n" },
  { effect = "sum", data = { sum = "sum" } },
] }]
[states.b]
entry = ["late"]
"#;

/// A journal with three steps of `COUNTER`; returns what it was told.
fn counted(path: &Path) -> Vec<Told> {
    let scenario = scenario();
    let mut session = Session::new(configuration(&scenario, Policy::emomas()), 5, &[]).expect("valid");
    let mut machine: Machine = chart::from_toml(COUNTER).expect("sound").start(Capacity::default(), 0, &mut ());
    session.record(path, &scenario, 5, "now", Some(&machine)).expect("a new file");
    let add = |n| Event { event: "add".to_owned(), priority: Priority::default(), data: [("n".to_owned(), n)].into() };
    let tolds = vec![
        Told { inputs: [("weight".to_owned(), 0.1)].into(), events: vec![add(Datum::Int(3))], ..Told::default() },
        Told { time_ns: 1, inputs: [].into(), events: vec![add(Datum::Float(7.0)), add(Datum::Int(1))] },
        Told { time_ns: 3_000_000_000, ..Told::default() },
    ];
    session.step(&heard(0)).expect("a turn");
    let came: Vec<_> = tolds.iter().map(|told| session.tell(&mut machine, told).expect("kept")).collect();
    let sums = |k: usize| came[k].effects.iter().map(|e| e.data["sum"].clone()).collect::<Vec<_>>();
    let first = 0.1 * 3.0;
    assert_eq!(sums(0), [Datum::Float(first)]);
    assert_eq!(sums(1), [Datum::Float(first + 0.1 * 7.0), Datum::Float(first + 0.1 * 7.0 + 0.1)]);
    assert_eq!((came[2].effects[0].effect.as_str(), came[2].configuration.as_slice()), ("late", &["b".to_owned()][..]));
    let refused = Told { time_ns: 9, inputs: [("mass".to_owned(), 1.0)].into(), ..Told::default() };
    let before = machine.snapshot();
    assert!(matches!(session.tell(&mut machine, &refused), Err(SessionError::Chart(_))));
    assert_eq!(machine.snapshot(), before, "what was refused has not happened");
    tolds
}

#[test]
fn chart_steps_replay_bit_for_bit() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("chart.journal");
    let tolds = counted(&path);
    let played = replay(&path).expect("whole");
    assert!(played.is_identical(), "{:?}", played.chart);
    assert_eq!(played.chart.iter().map(|s| s.step.told.clone()).collect::<Vec<_>>(), tolds);
    assert_eq!(played.chart.iter().map(|s| s.step.turn).collect::<Vec<_>>(), [1, 1, 1]);
}

type Alter = fn(&mut ChartStep<Told, serde_json::Value>);

#[test]
fn an_altered_chart_step_is_found_and_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let honest = folder.path().join("honest");
    counted(&honest);
    let records = read(&honest).expect("whole");
    // Which step is altered, how, and what the first difference says.
    let alterations: [(usize, Alter, &str); 4] = [
        (
            0,
            |s| s.came["effects"][0]["data"]["sum"] = 0.3.into(),
            "chart.effects[0].data.sum: journal 0.3, replay 0.30000000000000004",
        ),
        (
            0,
            |s| s.came["effects"][0]["effect"] = "sun".into(),
            "chart.effects[0].effect: journal \"sun\", replay \"sum\"",
        ),
        (2, |s| s.came["configuration"][0] = "a".into(), "chart.configuration[0]: journal \"a\", replay \"b\""),
        (2, |s| s.told.time_ns = 1_999_999_999, "chart.configuration[0]: journal \"b\", replay \"a\""),
    ];
    for (n, (at, alter, named)) in alterations.into_iter().enumerate() {
        let forged = folder.path().join(n.to_string());
        let header = records.header().expect("a header");
        let mut copy = Journal::create(&forged, &header, Durability::OnClose).expect("new");
        for (k, record) in records.records.iter().filter(|r| r.kind == Kind::Chart).enumerate() {
            let mut step = record.decode().expect("a step");
            if k == at {
                alter(&mut step);
            }
            copy.append(Kind::Chart, &step).expect("written");
        }
        copy.close().expect("written");
        let played = replay(&forged).expect("whole");
        assert!(!played.is_identical());
        let differences: Vec<_> = played.chart.iter().map(|s| s.difference.as_deref()).collect();
        assert_eq!(differences[at], Some(named), "{differences:?}");
        assert!(differences[..at].iter().all(Option::is_none), "{differences:?}");
    }
}

#[test]
fn a_second_journal_never_replaces_the_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("one.journal");
    recorded(&path, &[]);
    let scenario = scenario();
    let mut other = Session::new(configuration(&scenario, Policy::emomas()), 5, &[]).expect("valid");
    let refused = other.record(&path, &scenario, 5, "now", None);
    assert!(matches!(refused, Err(SessionError::Store(e)) if e.code() == "journal_exists"));
    assert!(replay(&path).expect("whole").is_identical());
}

/// Runs in a child whose files may not grow beyond a few kilobytes: the turn that doesn't fit has not happened.
#[test]
fn a_turn_that_cannot_be_written_has_not_happened() {
    const CHILD: &str = "EMOMAS_FULL_DISK_CHILD";
    if let Ok(path) = std::env::var(CHILD) {
        let scenario = scenario();
        let mut session = Session::new(configuration(&scenario, Policy::emomas()), 5, &[]).expect("valid");
        session.record(&path, &scenario, 5, "now", None).expect("the header fits");
        for turn in 0..15 {
            let before = session.core().clone();
            if session.step(&heard(turn)).is_err() {
                assert!(session.core() == &before, "the core must be as before");
                println!("refused at {turn}");
                return;
            }
        }
        panic!("fifteen turns fitted");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("full.journal");
    let this = std::env::current_exe().expect("a path");
    // SIGXFSZ is ignored so that the write fails with an error instead of ending the process.
    let script = format!(
        "trap '' XFSZ; ulimit -f 16; exec '{}' --exact a_turn_that_cannot_be_written_has_not_happened --nocapture",
        this.display()
    );
    let child = std::process::Command::new("sh").args(["-c", &script]).env(CHILD, &path).output().expect("a child");
    let out = String::from_utf8_lossy(&child.stdout).into_owned();
    assert!(child.status.success() && out.contains("refused at"), "{out}{}", String::from_utf8_lossy(&child.stderr));
    let played = replay(&path).expect("what was acknowledged is whole");
    assert!(played.is_identical() && !played.turns.is_empty());
}
