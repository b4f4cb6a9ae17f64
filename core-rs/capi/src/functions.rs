//! The functions. Each turns addresses into references or a status, then leaves the work to safe code.

use std::ffi::{c_char, c_void};
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::Agent;
use crate::agent::Last;
use crate::codes::Status;
use crate::failure::{Failure, Refusal};
use crate::pointer::{input, input_bytes, live, output, output_bytes, policy, room, scenario, wipe, write_text};
use crate::types::{Closing, Decision, Observation};

/// The library's version, "major.minor.patch".
#[unsafe(no_mangle)]
pub extern "C" fn emomas_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// Memory that emomas_create needs, in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn emomas_size_bytes() -> usize {
    size_of::<Agent>()
}

/// Alignment of that memory, in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn emomas_align_bytes() -> usize {
    align_of::<Agent>()
}

/// Makes an agent in the caller's memory, at the start of its first conversation. The memory is the agent's until
/// emomas_destroy. This and emomas_begin are the only functions that use the heap, and they give it back.
///
/// memory, memory_bytes: at least emomas_size_bytes(), aligned to emomas_align_bytes().
/// scenario_toml, scenario_bytes: the scenario's text (docs/scenarios.md), UTF-8, no NUL needed, at most 262144 bytes.
/// seed: the same seed and observations give the same decisions, bit for bit, on every machine.
/// policy: NULL for "emomas"; a policy's name; or experts with commas between, e.g. "game,rl,coherence,external".
/// agent: receives the handle, or NULL.
/// text, text_bytes: receives what is wrong, with a final NUL, cut to fit; may be NULL and 0.
///
/// # Safety
/// Every address is NULL or valid for its length; `memory` belongs to the agent from now on.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // C has neither slices nor results; a struct would only move the list.
pub unsafe extern "C" fn emomas_create(
    memory: *mut c_void,
    memory_bytes: usize,
    scenario_toml: *const c_char,
    scenario_bytes: usize,
    seed: u64,
    policy: *const c_char,
    agent: *mut *mut Agent,
    text: *mut c_char,
    text_bytes: usize,
) -> Status {
    // SAFETY: the caller's promise for every address; `guarded` only keeps a panic inside.
    let created = guarded(|| unsafe {
        let handle = output("agent", agent)?;
        handle.write(std::ptr::null_mut());
        let place = room(memory, memory_bytes)?;
        let scenario = scenario(scenario_toml, scenario_bytes)?;
        let policy = self::policy(policy)?;
        handle.write(place.write(Agent::new(scenario, seed, policy)?));
        Ok(())
    });
    match created {
        Ok(()) => Status::Ok,
        Err(refusal) => {
            // SAFETY: the caller's promise.
            unsafe { write_text(text, text_bytes, &refusal) };
            refusal.status()
        }
    }
}

/// Starts the next conversation with what was learned so far; the policy stays. One that is not closed is dropped.
///
/// # Safety
/// Every address is NULL or valid for its length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn emomas_begin(
    agent: *mut Agent,
    scenario_toml: *const c_char,
    scenario_bytes: usize,
    seed: u64,
) -> Status {
    // SAFETY: the caller's promise.
    let Some(agent) = (unsafe { live(agent) }) else { return Status::Handle };
    // SAFETY: the caller's promise.
    let begun = guarded(|| agent.begin(unsafe { scenario(scenario_toml, scenario_bytes) }?, seed));
    begun.map_or_else(|refusal| agent.refuse(&refusal), |()| Status::Ok)
}

/// One turn: takes in what was observed, learns from it, and decides what to show and what to offer. Never uses the
/// heap, a clock or a lock.
///
/// # Safety
/// Every address is NULL, misaligned or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn emomas_step(
    agent: *mut Agent,
    observation: *const Observation,
    decision: *mut Decision,
) -> Status {
    // SAFETY: the caller's promise.
    let Some(agent) = (unsafe { live(agent) }) else { return Status::Handle };
    agent.answer(|agent| {
        // SAFETY: the caller's promise.
        let (observation, decision) = unsafe { (input("observation", observation)?, output("decision", decision)?) };
        decision.write(agent.step(observation)?);
        Ok(())
    })
}

/// Valence, arousal and dominance that face and body show time_s seconds into the conversation (not before the last
/// turn), each in [-1, 1]. Takes no turn: meant for every tick of a controller.
///
/// # Safety
/// Every address is NULL, misaligned or valid; `vad` for three doubles.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn emomas_shown_at(agent: *mut Agent, time_s: f64, vad: *mut f64) -> Status {
    // SAFETY: the caller's promise.
    let Some(agent) = (unsafe { live(agent) }) else { return Status::Handle };
    agent.answer(|agent| {
        // SAFETY: the caller's promise.
        let vad = unsafe { output("vad", vad.cast::<[f64; 3]>()) }?;
        vad.write(agent.shown_at(time_s)?);
        Ok(())
    })
}

/// Ends the conversation and learns from its outcome.
///
/// has_deal: 0 or 1. deal: the agreed value in the scenario's unit, finite; read if has_deal.
///
/// # Safety
/// Every address is NULL, misaligned or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn emomas_close(agent: *mut Agent, has_deal: u8, deal: f64, closing: *mut Closing) -> Status {
    // SAFETY: the caller's promise.
    let Some(agent) = (unsafe { live(agent) }) else { return Status::Handle };
    agent.answer(|agent| {
        // SAFETY: the caller's promise.
        let closing = unsafe { output("closing", closing) }?;
        closing.write(agent.close(has_deal, deal)?);
        Ok(())
    })
}

/// Length of a snapshot, in bytes; 0 for a handle that is no live agent.
///
/// # Safety
/// `agent` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn emomas_snapshot_bytes(agent: *mut Agent) -> usize {
    // SAFETY: the caller's promise.
    unsafe { live(agent) }.map_or(0, |agent| agent.snapshot_bytes())
}

/// Writes everything learned and the conversation's state into bytes; they are the same on every machine.
///
/// # Safety
/// Every address is NULL or valid for its length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn emomas_snapshot(agent: *mut Agent, bytes: *mut c_void, bytes_length: usize) -> Status {
    // SAFETY: the caller's promise.
    let Some(agent) = (unsafe { live(agent) }) else { return Status::Handle };
    agent.answer(|agent| {
        // SAFETY: the caller's promise.
        agent.snapshot(unsafe { output_bytes("bytes", bytes, bytes_length) }?)
    })
}

/// Replaces the state by a snapshot's, taken with the same policy. The scenario is not part of it: emomas_begin starts a
/// new conversation with what the snapshot had learned.
///
/// # Safety
/// Every address is NULL or valid for its length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn emomas_restore(agent: *mut Agent, bytes: *const c_void, bytes_length: usize) -> Status {
    // SAFETY: the caller's promise.
    let Some(agent) = (unsafe { live(agent) }) else { return Status::Handle };
    agent.answer(|agent| {
        // SAFETY: the caller's promise.
        agent.restore(unsafe { input_bytes("bytes", bytes, bytes_length) }?)
    })
}

/// Ends the agent and wipes its memory, which is the caller's again. Later calls with the handle return
/// EMOMAS_STATUS_HANDLE as long as the memory is there and not used for something else.
///
/// # Safety
/// `agent` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn emomas_destroy(agent: *mut Agent) -> Status {
    // SAFETY: the caller's promise.
    let Some(agent) = (unsafe { live(agent) }) else { return Status::Handle };
    wipe(agent);
    Status::Ok
}

/// The status of the last call with this handle that failed (EMOMAS_STATUS_OK if none did), and in text what was wrong,
/// its value and the remedy, with a final NUL, cut to text_bytes; text may be NULL.
///
/// # Safety
/// Every address is NULL or valid for its length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn emomas_last_error(agent: *mut Agent, text: *mut c_char, text_bytes: usize) -> Status {
    // SAFETY: the caller's promise.
    let last = unsafe { live(agent) }.map_or(&Last::Failed(Failure::Handle), |agent| agent.last());
    let (status, message): (Status, &dyn Display) = match last {
        Last::Fine => (Status::Ok, &""),
        Last::Failed(failure) => (failure.status(), failure),
        Last::Refused(status, text) => (*status, text),
    };
    // SAFETY: the caller's promise.
    unsafe { write_text(text, text_bytes, message) };
    status
}

/// A status's stable name, e.g. "closed"; "unknown" for a number that is no status.
#[unsafe(no_mangle)]
pub extern "C" fn emomas_error_name(status: i32) -> *const c_char {
    let known = usize::try_from(status).ok().and_then(|index| Status::ALL.get(index));
    known.map_or(c"unknown", |status| status.name()).as_ptr()
}

/// Keeps a panic of a parser inside; nothing else can panic.
fn guarded(call: impl FnOnce() -> Result<(), Refusal>) -> Result<(), Refusal> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(Err(Refusal::Call(Failure::Internal)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_stays_inside() {
        let refusal = guarded(|| panic!("a defect")).expect_err("it panicked");
        assert_eq!(refusal.status(), Status::Internal);
    }

    #[test]
    fn every_status_has_its_number_and_a_name_of_its_own() {
        for (number, status) in Status::ALL.into_iter().enumerate() {
            assert_eq!(status as usize, number);
            assert!(Status::ALL[..number].iter().all(|other| other.name() != status.name()));
        }
    }
}
