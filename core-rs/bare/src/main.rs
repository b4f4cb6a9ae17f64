//! A conversation without an operating system, a heap or a standard library.
//!
//! The exit code says how it went: 0 all turns taken, 1 a turn was refused, 2 something allocated, 3 something panicked.
//! `turn` is kept apart so that a test can look at all that it can reach.
#![no_std]
#![no_main]

use core::alloc::{GlobalAlloc, Layout};

use emomas_core::agent::{Act, Config, Core, Decision, Observation, StepError};
use emomas_core::bargain::Terms;
use emomas_core::fusion::{Evidence, Signal};
use emomas_core::{Direction, Domain, Role};

unsafe extern "C" {
    fn exit(code: i32) -> !;
}

#[panic_handler]
fn panicked(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: ends the process.
    unsafe { exit(3) }
}

/// A heap that nobody may use.
struct NoHeap;

// SAFETY: never returns memory.
unsafe impl GlobalAlloc for NoHeap {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        unsafe { exit(2) }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static HEAP: NoHeap = NoHeap;

/// One turn; everything it can reach must be free of panics and of the heap.
#[unsafe(no_mangle)]
#[inline(never)]
fn turn(core: &mut Core, observation: &Observation) -> Result<Decision, StepError> {
    core.step(observation)
}

fn observed(turn: u32) -> Observation {
    let mut observation = Observation { time_s: f64::from(turn) * 8.0, ..Observation::default() };
    if turn > 0 {
        observation.act = Act::Talk;
        observation.offer = Some(110.0 - 5.0 * f64::from(turn));
        let likelihood = Signal::Likelihood([0.2, 0.1, 1.0, 0.1, 0.1, 0.2, 0.4]);
        let vad = Signal::Vad { mean: [-0.4, 0.5, 0.1], variance: [0.8, 0.1, 0.1] };
        for (channel, signal) in [(0, likelihood), (1, vad)] {
            let _ = observation.evidence.push(Evidence { channel, signal, age_s: f64::from(channel), quality: 0.9 });
        }
    }
    observation
}

#[unsafe(no_mangle)]
extern "C" fn main() -> i32 {
    let terms = Terms {
        direction: Direction::Lower,
        agent_target: 14.0,
        agent_reservation: 60.0,
        counterpart_target: 120.0,
        deadline_turns: 15,
        shared_deadline: false,
    };
    let Ok(mut core) = Core::new(Config::new(Domain::Debt, Role::Debtor, terms), 1) else { return 1 };
    for number in 0..10 {
        if turn(&mut core, &observed(number)).is_err() {
            return 1;
        }
    }
    i32::from(core.close(Some(50.0)).is_err())
}
