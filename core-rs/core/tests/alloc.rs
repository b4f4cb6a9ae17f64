//! The step allocates nothing once started.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use emomas_core::Core;
use emomas_core::rng::Rng;

/// Counts every allocation of the process.
struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
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
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    let mut turns = 0;
    for (episode, heard) in observations.iter().enumerate() {
        for observation in heard {
            turns += u32::from(core.step(observation).is_ok());
        }
        core.close(Some(50.0)).expect("open");
        core.begin(config.clone(), episode as u64).expect("same experts");
    }
    let allocated = ALLOCATIONS.load(Ordering::Relaxed) - before;
    assert_eq!(turns, 300);
    assert_eq!(allocated, 0, "{allocated} allocations in {turns} turns");
    // The counter counts.
    drop(vec![1_u8; 64]);
    assert!(ALLOCATIONS.load(Ordering::Relaxed) > before);
}
