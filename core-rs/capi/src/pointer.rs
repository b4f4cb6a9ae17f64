//! Addresses from outside, checked as far as an address can be.

use std::ffi::{c_char, c_void};
use std::fmt::{self, Display, Write};
use std::mem::MaybeUninit;
use std::ptr;
use std::slice;

use crate::Agent;
use crate::agent::MAGIC;
use crate::failure::Failure;

/// Longest scenario, in bytes; as the scenario reader has it.
const MAX_SCENARIO_BYTES: usize = 256 * 1024;
/// Longest policy, in bytes.
const MAX_POLICY_BYTES: usize = 128;

/// The live agent at `agent`.
///
/// # Safety
/// `agent` is NULL or the address of `size_of::<Agent>()` readable and writable bytes that nobody else uses meanwhile.
pub(crate) unsafe fn live<'a>(agent: *mut Agent) -> Option<&'a mut Agent> {
    if agent.is_null() || !agent.is_aligned() {
        return None;
    }
    // SAFETY: not NULL, aligned, readable; any bits are a u64. With the magic word in place `emomas_create` wrote the rest.
    unsafe { if (&raw const (*agent).magic).read() == MAGIC { Some(&mut *agent) } else { None } }
}

/// What stands at `address`.
///
/// # Safety
/// Unless NULL or misaligned, `address` points to a `T` whose used fields are set and don't change meanwhile.
pub(crate) unsafe fn input<'a, T>(argument: &'static str, address: *const T) -> Result<&'a T, Failure> {
    check(argument, address)?;
    // SAFETY: checked above, and the caller's promise; all fields are numbers, for which any bits are valid.
    Ok(unsafe { &*address })
}

/// The place at `address` that a `T` can be written to.
///
/// # Safety
/// Unless NULL or misaligned, `address` points to memory for a `T` that nobody else uses meanwhile.
pub(crate) unsafe fn output<'a, T>(argument: &'static str, address: *mut T) -> Result<&'a mut MaybeUninit<T>, Failure> {
    check(argument, address)?;
    // SAFETY: checked above, and the caller's promise; `MaybeUninit` needs no value there.
    Ok(unsafe { &mut *address.cast() })
}

/// Memory for an agent.
///
/// # Safety
/// `memory` is NULL or the address of `bytes` bytes that nobody else uses from now on.
pub(crate) unsafe fn room<'a>(memory: *mut c_void, bytes: usize) -> Result<&'a mut MaybeUninit<Agent>, Failure> {
    let needed = size_of::<Agent>();
    // SAFETY: `output` checks the address; the length is checked before anything is written.
    let place = unsafe { output("memory", memory.cast()) }?;
    if bytes < needed { Err(Failure::Short { argument: "memory", found: bytes, needed }) } else { Ok(place) }
}

/// The scenario's text.
///
/// # Safety
/// `text` is NULL or the address of `bytes` readable bytes.
pub(crate) unsafe fn scenario<'a>(text: *const c_char, bytes: usize) -> Result<&'a str, Failure> {
    let argument = "scenario_toml";
    if bytes > MAX_SCENARIO_BYTES {
        return Err(Failure::Long { argument, found: bytes, most: MAX_SCENARIO_BYTES });
    }
    // SAFETY: the caller's promise.
    let bytes = unsafe { input_bytes(argument, text.cast(), bytes) }?;
    str::from_utf8(bytes).map_err(|e| Failure::Encoding { argument, offset: e.valid_up_to() })
}

/// A policy's name; none for NULL.
///
/// # Safety
/// `name` is NULL or the address of a text that ends with NUL or goes on for `MAX_POLICY_BYTES`.
pub(crate) unsafe fn policy<'a>(name: *const c_char) -> Result<Option<&'a str>, Failure> {
    if name.is_null() {
        return Ok(None);
    }
    let name = name.cast::<u8>();
    // SAFETY: reads on only while no NUL was seen.
    let end = (0..=MAX_POLICY_BYTES).find(|&i| unsafe { name.add(i).read() } == 0);
    let length = end.ok_or(Failure::Endless(MAX_POLICY_BYTES))?;
    // SAFETY: these bytes were just read.
    let bytes = unsafe { slice::from_raw_parts(name, length) };
    match str::from_utf8(bytes) {
        Ok(name) => Ok(Some(name)),
        Err(e) => Err(Failure::Encoding { argument: "policy", offset: e.valid_up_to() }),
    }
}

/// Bytes that are read.
///
/// # Safety
/// `address` is NULL or the address of `bytes` readable bytes that don't change meanwhile.
pub(crate) unsafe fn input_bytes<'a>(
    argument: &'static str,
    address: *const c_void,
    bytes: usize,
) -> Result<&'a [u8], Failure> {
    let address = address.cast::<u8>();
    check(argument, address)?;
    check_length(argument, bytes)?;
    // SAFETY: not NULL, a possible length, and the caller's promise.
    Ok(unsafe { slice::from_raw_parts(address, bytes) })
}

/// Bytes that are written.
///
/// # Safety
/// `address` is NULL or the address of `bytes` writable bytes that nobody else uses meanwhile.
pub(crate) unsafe fn output_bytes<'a>(
    argument: &'static str,
    address: *mut c_void,
    bytes: usize,
) -> Result<&'a mut [u8], Failure> {
    let address = address.cast::<u8>();
    check(argument, address)?;
    check_length(argument, bytes)?;
    // SAFETY: not NULL, a possible length, and the caller's promise; any bits are a u8.
    Ok(unsafe { slice::from_raw_parts_mut(address, bytes) })
}

/// Writes `message` and a final NUL, cut to `bytes`; nothing for NULL or no bytes.
///
/// # Safety
/// `text` is NULL or the address of `bytes` writable bytes that nobody else uses meanwhile.
pub(crate) unsafe fn write_text(text: *mut c_char, bytes: usize, message: &dyn Display) {
    // SAFETY: the caller's promise.
    let Ok(out) = (unsafe { output_bytes("text", text.cast(), bytes) }) else { return };
    let Some(room) = bytes.checked_sub(1) else { return };
    let mut line = Line { out, at: 0, room };
    // The only error is a full line.
    let _ = write!(line, "{message}");
    let Line { out, at, .. } = line;
    out[at] = 0;
}

/// Text that is cut where no whole character fits any more.
struct Line<'a> {
    out: &'a mut [u8],
    at: usize,
    room: usize,
}

impl Write for Line<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut kept = text.len().min(self.room - self.at);
        while !text.is_char_boundary(kept) {
            kept -= 1;
        }
        self.out[self.at..self.at + kept].copy_from_slice(&text.as_bytes()[..kept]);
        self.at += kept;
        if kept == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

fn check<T>(argument: &'static str, address: *const T) -> Result<(), Failure> {
    if address.is_null() {
        Err(Failure::Null(argument))
    } else if address.is_aligned() {
        Ok(())
    } else {
        Err(Failure::Misaligned { argument, align_bytes: align_of::<T>() })
    }
}

/// No object is longer than this; a negative length that became unsigned is.
fn check_length(argument: &'static str, bytes: usize) -> Result<(), Failure> {
    let most = isize::MAX as usize;
    if bytes > most { Err(Failure::Long { argument, found: bytes, most }) } else { Ok(()) }
}

/// Ends the agent and wipes its memory, the magic word included.
pub(crate) fn wipe(agent: &mut Agent) {
    let agent = ptr::from_mut(agent);
    // SAFETY: comes from a reference that ends here; nothing uses the agent afterwards.
    unsafe {
        ptr::drop_in_place(agent);
        ptr::write_bytes(agent, 0, 1);
    }
}
