//! tokio's mutex and rwlock.

use std::sync::Arc;

use tokio::sync::{Mutex, RwLock};

use crate::harness::{State, Workload};
use crate::workload;

async fn mutex(s: &mut State) {
    let count = Mutex::new(0);
    let n = s.begin();
    for _ in 0..n {
        *count.lock().await += 1;
    }
    s.end();
    s.expect("count", count.into_inner(), n);
    s.finish(n, 0, 0);
}

/// So many tasks share the turns; rounded up to whole turns each.
async fn mutex_contended(s: &mut State) {
    let tasks = s.args[0];
    let count = Arc::new(Mutex::new(0));
    let n = s.begin();
    let turns = (n + tasks - 1) / tasks;
    let increment = |_| {
        let count = count.clone();
        tokio::spawn(async move {
            for _ in 0..turns {
                *count.lock().await += 1;
            }
        })
    };
    let all: Vec<_> = (0..tasks).map(increment).collect();
    for task in all {
        task.await.unwrap();
    }
    s.end();
    let total = *count.lock().await;
    s.expect("count", total, turns * tasks);
    s.finish(turns * tasks, tasks, 0);
}

async fn rwmutex_read(s: &mut State) {
    let tasks = s.args[0];
    let lock = Arc::new(RwLock::new(1));
    let mut total = 0;
    let n = s.begin();
    let turns = (n + tasks - 1) / tasks;
    let read = |_| {
        let lock = lock.clone();
        tokio::spawn(async move {
            let mut sum = 0;
            for _ in 0..turns {
                sum += *lock.read().await;
            }
            sum
        })
    };
    let all: Vec<_> = (0..tasks).map(read).collect();
    for task in all {
        total += task.await.unwrap();
    }
    s.end();
    s.expect("count", total, turns * tasks);
    s.finish(turns * tasks, tasks, 0);
}

pub const WORKLOADS: &[Workload] = &[
    workload!("sync/mutex", mutex),
    workload!("sync/mutex_contended/goroutines:8", mutex_contended),
    workload!("sync/rwmutex_read/goroutines:4", rwmutex_read),
];
