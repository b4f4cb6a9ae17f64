//! What a journal keeps, and what it notices.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::roofer;
use emomas_store::journal::{Close, Header, Kind, MAX_PAYLOAD_BYTES, Note, Outcome, Said, Speaker, Step, Torn};
use emomas_store::{Durability, Journal, export_jsonl, read};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

fn header() -> Header {
    let mut header = Header::new(roofer(), 7, "2026-01-05T10:00:00Z");
    header.configuration = json!({"gamma": 0.05, "policy": "emomas"});
    header.learned_state = vec![0, 1, 254, 255];
    header
}

fn said(turn: u32, text: &str) -> Said {
    Said { turn, speaker: Speaker::Counterpart, text: text.to_owned(), details: Value::Null }
}

/// A journal with one record of each kind but the chart's; the folder lives as long as the path is needed.
fn sample() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.journal");
    let mut journal = Journal::create(&path, &header(), Durability::OnClose).expect("created");
    let step = Step { turn: 1, observation: json!({"offer": 90.0}), decision: json!({"show": "sadness"}) };
    let outcome = Outcome { result: "agreed".to_owned(), value: Some(52.5), turns: 4, detail: Value::Null };
    let note =
        Note { topic: "guard".to_owned(), text: "one sentence replaced — naïve ✓".to_owned(), data: json!([1]) };
    assert_eq!(journal.append(Kind::Step, &step).expect("written"), 1);
    assert_eq!(journal.append(Kind::Said, &said(1, "I can't before May.")).expect("written"), 2);
    assert_eq!(journal.append(Kind::Note, &note).expect("written"), 3);
    assert_eq!(journal.append(Kind::Outcome, &outcome).expect("written"), 4);
    assert_eq!(journal.append(Kind::Close, &Close { reason: "end of run".to_owned() }).expect("written"), 5);
    journal.close().expect("closed");
    (folder, path)
}

/// Where each record of the file at `path` starts, and the file's length.
fn starts(path: &Path) -> Vec<usize> {
    let records = read(path).expect("readable").records;
    let length = fs::metadata(path).expect("there").len() as usize;
    records.iter().map(|r| r.offset as usize).chain([length]).collect()
}

/// CRC-32 bit by bit, apart from the crate that the journal uses.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// A framed record of any kind and version.
fn framed(kind: u16, version: u16, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_le_bytes();
    let (kind, version) = (kind.to_le_bytes(), version.to_le_bytes());
    let crc = crc32(&[&kind[..], &version, &length, payload].concat());
    [&length[..], &kind, &version, &crc.to_le_bytes(), payload].concat()
}

#[test]
fn what_is_appended_is_read() {
    let (_folder, path) = sample();
    let (mut journal, _) = Journal::open_append(&path, Durability::OnClose).expect("opened");
    assert_eq!(journal.append(Kind::Chart, &json!({"turn": 4})).expect("written"), 6);
    journal.close().expect("closed");
    let journal = read(&path).expect("readable");
    assert_eq!((journal.torn, journal.skipped), (None, 0));
    assert_eq!(journal.header().expect("a header"), header());
    let kinds: Vec<_> = journal.records.iter().map(|r| (r.sequence, r.kind, r.version)).collect();
    assert_eq!(kinds, (0..).zip(Kind::ALL).map(|(n, k)| (n, k, 1)).collect::<Vec<_>>());
    assert_eq!(journal.records[2].decode::<Said>().expect("words"), said(1, "I can't before May."));
    let outcome: Outcome = journal.records[4].decode().expect("an outcome");
    assert_eq!((outcome.value, outcome.turns), (Some(52.5), 4));
    assert_eq!(journal.records[2].decode::<Close>().expect_err("another kind").code(), "journal_payload");
}

#[test]
fn numbers_survive_bit_for_bit() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.journal");
    let mut journal = Journal::create(&path, &header(), Durability::OnClose).expect("created");
    let numbers =
        [0.1 + 0.2, 1.0 / 3.0, f64::MIN_POSITIVE, f64::from_bits(1), f64::MAX, -0.0, 1e23, 123_456_789.123_456_79];
    journal.append(Kind::Note, &numbers).expect("written");
    journal.append(Kind::Note, &[u64::MAX, 1 << 53 | 1]).expect("written");
    let records = read(&path).expect("readable").records;
    assert_eq!(records[1].decode::<[f64; 8]>().expect("numbers").map(f64::to_bits), numbers.map(f64::to_bits));
    assert_eq!(records[2].decode::<[u64; 2]>().expect("numbers"), [u64::MAX, 1 << 53 | 1]);
}

#[test]
fn what_json_would_lose_is_refused_and_the_journal_stays_usable() {
    let (_folder, path) = sample();
    let before = fs::read(&path).expect("there");
    let (mut journal, _) = Journal::open_append(&path, Durability::OnClose).expect("opened");
    let step = |x: f64| Step { turn: 1, observation: json!(null), decision: vec![(1.0, Some(x))] };
    let nan = journal.append(Kind::Step, &step(f64::NAN)).expect_err("refused");
    assert_eq!(nan.code(), "journal_payload");
    assert!(nan.to_string().starts_with("decision[0][1] is NaN: give a finite number"), "{nan}");
    assert!(journal.append(Kind::Step, &step(f64::INFINITY)).is_err());
    let long = "x".repeat(MAX_PAYLOAD_BYTES);
    assert!(journal.append(Kind::Note, long.as_str()).expect_err("refused").to_string().contains("split"));
    assert!(journal.append(Kind::Header, &header()).is_err(), "one header is enough");
    assert_eq!(fs::read(&path).expect("there"), before);
    assert_eq!(journal.append(Kind::Step, &step(1.0)).expect("written"), 6);
    assert_eq!(read(&path).expect("readable").records.len(), 7);
    let largest = "x".repeat(MAX_PAYLOAD_BYTES - 2);
    journal.append(Kind::Note, largest.as_str()).expect("written");
    assert_eq!(read(&path).expect("readable").records[7].payload, json!(largest));
}

#[test]
fn a_journal_is_never_overwritten() {
    let (_folder, path) = sample();
    let before = fs::read(&path).expect("there");
    let error = Journal::create(&path, &header(), Durability::EveryRecord).expect_err("it exists");
    assert_eq!(error.code(), "journal_exists");
    assert_eq!(fs::read(&path).expect("there"), before);
}

#[test]
fn a_second_writer_is_kept_out() {
    let (_folder, path) = sample();
    let (first, _) = Journal::open_append(&path, Durability::EveryRecord).expect("opened");
    let error = Journal::open_append(&path, Durability::EveryRecord).expect_err("locked");
    assert_eq!(error.code(), "journal_locked");
    assert_eq!(read(&path).expect("readers need no lock").records.len(), 6);
    drop(first);
    assert!(Journal::open_append(&path, Durability::EveryRecord).is_ok());
}

#[test]
fn files_that_are_no_journals_are_told_apart() {
    let (folder, path) = sample();
    let bytes = fs::read(&path).expect("there");
    let mut other_version = bytes.clone();
    other_version[8] = 9;
    let crc = crc32(&other_version[..12]).to_le_bytes();
    other_version[12..16].copy_from_slice(&crc);
    let cases: [(&[u8], &str); 5] = [
        (b"", "journal_empty"),
        (&bytes[..11], "journal_empty"),
        (b"{\"kind\": \"header\"}", "journal_magic"),
        (b"\x89E", "journal_empty"),
        (&other_version, "journal_version"),
    ];
    let path = folder.path().join("other");
    for (content, code) in cases {
        fs::write(&path, content).expect("written");
        assert_eq!(read(&path).expect_err("no journal").code(), code);
        assert_eq!(Journal::open_append(&path, Durability::OnClose).expect_err("no journal").code(), code);
        assert_eq!(fs::read(&path).expect("there"), content, "left as it was");
    }
    let error = read(folder.path().join("none")).expect_err("no file");
    assert_eq!(error.code(), "io");
}

#[test]
fn kinds_and_versions_of_other_builds_are_skipped_and_counted() {
    let (_folder, path) = sample();
    let mut bytes = fs::read(&path).expect("there");
    bytes.extend(framed(900, 1, b"\x00\x01binary"));
    bytes.extend(framed(Kind::Note as u16, 2, b"{}"));
    bytes.extend(framed(Kind::Note as u16, 0, b"{}"));
    bytes.extend(framed(Kind::Note as u16, 1, b"\"known\""));
    fs::write(&path, &bytes).expect("written");
    let journal = read(&path).expect("readable");
    assert_eq!((journal.records.len(), journal.skipped, journal.torn), (7, 3, None));
    assert_eq!((journal.records[6].sequence, &journal.records[6].payload), (9, &json!("known")));
    let (mut journal, reopened) = Journal::open_append(&path, Durability::OnClose).expect("opened");
    assert_eq!((reopened.records, reopened.dropped), (10, None));
    assert_eq!(journal.append(Kind::Note, "next").expect("written"), 10);
}

#[test]
fn a_sound_frame_around_broken_json_is_damage() {
    let (_folder, path) = sample();
    let mut bytes = fs::read(&path).expect("there");
    let offset = bytes.len();
    bytes.extend(framed(Kind::Note as u16, 1, b"{"));
    fs::write(&path, &bytes).expect("written");
    let error = read(&path).expect_err("damaged");
    assert_eq!(error.code(), "journal_damaged");
    assert!(error.to_string().contains(&format!("byte {offset}")), "{error}");
}

#[test]
fn a_torn_tail_is_cut_off_and_writing_goes_on() {
    let (_folder, path) = sample();
    let starts = starts(&path);
    let whole = fs::read(&path).expect("there");
    fs::write(&path, &whole[..starts[5] + 17]).expect("written");
    let torn = Torn { offset: starts[5] as u64, bytes: 17, why: "the record's payload is cut short" };
    assert_eq!(read(&path).expect("readable").torn, Some(torn));
    let (mut journal, reopened) = Journal::open_append(&path, Durability::EveryRecord).expect("opened");
    assert_eq!((reopened.records, reopened.dropped), (5, Some(torn)));
    assert_eq!(journal.append(Kind::Close, &Close { reason: "end of run".to_owned() }).expect("written"), 5);
    assert_eq!(fs::read(&path).expect("there"), whole, "the same bytes as without the cut");
}

#[test]
fn a_cut_anywhere_leaves_the_whole_records_before_it() {
    let (folder, path) = sample();
    let starts = starts(&path);
    let records = read(&path).expect("readable").records;
    let whole = fs::read(&path).expect("there");
    let cut_path = folder.path().join("cut");
    for cut in 0..=whole.len() {
        fs::write(&cut_path, &whole[..cut]).expect("written");
        if cut < 16 {
            assert_eq!(read(&cut_path).expect_err("no header").code(), "journal_empty");
            continue;
        }
        let journal = read(&cut_path).expect("readable");
        let count = starts[1..].iter().filter(|&&end| end <= cut).count();
        assert_eq!(journal.records, records[..count], "cut at {cut}");
        let rest = cut - starts[count];
        assert_eq!(
            journal.torn.map(|t| (t.offset as usize, t.bytes as usize)),
            (rest > 0).then_some((starts[count], rest))
        );
        if count == 0 {
            assert_eq!(journal.header().expect_err("no header").code(), "journal_empty");
        }
    }
}

#[test]
fn any_flipped_bit_is_noticed_and_damage_before_the_last_record_is_an_error() {
    let (folder, path) = sample();
    let starts = starts(&path);
    let last = starts[starts.len() - 2];
    let whole = fs::read(&path).expect("there");
    let flipped_path = folder.path().join("flipped");
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << bit;
            fs::write(&flipped_path, &bytes).expect("written");
            match read(&flipped_path) {
                // The last record can't be told from one that was never finished; the loss is reported.
                Ok(journal) => {
                    assert!(at >= last, "bit {bit} of byte {at} went by");
                    assert_eq!(journal.torn.map(|t| t.offset as usize), Some(last));
                    assert_eq!(journal.records.len(), 5);
                }
                Err(error) => {
                    assert!(at < last, "{error}");
                    let record = starts.iter().rev().find(|&&s| s <= at).copied().unwrap_or(0);
                    if at >= 16 {
                        assert_eq!(error.code(), "journal_damaged");
                        assert!(error.to_string().contains(&format!("damaged at byte {record}:")), "{error}");
                    }
                    // Once a byte, for the sake of time.
                    if bit == at % 8 {
                        assert!(Journal::open_append(&flipped_path, Durability::OnClose).is_err());
                        assert_eq!(
                            fs::read(&flipped_path).expect("there"),
                            bytes,
                            "damage is left for a person to see"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_header_that_does_not_match_its_scenario_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.journal");
    let mut wrong = header();
    wrong.scenario.agent.target = 15.0;
    let error = Journal::create(&path, &wrong, Durability::OnClose).expect_err("another scenario");
    assert!(error.to_string().starts_with("scenario_hash is"), "{error}");
    assert!(!path.exists(), "nothing is left behind");
    wrong.scenario.agent.target = -1.0;
    let error = Journal::create(&path, &wrong, Durability::OnClose).expect_err("unsound");
    assert_eq!(error.code(), "scenario_field");
    // One that was written all the same, by other means.
    wrong.scenario.agent.target = 15.0;
    let (_folder, sample) = sample();
    let mut bytes = fs::read(&sample).expect("there")[..16].to_vec();
    bytes.extend(framed(Kind::Header as u16, 1, &serde_json::to_vec(&wrong).expect("JSON")));
    fs::write(&path, bytes).expect("written");
    let error = read(&path).expect("readable").header().expect_err("another scenario");
    assert!(error.to_string().contains("scenario_hash"), "{error}");
}

#[test]
fn each_record_becomes_a_line_of_json() {
    let (_folder, path) = sample();
    let mut lines = Vec::new();
    let exported = export_jsonl(&path, &mut lines).expect("exported");
    assert_eq!((exported.records, exported.skipped, exported.torn), (6, 0, None));
    let text = String::from_utf8(lines).expect("text");
    let values: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(values.len(), 6);
    assert_eq!(values[0]["payload"]["seed"], 7);
    assert_eq!(values[0]["payload"]["learned_state"], "0001feff");
    let expected = json!({"sequence": 2, "kind": "said", "version": 1,
        "payload": {"turn": 1, "speaker": "counterpart", "text": "I can't before May."}});
    assert_eq!(values[2], expected);
}

/// JSON of any shape, without numbers that JSON doesn't have.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |x| x.is_finite()).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(".{0,6}", inner, 0..6).prop_map(Value::from_iter),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_payloads_come_back_and_any_cut_keeps_the_whole_ones(
        payloads in prop::collection::vec(any_json(), 1..8),
        cut in any::<prop::sample::Index>(),
        flip in any::<prop::sample::Index>(),
        bit in 0..8u8,
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("run.journal");
        let mut journal = Journal::create(&path, &header(), Durability::OnClose).expect("created");
        for payload in &payloads {
            journal.append(Kind::Note, payload).expect("written");
        }
        drop(journal);
        let starts = starts(&path);
        let all = read(&path).expect("readable").records;
        prop_assert_eq!(all[1..].iter().map(|r| &r.payload).collect::<Vec<_>>(), payloads.iter().collect::<Vec<_>>());

        let whole = fs::read(&path).expect("there");
        let cut = 16 + cut.index(whole.len() - 15);
        fs::write(&path, &whole[..cut]).expect("written");
        let count = starts[1..].iter().filter(|&&end| end <= cut).count();
        prop_assert_eq!(&read(&path).expect("readable").records, &all[..count]);

        let mut flipped = whole.clone();
        flipped[flip.index(whole.len())] ^= 1 << bit;
        fs::write(&path, &flipped).expect("written");
        prop_assert!(read(&path).map_or(true, |journal| journal.torn.is_some()));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(tail in prop::collection::vec(any::<u8>(), 0..400), keep in 0..40usize) {
        let (_folder, path) = sample();
        let mut bytes = fs::read(&path).expect("there");
        bytes.truncate(keep.max(16));
        bytes.extend(tail);
        fs::write(&path, &bytes).expect("written");
        let _ = read(&path);
    }
}
