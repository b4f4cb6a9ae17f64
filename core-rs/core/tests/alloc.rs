//! The step allocates nothing once started.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use emomas_core::Core;
use emomas_core::rng::Rng;

/// Counts every allocation of the calling thread: the test runner's own thread allocates when it likes.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

fn allocations() -> usize {
    ALLOCATIONS.get()
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static GLOBAL: Counting = Counting;

#[test]
fn steps_closings_and_new_conversations_allocate_nothing() {
    let config = common::config();
    let mut core = Box::new(Core::new(config.clone(), 1).expect("valid"));
    let mut rng = Rng::new(5);
    let observations: Vec<Vec<_>> =
        (0..20).map(|_| (0..15).map(|turn| common::observation(&mut rng, f64::from(turn))).collect()).collect();
    let before = allocations();
    let mut turns = 0;
    for (episode, heard) in observations.iter().enumerate() {
        for observation in heard {
            turns += u32::from(core.step(observation).is_ok());
        }
        core.close(Some(50.0)).expect("open");
        core.begin(config.clone(), episode as u64).expect("same experts");
    }
    let allocated = allocations() - before;
    assert_eq!(turns, 300);
    assert_eq!(allocated, 0, "{allocated} allocations in {turns} turns");
    // The counter counts.
    drop(vec![1_u8; 64]);
    assert!(allocations() > before);
}
