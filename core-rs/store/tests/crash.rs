//! Journals under a killed process and a full disk. The process is this test itself, started again as a writer.

mod common;

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use common::roofer;
use emomas_store::journal::{Header, Kind, Note};
use emomas_store::{Durability, Journal, read};
use serde_json::Value;

const PATH: &str = "EMOMAS_TEST_JOURNAL";

/// Notes of different lengths, so that cuts fall everywhere.
fn note(number: u64) -> Note {
    Note { topic: number.to_string(), text: "x".repeat(number as usize % 300), data: Value::Null }
}

/// What the child does: append and acknowledge for ever, or until an error, then one more after it.
#[test]
fn writer() {
    let Some(path) = env::var_os(PATH).map(PathBuf::from) else { return };
    let mut journal = if path.exists() {
        Journal::open_append(&path, Durability::EveryRecord).expect("opened").0
    } else {
        Journal::create(&path, &Header::new(roofer(), 1, "now"), Durability::EveryRecord).expect("created")
    };
    let mut out = std::io::stdout();
    loop {
        match journal.append(Kind::Note, &note(journal.records())) {
            Ok(sequence) => writeln!(out, "ack {sequence}").expect("told"),
            Err(error) => {
                writeln!(out, "failed {}", error.code()).expect("told");
                // What the failed record left behind is gone, so a shorter one still fits.
                if let Ok(sequence) = journal.append(Kind::Note, &note(0)) {
                    writeln!(out, "ack {sequence}").expect("told");
                }
                break;
            }
        }
        out.flush().expect("told");
    }
}

fn child(mut command: Command, path: &Path) -> Command {
    command.args(["--exact", "writer", "--nocapture"]).env(PATH, path).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// The file holds every acknowledged record in order, and at most `unacknowledged` more.
fn assert_all_there(path: &Path, acknowledged: u64, unacknowledged: u64) {
    let journal = read(path).expect("readable");
    let count = journal.records.len() as u64;
    assert!(count > acknowledged, "{acknowledged} acknowledged, {count} found");
    assert!(count <= acknowledged + 1 + unacknowledged);
    for (sequence, record) in (1..).zip(&journal.records[1..]) {
        assert_eq!(record.sequence, sequence);
        let note: Note = record.decode().expect("a note");
        assert!(note.topic == sequence.to_string() || note.topic == "0");
    }
}

#[test]
fn no_acknowledged_record_is_lost_when_the_process_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.journal");
    let mut acknowledged = 0;
    for pause_ms in [0, 3, 7, 20] {
        let mut process = child(Command::new(env::current_exe().expect("this test")), &path).spawn().expect("started");
        let mut lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let sequence = |line: Option<std::io::Result<String>>| -> Option<u64> {
            line?.ok()?.split("ack ").nth(1)?.trim().parse().ok()
        };
        // The harness prints lines of its own first.
        acknowledged = loop {
            let line = lines.next();
            assert!(line.is_some(), "the writer ended early");
            if let Some(first) = sequence(line).filter(|&n| n >= acknowledged + 20) {
                break first;
            }
        };
        std::thread::sleep(Duration::from_millis(pause_ms));
        process.kill().expect("killed");
        process.wait().expect("gone");
        // A number that the kill cut short is smaller than it was, which is on the safe side.
        for line in lines.map_while(Result::ok) {
            acknowledged = acknowledged.max(sequence(Some(Ok(line))).unwrap_or(0));
        }
        assert_all_there(&path, acknowledged, 1);
        let (journal, _) = Journal::open_append(&path, Durability::EveryRecord).expect("the lock died with its owner");
        acknowledged = journal.records() - 1;
        journal.close().expect("closed");
    }
}

/// A file size limit stands for a full disk: the write that crosses it is cut short, then refused.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_whole_records_and_a_usable_journal() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.journal");
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 16; exec \"$0\" \"$@\""]).arg(env::current_exe().expect("this test"));
    let output = child(shell, &path).output().expect("ran");
    let text = String::from_utf8_lossy(&output.stdout);
    let acknowledged = text.lines().filter_map(|l| l.split("ack ").nth(1)?.trim().parse().ok()).max().unwrap_or(0);
    assert!(text.contains("failed io"), "{text}");
    assert!(acknowledged > 5, "{text}");
    let journal = read(&path).expect("readable");
    assert_eq!((journal.torn, journal.records.len() as u64), (None, acknowledged + 1), "{text}");
    assert_all_there(&path, acknowledged, 0);
    // With room again, writing goes on where it stopped.
    let (mut journal, reopened) = Journal::open_append(&path, Durability::EveryRecord).expect("opened");
    assert_eq!((reopened.records, reopened.dropped), (acknowledged + 1, None));
    assert_eq!(journal.append(Kind::Note, &note(1)).expect("written"), acknowledged + 1);
}
