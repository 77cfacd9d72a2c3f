//! Tasks: yield, spawn, and switching among many.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::Arc;

use tokio::task::yield_now;

use crate::harness::{Group, State, Workload};
use crate::workload;

async fn yields(s: &mut State) {
    let n = s.begin();
    let yielder = |turns: i64| async move {
        let mut done = 0;
        while done < turns {
            yield_now().await;
            done += 1;
        }
        done
    };
    let a = tokio::spawn(yielder(n / 2));
    let b = tokio::spawn(yielder(n - n / 2));
    let done = a.await.unwrap() + b.await.unwrap();
    s.end();
    s.expect("number of yields", done, n);
    s.finish(n, 2, 0);
}

// ---- spawn -----------------------------------------------------------------

async fn spawn_join(s: &mut State) {
    let made = Arc::new(AtomicI64::new(0));
    let n = s.begin();
    for _ in 0..n {
        let made = made.clone();
        let task = tokio::spawn(async move {
            made.fetch_add(1, Ordering::Relaxed);
        });
        task.await.unwrap();
    }
    s.end();
    s.expect("number of tasks", made.load(Ordering::Relaxed), n);
    s.finish(n, n, 0);
}

/// Each task counts for itself, as in the other programs.
async fn burst(done: &Arc<Vec<AtomicI64>>) {
    let group = Group::new(done.len() as i64);
    for i in 0..done.len() {
        let (done, group) = (done.clone(), group.clone());
        tokio::spawn(async move {
            done[i].fetch_add(1, Ordering::Relaxed);
            group.done();
        });
    }
    group.wait().await;
}

async fn spawn_many(s: &mut State) {
    let n = s.size(0, 100);
    let done: Arc<Vec<AtomicI64>> =
        Arc::new((0..n).map(|_| AtomicI64::new(0)).collect());
    let sum = || done.iter().map(|n| n.load(Ordering::Relaxed)).sum::<i64>();
    if !s.workload.fresh {
        burst(&done).await;
    }
    let before = sum();
    let rounds = s.begin();
    for _ in 0..rounds {
        burst(&done).await;
    }
    s.end();
    s.expect("number of tasks", sum() - before, n * rounds);
    s.finish(n * rounds, n * rounds, 0);
}

// ---- the working set -------------------------------------------------------

/// With fewer, what a task's end costs would show.
const LEAST_TURNS: i64 = 10;

/// Tasks yield until all are there, then so many times more.
async fn switch_set(s: &mut State) {
    let n = s.size(0, 100);
    let turns = ((s.n + n - 1) / n).max(LEAST_TURNS);
    let group = Group::new(n);
    let shared = Arc::new((AtomicBool::new(false), AtomicI64::new(0)));
    for _ in 0..n {
        let (group, shared) = (group.clone(), shared.clone());
        tokio::spawn(async move {
            let mut done = 0;
            while !shared.0.load(Ordering::Acquire) {
                yield_now().await;
            }
            while done < turns {
                yield_now().await;
                done += 1;
            }
            shared.1.fetch_add(done, Ordering::Relaxed);
            group.done();
        });
    }
    yield_now().await;
    s.begin();
    shared.0.store(true, Ordering::Release);
    group.wait().await;
    s.end();
    s.expect("number of yields", shared.1.load(Ordering::Relaxed), turns * n);
    s.finish(turns * n, n, 0);
}

pub const WORKLOADS: &[Workload] = &[
    workload!("core/yield", yields),
    workload!("core/spawn_join", spawn_join),
    workload!("core/spawn_many/n:100000", spawn_many),
    workload!("core/spawn_cold/n:100000", spawn_many, fresh),
    workload!("core/switch_set/n:2", switch_set),
    workload!("core/switch_set/n:10", switch_set),
    workload!("core/switch_set/n:100", switch_set),
    workload!("core/switch_set/n:1000", switch_set),
    workload!("core/switch_set/n:10000", switch_set),
    workload!("core/switch_set/n:100000", switch_set),
    workload!("core/switch_set/n:1000000", switch_set),
];
