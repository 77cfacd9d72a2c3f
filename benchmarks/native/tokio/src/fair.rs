//! Who waits longer than others, and how long.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::task::{yield_now, JoinHandle};

use crate::compute::{compute, steps_of};
use crate::harness::{clock, sleep, unless_tiny, ways, State, Workload, MS};
use crate::options::settings;
use crate::select::{channels, take4};
use crate::workload;

/// The greatest difference of a share from the mean, in parts of the mean.
fn deviation(n: &[i64]) -> f64 {
    let mean = n.iter().sum::<i64>() as f64 / n.len() as f64;
    let off = n.iter().map(|v| (*v as f64 / mean - 1.0).abs());
    off.fold(0.0, f64::max)
}

/// What a case took is put back at once, so all are always ready.
async fn select_shares(s: &mut State) {
    let (to, mut from) = channels::<4>(1);
    let (n, mut wrong) = (unless_tiny(100000, 1000), 0);
    let mut taken = [0; 4];
    for (i, c) in to.iter().enumerate() {
        c.send(i as i64).await.unwrap();
    }
    s.begin();
    for _ in 0..n {
        let (v, chosen) = take4(&mut from).await;
        wrong += i64::from(v != chosen as i64);
        taken[chosen] += 1;
        to[chosen].send(v).await.unwrap();
    }
    s.end();
    s.expect("number of wrong values", wrong, 0);
    s.expect("number of selects", taken.iter().sum(), n);
    s.finish(n, 0, n);
    let mean = n as f64 / 4.0;
    let chi2 = taken.iter().map(|v| (*v as f64 - mean).powi(2) / mean).sum();
    s.counter("max_deviation", deviation(&taken));
    s.counter("chi2", chi2);
}

// ---- beside tasks that compute ---------------------------------------------

/// Two per worker that compute until told to stop, and yield after each slice.
struct Hogs {
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Hogs {
    /// None, and a skip, if they were never to yield.
    async fn start(s: &mut State) -> Option<Hogs> {
        if s.args[0] == 0 {
            s.skip = Some("it does not preempt".to_string());
            return None;
        }
        let (slice, chunk) = (steps_of(s.args[0]), steps_of(2));
        let stop = Arc::new(AtomicBool::new(false));
        let hog = |_| {
            let stop = stop.clone();
            tokio::spawn(async move {
                let mut done = 0;
                while !stop.load(Ordering::Relaxed) {
                    compute(chunk);
                    done += chunk;
                    if done >= slice {
                        yield_now().await;
                        done = 0;
                    }
                }
            })
        };
        let tasks = (0..2 * settings().procs).map(hog).collect();
        yield_now().await;
        Some(Hogs { stop, tasks })
    }

    /// Returns how many there were.
    async fn end(self) -> i64 {
        let n = self.tasks.len() as i64;
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.unwrap();
        }
        n
    }
}

const SAMPLES: i64 = 100;

async fn first_run(s: &mut State) {
    let n = unless_tiny(SAMPLES, 3);
    let mut latency = Vec::new();
    let Some(hogs) = Hogs::start(s).await else { return };
    s.begin();
    for _ in 0..n {
        yield_now().await;
        let spawned = clock();
        let probe = tokio::spawn(async move { clock() - spawned });
        latency.push(probe.await.unwrap());
    }
    s.end();
    let others = hogs.end().await;
    s.finish(n, n + others, 0);
    s.percentiles(&latency);
}

async fn timer_late(s: &mut State) {
    let n = unless_tiny(SAMPLES, 3);
    let mut latency = Vec::new();
    let Some(hogs) = Hogs::start(s).await else { return };
    s.begin();
    for _ in 0..n {
        let due = clock() + MS;
        sleep(MS).await;
        latency.push(clock() - due);
    }
    s.end();
    let others = hogs.end().await;
    let early = latency.iter().filter(|ns| **ns < 0).count() as i64;
    s.expect("number of sleeps that were too short", early, 0);
    s.finish(n, others, 0);
    s.percentiles(&latency);
}

// ---- many that compute and yield -------------------------------------------

/// The waits of one task: the longest, their sum and number.
async fn stand_in_line(
    start: Arc<AtomicBool>,
    steps: i64,
    turns: i64,
) -> (i64, i64, i64) {
    let mut waits = (0, 0, 0);
    while !start.load(Ordering::Relaxed) {
        yield_now().await;
    }
    for _ in 0..turns {
        compute(steps);
        let ended = clock();
        yield_now().await;
        let waited = clock() - ended;
        waits = (waited.max(waits.0), waits.1 + waited, waits.2 + 1);
    }
    waits
}

async fn longest_wait(s: &mut State) {
    let (n, turns) = (s.args[0], unless_tiny(50, 3));
    let start = Arc::new(AtomicBool::new(false));
    let steps = steps_of(20);
    // Under strict turns the others each compute 20 us before our next.
    let strict = n as f64 * 20e3 / ways() as f64 - 20e3;
    let line = |_| tokio::spawn(stand_in_line(start.clone(), steps, turns));
    let tasks: Vec<_> = (0..n).map(line).collect();
    let mut all = (0, 0, 0);
    yield_now().await;
    s.begin();
    start.store(true, Ordering::Relaxed);
    for task in tasks {
        let (longest, sum, turns) = task.await.unwrap();
        all = (longest.max(all.0), all.1 + sum, all.2 + turns);
    }
    s.end();
    s.expect("number of turns", all.2, n * turns);
    s.finish(all.2, n, 0);
    s.counter("max_wait_ns", all.0 as f64);
    s.counter("mean_wait_ns", all.1 as f64 / all.2 as f64);
    s.counter("wait_ratio", all.0 as f64 / strict);
}

// ---- one mutex -------------------------------------------------------------

/// Turns inside, and the longest wait; both under the lock.
type Inside = Arc<Mutex<(i64, i64)>>;

/// How many turns it got.
async fn lock_often(inside: Inside, steps: i64, until: i64) -> i64 {
    let mut asked = clock();
    let (mut got, mut turns) = (asked, 0);
    while got < until {
        let mut inside = inside.lock().await;
        got = clock();
        turns += 1;
        inside.0 += 1;
        inside.1 = inside.1.max(got - asked);
        compute(steps);
        drop(inside);
        asked = clock();
    }
    turns
}

async fn mutex_shares(s: &mut State) {
    let (k, steps) = (s.args[0], steps_of(1));
    let inside = Inside::default();
    let mut turns = Vec::new();
    s.begin();
    let until = clock() + unless_tiny(200, 5) * MS;
    let start = |_| tokio::spawn(lock_often(inside.clone(), steps, until));
    let tasks: Vec<_> = (0..k).map(start).collect();
    for task in tasks {
        turns.push(task.await.unwrap());
    }
    s.end();
    let (total, longest) = *inside.lock().await;
    s.expect("number of turns", turns.iter().sum(), total);
    s.finish(total, k, 0);
    s.counter("max_deviation", deviation(&turns));
    s.counter("max_wait_ns", longest as f64);
}

pub const WORKLOADS: &[Workload] = &[
    workload!("fair/select/cases:4", select_shares, once),
    workload!("fair/first_run/slice_us:0", first_run, once),
    workload!("fair/first_run/slice_us:100", first_run, once),
    workload!("fair/timer_late/slice_us:0", timer_late, once),
    workload!("fair/timer_late/slice_us:100", timer_late, once),
    workload!("fair/longest_wait/goroutines:100", longest_wait, once),
    workload!("fair/mutex/goroutines:8", mutex_shares, once),
];
