//! The session: who is at the other end, and what may be believed of it.

use std::collections::VecDeque;

use crate::commands::Commands;
use crate::counters::{Counters, Refused};
use crate::dialect::{
    COMMAND_LONG_DATA, EMOMAS_ESTOP_DATA, EMOMAS_HELLO_DATA, EMOMAS_SAFETY_STATE_DATA, EmomasCapability, EmomasReason,
    HASH, HEARTBEAT_DATA, MavAutopilot, MavCmd, MavMessage, MavModeFlag, MavState, MavType, PING_DATA,
    SETUP_SIGNING_DATA, TIMESYNC_DATA,
};
use crate::event::{DownReason, Event, Refusal};
use crate::frame::{Cutter, Frame};
use crate::signing::{Key, Signer, signed_at, signing_time};
use crate::values;
use crate::{DEVICE, HOST};

/// HELLO until met, heartbeat after.
const BEAT_US: u64 = 100_000;
const PING_US: u64 = 1_000_000;
/// The device sends its state every 100 ms; after so much silence the link counts as down.
const SILENCE_US: u64 = 500_000;
const STOP_REPEATS: u8 = 3;
const STOP_GAP_US: u64 = 20_000;
/// Starts of the device that are remembered, so that their recordings are known for what they are.
const REMEMBERED_STARTS: usize = 64;

/// A meeting with a device.
#[derive(Clone, Debug)]
struct Peer {
    hello: EMOMAS_HELLO_DATA,
    /// When its last frame was signed; unsigned frames go by their numbers.
    signed_at: u64,
    seq: u8,
    input_seq: Option<u16>,
    safety: Option<EMOMAS_SAFETY_STATE_DATA>,
    /// Whether it has sent anything but HELLO, as it does once it has met us.
    has_met: bool,
    up: bool,
}

/// The host's side of one link. It does no I/O and reads no clock: all times are microseconds of one clock that
/// never goes back, and `unix_us` is what the world's clock says at its zero.
#[derive(Clone, Debug)]
pub struct Session {
    keys: Vec<Key>,
    /// Which key the device holds, once that is known.
    key: Option<usize>,
    hellos: usize,
    nonce: u32,
    unix_us: u64,
    signer: Signer,
    cutter: Cutter,
    seq: u8,
    output: Vec<u8>,
    pub(crate) events: VecDeque<Event>,
    pub(crate) commands: Commands,
    pub(crate) counters: Counters,
    peer: Option<Peer>,
    /// The device's nonce, as last heard; what our HELLO echoes.
    heard_nonce: u32,
    past: VecDeque<u32>,
    refusal: Option<Refusal>,
    heard_us: u64,
    /// Damage and refusals when it was last heard.
    heard_damage: u64,
    heard_refused: u64,
    beat_us: Option<u64>,
    ping_us: u64,
    ping_seq: u32,
    stops: u8,
    stop_us: u64,
    degraded: bool,
    pub(crate) setpoint_seq: u16,
    pub(crate) speech_id: u16,
}

impl Session {
    /// A start of the host with `keys` to try (none: an unsigned link), and a `nonce` drawn at random, not 0.
    pub fn new(keys: Vec<Key>, nonce: u32, unix_us: u64) -> Self {
        Self {
            key: (keys.len() == 1).then_some(0),
            keys,
            hellos: 0,
            nonce: nonce.max(1),
            unix_us,
            signer: Signer::default(),
            cutter: Cutter::default(),
            seq: 0,
            output: Vec::new(),
            events: VecDeque::new(),
            commands: Commands::default(),
            counters: Counters::default(),
            peer: None,
            heard_nonce: 0,
            past: VecDeque::new(),
            refusal: None,
            heard_us: 0,
            heard_damage: 0,
            heard_refused: 0,
            beat_us: None,
            ping_us: 0,
            ping_seq: 0,
            stops: 0,
            stop_us: 0,
            degraded: false,
            setpoint_seq: 0,
            speech_id: 0,
        }
    }

    // What the host does

    /// Takes bytes that came in.
    pub fn receive(&mut self, bytes: &[u8], now_us: u64) {
        self.counters.bytes_received += bytes.len() as u64;
        let mut frames = Vec::new();
        self.cutter.feed(bytes, now_us, |frame| frames.push(frame));
        for frame in &frames {
            self.take(frame, now_us);
        }
    }

    /// The control tick, every 20 ms or more often: HELLO, heartbeat, repetitions, silence.
    pub fn tick(&mut self, now_us: u64) {
        self.receive(&[], now_us);
        if self.up() && now_us.saturating_sub(self.heard_us) >= SILENCE_US {
            let reason = if self.cutter.noise_bytes > self.heard_damage {
                DownReason::Noise
            } else if self.counters.refusals() > self.heard_refused {
                DownReason::Refused
            } else {
                DownReason::Silent
            };
            self.down(reason);
        }
        if self.beat_us.is_none_or(|last| now_us.saturating_sub(last) >= BEAT_US) {
            // On the grid while it is kept, so that lateness doesn't add up.
            self.beat_us = Some(match self.beat_us {
                Some(last) if now_us - last < 2 * BEAT_US => last + BEAT_US,
                _ => now_us,
            });
            if self.peer.is_some() { self.heartbeat(now_us) } else { self.hello(now_us) }
        }
        if self.up() && now_us.saturating_sub(self.ping_us) >= PING_US {
            self.ping_us = now_us;
            self.ping_seq = self.ping_seq.wrapping_add(1);
            let (time_usec, seq) = (now_us, self.ping_seq);
            self.send(&MavMessage::PING(PING_DATA { time_usec, seq, target_system: 0, target_component: 0 }), now_us);
        }
        let mut again = Vec::new();
        self.commands.tick(now_us, |message| again.push(message), &mut self.events);
        for message in again {
            self.send(&MavMessage::COMMAND_LONG(message), now_us);
        }
        if self.stops > 0 && now_us.saturating_sub(self.stop_us) >= STOP_GAP_US {
            self.send_stop(now_us);
        }
    }

    /// Bytes to write, all of them handed over.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }

    /// What happened since the last call, in order.
    pub fn take_events(&mut self) -> Vec<Event> {
        self.events.drain(..).collect()
    }

    /// The port was closed or went away: what was half received is forgotten.
    pub fn lost_port(&mut self) {
        self.cutter.forget();
        self.output.clear();
        if self.up() {
            self.down(DownReason::Port);
        }
    }

    /// Whether heartbeats say that the host is late.
    pub fn set_degraded(&mut self, degraded: bool) {
        self.degraded = degraded;
    }

    /// Starts a command; its id comes back in events.
    pub fn command(&mut self, command: MavCmd, params: [f32; 6], now_us: u64) -> u32 {
        let (id, message): (u32, COMMAND_LONG_DATA) = self.commands.begin(command, params, now_us);
        self.send(&MavMessage::COMMAND_LONG(message), now_us);
        id
    }

    /// Lets the device's outputs follow the host; `release` also ends an emergency stop that came over the link.
    /// None if there is no device.
    pub fn arm(&mut self, release: bool, now_us: u64) -> Option<u32> {
        let nonce = self.peer.as_ref().filter(|peer| peer.up)?.hello.boot_nonce;
        let halves = [(nonce & 0xFFFF) as f32, (nonce >> 16) as f32];
        let release = f32::from(u8::from(release));
        Some(self.command(MavCmd::MAV_CMD_EMOMAS_ARM, [halves[0], halves[1], release, 0.0, 0.0, 0.0], now_us))
    }

    /// Gives a key to a device that has none; both sign with it from their next start on.
    pub fn pair(&mut self, key: &Key, now_us: u64) {
        let pairing = SETUP_SIGNING_DATA {
            initial_timestamp: signing_time(self.unix_us + now_us),
            target_system: DEVICE.0,
            target_component: DEVICE.1,
            secret_key: *key,
        };
        self.send(&MavMessage::SETUP_SIGNING(pairing), now_us);
    }

    /// Emergency stop, whatever the state of the link.
    pub fn stop(&mut self, now_us: u64) {
        self.stops = STOP_REPEATS;
        self.send_stop(now_us);
    }

    fn send_stop(&mut self, now_us: u64) {
        (self.stops, self.stop_us) = (self.stops - 1, now_us);
        let reason = EmomasReason::EMOMAS_REASON_ESTOP_HOST;
        self.send(&MavMessage::EMOMAS_ESTOP(EMOMAS_ESTOP_DATA { reason }), now_us);
    }

    // What the host may know

    /// Whether a fresh device is heard.
    pub fn up(&self) -> bool {
        self.peer.as_ref().is_some_and(|peer| peer.up)
    }

    /// What the device said of itself.
    pub fn device(&self) -> Option<&EMOMAS_HELLO_DATA> {
        self.peer.as_ref().map(|peer| &peer.hello)
    }

    /// The device's safety state as last heard; none while it is not heard.
    pub fn safety(&self) -> Option<&EMOMAS_SAFETY_STATE_DATA> {
        self.peer.as_ref().and_then(|peer| peer.safety.as_ref())
    }

    /// Which of the keys the device holds, once known.
    pub fn key(&self) -> Option<usize> {
        self.key
    }

    /// Counters since the start.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Damaged frames, and bytes outside of frames.
    pub fn damage(&self) -> (u64, u64) {
        (self.cutter.damaged, self.cutter.noise_bytes)
    }

    /// Smoothed round trip, 0 until measured; commands not ended; commands sent again.
    pub fn round_trip_us(&self) -> u64 {
        self.commands.round_trip_us
    }

    /// Commands that have not ended, and how often one was sent again.
    pub fn commands(&self) -> (usize, u64) {
        (self.commands.len(), self.commands.repeats)
    }

    // Sending

    pub(crate) fn send(&mut self, message: &MavMessage, now_us: u64) {
        let key = match self.key {
            Some(key) => Some(key),
            None if self.keys.is_empty() => None,
            // Not met yet: each HELLO tries the next key.
            None => Some(self.hellos % self.keys.len()),
        };
        let mut frame = Frame::new(message, self.seq, HOST, key.is_some());
        if let Some(key) = key {
            self.signer.sign(&mut frame, &self.keys[key], self.unix_us + now_us);
        }
        self.seq = self.seq.wrapping_add(1);
        self.counters.frames_sent += 1;
        self.counters.bytes_sent += frame.bytes().len() as u64;
        self.output.extend_from_slice(frame.bytes());
    }

    fn hello(&mut self, now_us: u64) {
        let mut capabilities = EmomasCapability::empty();
        capabilities.set(EmomasCapability::EMOMAS_CAPABILITY_SIGNING, !self.keys.is_empty());
        let hello = EMOMAS_HELLO_DATA {
            dialect_hash: HASH,
            boot_nonce: self.nonce,
            echo_nonce: self.heard_nonce,
            capabilities,
            firmware_version: version(),
            deadman_ms: 0,
            text_bytes: 0,
            uid: [0; 12],
        };
        self.send(&MavMessage::EMOMAS_HELLO(hello), now_us);
        self.hellos += 1;
    }

    fn heartbeat(&mut self, now_us: u64) {
        let armed =
            self.safety().is_some_and(|safety| safety.state == crate::dialect::EmomasSafety::EMOMAS_SAFETY_ARMED);
        let mut base_mode = MavModeFlag::MAV_MODE_FLAG_CUSTOM_MODE_ENABLED;
        base_mode.set(MavModeFlag::MAV_MODE_FLAG_SAFETY_ARMED, armed);
        let heartbeat = HEARTBEAT_DATA {
            custom_mode: u32::from(self.degraded),
            mavtype: MavType::MAV_TYPE_ONBOARD_CONTROLLER,
            autopilot: MavAutopilot::MAV_AUTOPILOT_INVALID,
            base_mode,
            system_status: if armed { MavState::MAV_STATE_ACTIVE } else { MavState::MAV_STATE_STANDBY },
            mavlink_version: 3,
        };
        self.send(&MavMessage::HEARTBEAT(heartbeat), now_us);
    }

    // Receiving

    fn take(&mut self, frame: &Frame, now_us: u64) {
        if frame.sender() != DEVICE {
            return self.counters.refuse(Refused::Sender);
        }
        let message = frame.message();
        if let Some(MavMessage::EMOMAS_ESTOP(stop)) = &message {
            if let Some(peer) = self.peer.as_mut().filter(|peer| frame.seq() == peer.seq.wrapping_add(1)) {
                peer.seq = frame.seq();
            }
            // Believed from anybody: a false one costs a pause.
            return self.events.push_back(Event::Stopped(stop.reason));
        }
        let Some((key, signed_at)) = self.check_signature(frame, message.as_ref()) else { return };
        let Some(message) = message else { return self.counters.refuse(Refused::Unknown) };
        if let MavMessage::EMOMAS_HELLO(hello) = message {
            if self.peer.is_none() {
                self.key = key;
            }
            self.signer.follow(signed_at);
            return self.greet(&hello, key, (frame.seq(), signed_at), now_us);
        }
        let Some(peer) = &mut self.peer else { return self.counters.refuse(Refused::NotFresh) };
        let ahead = frame.seq().wrapping_sub(peer.seq);
        let late = if self.keys.is_empty() { ahead == 0 || ahead > 127 } else { signed_at <= peer.signed_at };
        if late {
            return self.counters.refuse(Refused::Replayed);
        }
        self.counters.frames_lost += u64::from(ahead.wrapping_sub(1));
        (peer.seq, peer.signed_at, peer.has_met) = (frame.seq(), signed_at, true);
        self.counters.frames_ok += 1;
        self.heard(now_us);
        if let Err(why) = self.act(message, now_us) {
            self.counters.refuse(why);
        }
    }

    /// With which key and when the frame was signed (none and 0 on an unsigned link); none if it isn't to be believed.
    fn check_signature(&mut self, frame: &Frame, message: Option<&MavMessage>) -> Option<(Option<usize>, u64)> {
        if self.keys.is_empty() {
            if frame.signed() {
                // A device that signs will refuse all that we send.
                return self.distrust(Refused::Signature, Refusal::UnknownKey);
            }
            return Some((None, 0));
        }
        if !frame.signed() {
            return self.distrust(Refused::Unsigned, Refusal::Unsigned);
        }
        // Another device may greet on the same port.
        let greets = matches!(message, Some(MavMessage::EMOMAS_HELLO(_)));
        let tried = self.key.filter(|_| !greets).map_or(0..self.keys.len(), |key| key..key + 1);
        let found = tried.into_iter().find_map(|at| signed_at(frame, &self.keys[at]).map(|time| (Some(at), time)));
        if found.is_none() {
            return self.distrust(Refused::Signature, Refusal::UnknownKey);
        }
        found
    }

    fn distrust<T>(&mut self, why: Refused, refusal: Refusal) -> Option<T> {
        self.counters.refuse(why);
        if self.peer.is_none() {
            self.refuse(refusal);
        }
        None
    }

    fn refuse(&mut self, refusal: Refusal) {
        if self.refusal != Some(refusal) {
            self.refusal = Some(refusal);
            self.events.push_back(Event::Refused(refusal));
        }
    }

    /// A HELLO. One with a new nonce is a new start of the device, whatever its clock says; it is met once it
    /// echoes ours, so that no recording of an earlier start of either side gets here.
    fn greet(&mut self, hello: &EMOMAS_HELLO_DATA, key: Option<usize>, (seq, signed_at): (u8, u64), now_us: u64) {
        if self.past.contains(&hello.boot_nonce) || hello.boot_nonce == 0 {
            return self.counters.refuse(Refused::Replayed);
        }
        if let Some(peer) = self.peer.as_mut().filter(|peer| peer.hello.boot_nonce == hello.boot_nonce) {
            // It wants to know whether we are still the same, or our last HELLO was lost.
            if !self.keys.is_empty() && signed_at <= peer.signed_at {
                return self.counters.refuse(Refused::Replayed);
            }
            if (1..=127).contains(&seq.wrapping_sub(peer.seq)) {
                (peer.seq, peer.signed_at) = (seq, signed_at);
            }
            if hello.echo_nonce != self.nonce || !peer.has_met {
                self.hello(now_us);
            }
            return;
        }
        if hello.dialect_hash != HASH {
            return self.refuse(Refusal::Dialect(hello.dialect_hash));
        }
        if hello.echo_nonce != self.nonce {
            self.heard_nonce = hello.boot_nonce;
            return self.hello(now_us);
        }
        if let Some(before) = self.peer.take() {
            self.past.push_back(before.hello.boot_nonce);
            if self.past.len() > REMEMBERED_STARTS {
                self.past.pop_front();
            }
            self.commands.fail_all("device restarted", &mut self.events);
            if before.up {
                self.events.push_back(Event::Down(DownReason::Restarted));
            }
        }
        self.heard_nonce = hello.boot_nonce;
        (self.key, self.refusal) = (key, None);
        self.counters.frames_ok += 1;
        self.peer = Some(Peer {
            hello: hello.clone(),
            signed_at,
            seq,
            input_seq: None,
            safety: None,
            has_met: false,
            up: false,
        });
        self.heard(now_us);
        // The device may still wait for the HELLO that echoes it.
        self.hello(now_us);
    }

    /// The device was heard.
    fn heard(&mut self, now_us: u64) {
        self.heard_us = now_us;
        (self.heard_damage, self.heard_refused) = (self.cutter.noise_bytes, self.counters.refusals());
        if let Some(peer) = self.peer.as_mut().filter(|peer| !peer.up) {
            peer.up = true;
            self.counters.ups += 1;
            self.events.push_back(Event::Up(Box::new(peer.hello.clone())));
        }
    }

    fn down(&mut self, reason: DownReason) {
        if let Some(peer) = &mut self.peer {
            // What it was before the silence says nothing about now.
            (peer.up, peer.safety) = (false, None);
        }
        self.events.push_back(Event::Down(reason));
    }

    fn act(&mut self, message: MavMessage, now_us: u64) -> Result<(), Refused> {
        match message {
            MavMessage::EMOMAS_SAFETY_STATE(safety) => self.take_safety(safety)?,
            MavMessage::EMOMAS_EVIDENCE(evidence) => {
                values::evidence(&evidence)?;
                self.events.push_back(Event::Evidence(Box::new(evidence)));
            }
            MavMessage::EMOMAS_PERSON_INPUT(input) => {
                let Some(peer) = &mut self.peer else { return Err(Refused::NotFresh) };
                let ahead = peer.input_seq.map_or(1, |last| input.seq.wrapping_sub(last));
                if ahead == 0 || ahead > u16::MAX / 2 {
                    return Err(Refused::Repeated);
                }
                peer.input_seq = Some(input.seq);
                self.events.push_back(Event::Input(Box::new(input)));
            }
            MavMessage::COMMAND_ACK(ack) => {
                if let Some(event) = self.commands.answered(&ack, now_us) {
                    self.events.push_back(event);
                }
            }
            MavMessage::STATUSTEXT(line) => {
                let text = values::text(&line.text[..]);
                self.events.push_back(Event::Text { severity: line.severity as u8, text });
            }
            MavMessage::PING(ping) if ping.target_system == HOST.0 && ping.target_component == HOST.1 => {
                if let (true, Some(round_trip_us)) = (ping.seq == self.ping_seq, now_us.checked_sub(ping.time_usec)) {
                    self.commands.measured(round_trip_us);
                }
            }
            MavMessage::PING(ping) if ping.target_system == 0 => {
                let (target_system, target_component) = DEVICE;
                self.send(&MavMessage::PING(PING_DATA { target_system, target_component, ..ping }), now_us);
            }
            MavMessage::TIMESYNC(sync) if sync.tc1 == 0 => {
                let tc1 = i64::try_from(now_us.saturating_mul(1000)).unwrap_or(i64::MAX);
                self.send(&MavMessage::TIMESYNC(TIMESYNC_DATA { tc1, ts1: sync.ts1 }), now_us);
            }
            _ => {}
        }
        Ok(())
    }

    fn take_safety(&mut self, safety: EMOMAS_SAFETY_STATE_DATA) -> Result<(), Refused> {
        let Some(peer) = &mut self.peer else { return Err(Refused::NotFresh) };
        if safety.boot_nonce != peer.hello.boot_nonce {
            return Err(Refused::NotFresh);
        }
        let changed = peer.safety.as_ref().is_none_or(|before| {
            (before.state, before.reason, before.safe_count, before.arm_count)
                != (safety.state, safety.reason, safety.safe_count, safety.arm_count)
        });
        if changed {
            self.events.push_back(Event::Safety(Box::new(safety.clone())));
        }
        peer.safety = Some(safety);
        Ok(())
    }
}

/// This build's version as one number.
fn version() -> u32 {
    let part = |text: &str| text.parse::<u32>().unwrap_or(0);
    part(env!("CARGO_PKG_VERSION_MAJOR")) << 16
        | part(env!("CARGO_PKG_VERSION_MINOR")) << 8
        | part(env!("CARGO_PKG_VERSION_PATCH"))
}
