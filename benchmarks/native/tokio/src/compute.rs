//! Work for the CPU: a chain of steps that depend on each other.

use std::sync::OnceLock;

use crate::harness::clock;

/// So many steps; the result depends on all of them.
#[inline(never)]
pub fn compute(steps: i64) -> u64 {
    let mut x = steps as u64;
    for _ in 0..steps {
        x = x
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        // SAFETY: no instruction; the loop is not closed into a formula.
        unsafe {
            std::arch::asm!("/* {0} */", inout(reg) x,
                options(nomem, nostack, preserves_flags));
        }
    }
    x
}

/// The time of the fastest of several trials in nanoseconds: one that was
/// preempted does not count.
pub fn fastest(trials: i32, steps: i64) -> i64 {
    let trial = |_| {
        let start = clock();
        compute(steps);
        (clock() - start).max(1)
    };
    (0..trials).map(trial).min().unwrap_or(1)
}

/// Steps that take us microseconds when nothing disturbs them.
pub fn steps_of(us: i64) -> i64 {
    const TRIAL: i64 = 20000;
    static PER_US: OnceLock<f64> = OnceLock::new();
    let per_us = PER_US
        .get_or_init(|| TRIAL as f64 * 1000.0 / fastest(50, TRIAL) as f64);
    (us as f64 * per_us) as i64
}
