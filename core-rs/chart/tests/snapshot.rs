//! A snapshot brings back everything, and nothing but a snapshot does.

mod common;

use common::{Running, chart};
use emomas_chart::{Effects, Machine, Priority, Value};

const TEXT: &str = r#"
variables.n = 0
inputs = ["gap"]
[states.a]
on.out = "b"
[states.a.states.h]
history = "shallow"
target = "a1"
[states.a.states.a1]
transitions = [{ event = "go", target = "a2", do = [{ assign = "n", value = "n + _event.x" }, { send = "tick", delay_ms = 7, data = { x = "n" } }] }]
[states.a.states.a2]
transitions = [{ event = "tick", target = "a1", do = [{ effect = "ticked", data = { x = "_event.x", gap = "gap" } }] }]
[states.b]
on.back = "h"
"#;

fn running() -> Running {
    let mut m = Running::new(TEXT);
    m.machine.set("gap", 0.5).expect("an input");
    m.send_with("go", &[("x", Value::Int(3))]);
    let chart = m.machine.chart().clone();
    m.machine.post(chart.event("out"), Priority::Advisory, &[]);
    m
}

fn rest(mut machine: Machine) -> (Vec<String>, Vec<u8>) {
    let mut effects = Effects::of(machine.chart());
    machine.advance(10_000_000, &mut effects).expect("in range");
    let chart = machine.chart().clone();
    machine.send(chart.event("back"), Priority::Control, &[], &mut effects);
    machine.advance(10_000_000, &mut effects).expect("in range");
    let said = effects.iter(&chart).map(|(site, values)| format!("{} {values:?}", site.name)).collect();
    (said, machine.snapshot())
}

#[test]
fn a_restored_machine_goes_on_as_if_nothing_had_been() {
    let m = running();
    let restored = m.machine.chart().restore(&m.machine.snapshot()).expect("a snapshot");
    assert_eq!(restored.snapshot(), m.machine.snapshot());
    assert_eq!(rest(restored), rest(m.machine));
}

#[test]
fn every_changed_byte_is_noticed() {
    let m = running();
    let bytes = m.machine.snapshot();
    for index in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[index] ^= 0x10;
        assert!(m.machine.chart().restore(&changed).is_err(), "byte {index}");
    }
    for length in 0..bytes.len() {
        assert!(m.machine.chart().restore(&bytes[..length]).is_err());
    }
}

/// With a checksum that fits, wrong states must still not pass, and nothing may panic.
#[test]
fn no_forged_state_is_accepted_or_panics() {
    let m = running();
    let bytes = m.machine.snapshot();
    let body = bytes.len() - 4;
    for index in 38..body {
        for bit in 0..8 {
            let mut changed = bytes[..body].to_vec();
            changed[index] ^= 1 << bit;
            let checksum = crc32(&changed);
            changed.extend_from_slice(&checksum.to_le_bytes());
            if let Ok(machine) = m.machine.chart().restore(&changed) {
                rest(machine);
            }
        }
    }
}

/// CRC-32/ISO-HDLC, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(crc & 1)))
    })
}

#[test]
fn another_charts_snapshot_is_refused() {
    let m = running();
    let other = chart(&TEXT.replace("delay_ms = 7", "delay_ms = 8"));
    let error = other.restore(&m.machine.snapshot()).expect_err("another chart").to_string();
    assert!(error.contains("another chart"), "{error}");
    assert_ne!(other.hash(), m.machine.chart().hash());
}
