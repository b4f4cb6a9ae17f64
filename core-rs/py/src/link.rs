//! The host's side of the serial link; `emomas.bridge` does its input and output.

use emomas_link::dialect::{MavCmd, MavMessage};
use emomas_link::{Affect, Counters, Cutter, Event, Frame, Key, Refusal, Refused, Session, Signer, text};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::errors::{Raise, argument};

/// A session without input or output: bytes and times in microseconds go in, bytes and events come out.
#[pyclass(module = "emomas")]
pub(crate) struct Link {
    session: Session,
}

#[pymethods]
impl Link {
    /// A start of the host with keys of 32 bytes to try; without any the link is unsigned.
    #[new]
    fn new(keys: Vec<Key>, nonce: u32, unix_us: u64) -> Self {
        Self { session: Session::new(keys, nonce, unix_us) }
    }

    /// Take bytes that came in.
    fn receive(&mut self, data: &[u8], now_us: u64) {
        self.session.receive(data, now_us);
    }

    /// The control tick, every 20 ms or more often.
    fn tick(&mut self, now_us: u64) {
        self.session.tick(now_us);
    }

    /// Bytes to write.
    fn output<'py>(&mut self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.session.take_output())
    }

    /// What happened since the last call, as (kind, data).
    fn events<'py>(&mut self, py: Python<'py>) -> PyResult<Vec<(&'static str, Bound<'py, PyDict>)>> {
        self.session.take_events().iter().map(|event| told(py, event)).collect()
    }

    /// The port was closed or went away.
    fn lost_port(&mut self) {
        self.session.lost_port();
    }

    /// Whether heartbeats say that the host is late.
    fn set_degraded(&mut self, degraded: bool) {
        self.session.set_degraded(degraded);
    }

    /// Show an affect until the next or until `ttl_ms` is over; raises ConfigError.
    #[allow(clippy::too_many_arguments)]
    fn show(
        &mut self,
        emotion: u8,
        vad: (f32, f32, f32),
        intensity: f32,
        gaze_rad: (f32, f32),
        posture: f32,
        tempo: f32,
        ttl_ms: u16,
        now_us: u64,
    ) -> PyResult<()> {
        let affect = Affect { emotion, vad: vad.into(), intensity, gaze: gaze_rad.into(), posture, tempo, ttl_ms };
        self.session.show(&affect, now_us).map_err(Raise::raise)
    }

    /// Speak or show a text; returns its number, raises ConfigError.
    fn speak(&mut self, text: &str, emotion: u8, now_us: u64) -> PyResult<u16> {
        self.session.speak(text, emotion, now_us).map_err(Raise::raise)
    }

    /// Show an offer; `kind` 0 clears, 1 proposed, 2 accepted, 3 refused. Raises ConfigError.
    fn offer(&mut self, kind: u8, value: f64, unit: &str, label: &str, now_us: u64) -> PyResult<()> {
        self.session.offer(kind, value, unit, label, now_us).map_err(Raise::raise)
    }

    /// Let the outputs follow the host; returns the command's id, or None without a device.
    fn arm(&mut self, release: bool, now_us: u64) -> Option<u32> {
        self.session.arm(release, now_us)
    }

    /// Send the outputs to their safe state; returns the command's id.
    fn disarm(&mut self, now_us: u64) -> u32 {
        self.session.command(MavCmd::MAV_CMD_EMOMAS_DISARM, [0.0; 6], now_us)
    }

    /// Play a gesture; returns the command's id.
    fn gesture(&mut self, number: u16, duration_s: f32, now_us: u64) -> PyResult<u32> {
        if !(0.0..=30.0).contains(&duration_s) {
            return Err(argument(&format!("duration_s is {duration_s}: give 0 to 30 s")));
        }
        let params = [f32::from(number), duration_s, 0.0, 0.0, 0.0, 0.0];
        Ok(self.session.command(MavCmd::MAV_CMD_EMOMAS_GESTURE, params, now_us))
    }

    /// Cancel a command; returns the id of the cancelling.
    fn cancel(&mut self, id: u32, now_us: u64) -> u32 {
        self.session.command(MavCmd::MAV_CMD_EMOMAS_CANCEL, [id as f32, 0.0, 0.0, 0.0, 0.0, 0.0], now_us)
    }

    /// Give a key of 32 bytes to a device that has none.
    fn pair(&mut self, key: Key, now_us: u64) {
        self.session.pair(&key, now_us);
    }

    /// Emergency stop.
    fn stop(&mut self, now_us: u64) {
        self.session.stop(now_us);
    }

    /// Whether a fresh device is heard.
    #[getter]
    fn up(&self) -> bool {
        self.session.up()
    }

    /// Which key the device holds, once known.
    #[getter]
    fn key(&self) -> Option<usize> {
        self.session.key()
    }

    /// What the device said of itself.
    #[getter]
    fn device<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        self.session.device().map(|hello| Ok(told(py, &Event::Up(Box::new(hello.clone())))?.1)).transpose()
    }

    /// The device's safety state as last heard; None while it is not heard.
    #[getter]
    fn safety<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        self.session.safety().map(|safety| Ok(told(py, &Event::Safety(Box::new(safety.clone())))?.1)).transpose()
    }

    /// Counters since the start.
    fn statistics<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let all = PyDict::new(py);
        let Counters { frames_ok, frames_sent, frames_lost, ups, bytes_received, bytes_sent, .. } =
            self.session.counters();
        let (damaged, noise_bytes) = self.session.damage();
        let (pending, repeats) = self.session.commands();
        for (name, value) in [
            ("frames_ok", *frames_ok),
            ("frames_sent", *frames_sent),
            ("frames_lost", *frames_lost),
            ("frames_damaged", damaged),
            ("noise_bytes", noise_bytes),
            ("bytes_received", *bytes_received),
            ("bytes_sent", *bytes_sent),
            ("ups", *ups),
            ("round_trip_us", self.session.round_trip_us()),
            ("commands_pending", pending as u64),
            ("commands_repeated", repeats),
        ] {
            all.set_item(name, value)?;
        }
        let refused = PyDict::new(py);
        for why in Refused::ALL {
            refused.set_item(why.name(), self.session.counters().refused(why))?;
        }
        all.set_item("refused", refused)?;
        Ok(all)
    }
}

/// An event as its name and plain data.
fn told<'py>(py: Python<'py>, event: &Event) -> PyResult<(&'static str, Bound<'py, PyDict>)> {
    let data = PyDict::new(py);
    let kind = match event {
        Event::Up(hello) => {
            let version = hello.firmware_version;
            data.set_item("boot_nonce", hello.boot_nonce)?;
            data.set_item("capabilities", names(hello.capabilities.iter_names().map(|(name, _)| name)))?;
            data.set_item("firmware", format!("{}.{}.{}", version >> 16, (version >> 8) & 255, version & 255))?;
            data.set_item("deadman_ms", hello.deadman_ms)?;
            data.set_item("text_bytes", hello.text_bytes)?;
            data.set_item("uid", PyBytes::new(py, &hello.uid).call_method0("hex")?)?;
            "up"
        }
        Event::Down(reason) => {
            data.set_item("reason", reason.name())?;
            "down"
        }
        Event::Refused(refusal) => {
            data.set_item("reason", refusal.name())?;
            if let Refusal::Dialect(theirs) = refusal {
                data.set_item("ours", format!("{:016x}", emomas_link::dialect::HASH))?;
                data.set_item("theirs", format!("{theirs:016x}"))?;
            }
            "refused"
        }
        Event::Safety(safety) => {
            data.set_item("state", lower(&format!("{:?}", safety.state)))?;
            data.set_item("reason", lower(&format!("{:?}", safety.reason)))?;
            for (name, value) in [
                ("uptime_ms", safety.uptime_ms),
                ("frames_ok", safety.frames_ok),
                ("frames_damaged", safety.frames_damaged),
                ("frames_refused", safety.frames_refused),
                ("values_refused", safety.values_refused),
                ("silent_ms", safety.silent_ms.into()),
                ("longest_silent_ms", safety.longest_silent_ms.into()),
                ("stall_ms", safety.stall_ms.into()),
                ("safe_count", safety.safe_count.into()),
                ("arm_count", safety.arm_count.into()),
            ] {
                data.set_item(name, value)?;
            }
            "safety"
        }
        Event::Evidence(evidence) => {
            data.set_item("channel", evidence.channel)?;
            data.set_item("form", lower(&format!("{:?}", evidence.form)))?;
            data.set_item("values", evidence.values.to_vec())?;
            data.set_item("quality", evidence.quality)?;
            data.set_item("age_ms", evidence.age_ms)?;
            "evidence"
        }
        Event::Input(input) => {
            data.set_item("input", lower(&format!("{:?}", input.kind)))?;
            data.set_item("source", input.source)?;
            data.set_item("value", input.value)?;
            data.set_item("text", text(&input.text[..]))?;
            "input"
        }
        Event::Stopped(reason) => {
            data.set_item("reason", lower(&format!("{reason:?}")))?;
            "stopped"
        }
        Event::Command { id, state, progress, why } => {
            data.set_item("id", id)?;
            data.set_item("state", state.name())?;
            data.set_item("progress", progress)?;
            data.set_item("why", why)?;
            "command"
        }
        Event::Text { severity, text } => {
            data.set_item("severity", severity)?;
            data.set_item("text", text)?;
            "text"
        }
    };
    Ok((kind, data))
}

fn names<'a>(all: impl Iterator<Item = &'a str>) -> Vec<String> {
    all.map(lower).collect()
}

/// `EMOMAS_SAFETY_ARMED` is `armed`.
fn lower(name: &str) -> String {
    let own = name.strip_prefix("EMOMAS_").and_then(|rest| rest.split_once('_')).map_or(name, |(_, own)| own);
    own.to_lowercase()
}

/// A frame with `message`, a JSON object whose `type` is the message's name; signed if there is a key.
#[pyfunction]
#[pyo3(signature = (message, *, seq=0, sender=(255, 191), key=None, unix_us=0))]
pub(crate) fn encode_frame<'py>(
    py: Python<'py>,
    message: &str,
    seq: u8,
    sender: (u8, u8),
    key: Option<Key>,
    unix_us: u64,
) -> PyResult<Bound<'py, PyBytes>> {
    let message: MavMessage =
        serde_json::from_str(message).map_err(|error| argument(&format!("not a message of the dialect: {error}")))?;
    let mut frame = Frame::new(&message, seq, sender, key.is_some());
    if let Some(key) = key {
        Signer::default().sign(&mut frame, &key, unix_us);
    }
    Ok(PyBytes::new(py, frame.bytes()))
}

/// Number, sender, whether signed, and the message as JSON if all of its numbers are known.
type Read = (u8, (u8, u8), bool, Option<String>);

/// Cuts frames out of bytes, for monitors: each as (number, sender, signed, message as JSON or None).
#[pyclass(module = "emomas")]
#[derive(Default)]
pub(crate) struct FrameReader {
    cutter: Cutter,
}

#[pymethods]
impl FrameReader {
    /// Nothing read yet.
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Take bytes that came in at `now_us`.
    fn read(&mut self, data: &[u8], now_us: u64) -> PyResult<Vec<Read>> {
        let mut frames = Vec::new();
        self.cutter.feed(data, now_us, |frame| frames.push(frame));
        let json = |message: &MavMessage| serde_json::to_string(message).map_err(|error| argument(&error.to_string()));
        frames
            .iter()
            .map(|frame| {
                let message = frame.message().as_ref().map(json).transpose()?;
                Ok((frame.seq(), frame.sender(), frame.signed(), message))
            })
            .collect()
    }

    /// Frames given up: wrong checksum, length or flags.
    #[getter]
    fn damaged(&self) -> u64 {
        self.cutter.damaged
    }
}
