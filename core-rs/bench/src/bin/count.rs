//! Runs one part a given number of times, for callgrind: `count PART N`; without arguments lists the parts.
//!
//! Only what happens inside [`measured`] is collected (`--toggle-collect=*measured*`).

use std::process::ExitCode;

/// The window that callgrind collects in.
#[inline(never)]
fn measured(run: &mut dyn FnMut(), times: u32) {
    for _ in 0..times {
        run();
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut parts = emomas_bench::parts();
    let [wanted, times] = arguments.as_slice() else {
        for (name, _) in parts {
            println!("{name}");
        }
        return ExitCode::SUCCESS;
    };
    let (Some((_, run)), Ok(times)) = (parts.iter_mut().find(|(name, _)| name == wanted), times.parse()) else {
        eprintln!("usage: count PART TIMES; count alone lists the parts");
        return ExitCode::from(2);
    };
    // What happens once is not the part's cost.
    for _ in 0..50 {
        run();
    }
    measured(run, times);
    ExitCode::SUCCESS
}
