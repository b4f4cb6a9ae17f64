//! Commands under way: sent again until answered, each carried out once by the device's cache of ids.

use std::collections::VecDeque;

use crate::dialect::{COMMAND_ACK_DATA, COMMAND_LONG_DATA, MavCmd, MavResult};
use crate::event::{CommandState, Event};

const FIRST_RETRY_US: u64 = 100_000;
const SHORTEST_RETRY_US: u64 = 40_000;
/// A command that was taken is asked about after so long a silence, in case its last answer was lost: a device tells
/// its progress more often.
const ASK_AGAIN_US: u64 = 120_000;
const GIVE_UP_US: u64 = 5_000_000;
/// Ids travel as a float, which counts exactly up to here.
const IDS: u32 = (1 << 24) - 1;

#[derive(Clone, Debug)]
struct Pending {
    message: COMMAND_LONG_DATA,
    id: u32,
    state: CommandState,
    progress: u8,
    first_sent_us: u64,
    sent_us: u64,
    heard_us: u64,
}

/// The commands that have not ended, oldest first, and the round trip measured on them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Commands {
    pending: VecDeque<Pending>,
    last_id: u32,
    /// Smoothed round trip; 0 until measured.
    pub(crate) round_trip_us: u64,
    pub(crate) repeats: u64,
}

impl Commands {
    pub(crate) fn begin(&mut self, command: MavCmd, params: [f32; 6], now_us: u64) -> (u32, COMMAND_LONG_DATA) {
        self.last_id = self.last_id % IDS + 1;
        let [param1, param2, param3, param4, param5, param6] = params;
        let message = COMMAND_LONG_DATA {
            target_system: crate::DEVICE.0,
            target_component: crate::DEVICE.1,
            command,
            confirmation: 0,
            param1,
            param2,
            param3,
            param4,
            param5,
            param6,
            param7: self.last_id as f32,
        };
        self.pending.push_back(Pending {
            message: message.clone(),
            id: self.last_id,
            state: CommandState::Sent,
            progress: 0,
            first_sent_us: now_us,
            sent_us: now_us,
            heard_us: now_us,
        });
        (self.last_id, message)
    }

    pub(crate) fn measured(&mut self, round_trip_us: u64) {
        self.round_trip_us = match self.round_trip_us {
            0 => round_trip_us,
            before => (7 * before + round_trip_us) / 8,
        };
    }

    /// Takes an answer; returns what it changed, if anything.
    pub(crate) fn answered(&mut self, ack: &COMMAND_ACK_DATA, now_us: u64) -> Option<Event> {
        let id = u32::try_from(ack.result_param2).ok()?;
        let at = self.pending.iter().position(|one| one.id == id && one.message.command == ack.command)?;
        let one = &mut self.pending[at];
        let first_answer = one.state == CommandState::Sent;
        one.heard_us = now_us;
        let (state, why) = match ack.result {
            MavResult::MAV_RESULT_ACCEPTED if ack.progress == 100 => (CommandState::Done, ""),
            MavResult::MAV_RESULT_ACCEPTED => (CommandState::Accepted, ""),
            MavResult::MAV_RESULT_IN_PROGRESS => (CommandState::InProgress, ""),
            MavResult::MAV_RESULT_CANCELLED => (CommandState::Cancelled, ""),
            MavResult::MAV_RESULT_TEMPORARILY_REJECTED => (CommandState::Failed, "not now"),
            MavResult::MAV_RESULT_DENIED => (CommandState::Failed, "denied"),
            MavResult::MAV_RESULT_UNSUPPORTED => (CommandState::Failed, "unsupported"),
            MavResult::MAV_RESULT_FAILED => (CommandState::Failed, "failed"),
        };
        let progress = if ack.progress <= 100 { ack.progress } else { one.progress };
        // An answer that was overtaken doesn't turn time back.
        let news = state.ended() || rank(state) > rank(one.state) || progress > one.progress;
        (one.state, one.progress) = (if news { state } else { one.state }, progress.max(one.progress));
        let sample = (first_answer && one.message.confirmation == 0).then(|| now_us.saturating_sub(one.sent_us));
        if state.ended() {
            self.pending.remove(at);
        }
        if let Some(sample) = sample {
            self.measured(sample);
        }
        news.then_some(Event::Command { id, state, progress, why })
    }

    /// Sends again what is due, and gives up what was never answered.
    pub(crate) fn tick(&mut self, now_us: u64, mut send: impl FnMut(COMMAND_LONG_DATA), events: &mut VecDeque<Event>) {
        let retry = match self.round_trip_us {
            0 => FIRST_RETRY_US,
            round_trip => (2 * round_trip).clamp(SHORTEST_RETRY_US, FIRST_RETRY_US),
        };
        let mut repeats = 0;
        self.pending.retain_mut(|one| {
            if now_us.saturating_sub(one.heard_us.max(one.first_sent_us)) >= GIVE_UP_US {
                events.push_back(failed(one, "no answer"));
                return false;
            }
            let wait = if one.state == CommandState::Sent { retry } else { ASK_AGAIN_US };
            if now_us.saturating_sub(one.sent_us.max(one.heard_us)) >= wait {
                one.sent_us = now_us;
                one.message.confirmation = one.message.confirmation.saturating_add(1);
                repeats += 1;
                send(one.message.clone());
            }
            true
        });
        self.repeats += repeats;
    }

    /// Ends all as failed.
    pub(crate) fn fail_all(&mut self, why: &'static str, events: &mut VecDeque<Event>) {
        events.extend(self.pending.drain(..).map(|one| failed(&one, why)));
    }

    pub(crate) fn len(&self) -> usize {
        self.pending.len()
    }
}

fn failed(one: &Pending, why: &'static str) -> Event {
    Event::Command { id: one.id, state: CommandState::Failed, progress: one.progress, why }
}

fn rank(state: CommandState) -> u8 {
    match state {
        CommandState::Sent => 0,
        CommandState::Accepted => 1,
        CommandState::InProgress => 2,
        CommandState::Done | CommandState::Failed | CommandState::Cancelled => 3,
    }
}
