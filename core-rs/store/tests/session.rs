//! Journalled conversations: replayed bit for bit, altered ones named, and no turn without its record.

use std::path::Path;

use emomas_core::agent::{Act, Observation, Policy};
use emomas_store::journal::{Durability, Journal, Kind, Speaker, Step};
use emomas_store::session::configuration;
use emomas_store::{Scenario, Session, SessionError, read, replay};

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
        session.said(Speaker::Agent, &format!("turn {turn}")).expect("kept");
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
