//! The clock, timers that never fire, many tasks that sleep.

use std::future::{poll_fn, Future};
use std::pin::pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use crate::harness::{clock, sleep, Group, State, Workload, MS};
use crate::workload;

async fn now(s: &mut State) {
    let (mut last, mut backwards) = (Instant::now(), 0);
    let n = s.begin();
    for _ in 0..n {
        let t = Instant::now();
        backwards += i64::from(t < last);
        last = t;
    }
    s.end();
    s.expect("times the clock went back", backwards, 0);
    s.finish(n, 0, 0);
}

/// A timer is started by its first poll, and stopped when it is dropped.
async fn start_stop(s: &mut State) {
    const HOUR: Duration = Duration::from_secs(3600);
    let mut pending = 0;
    let n = s.begin();
    for _ in 0..n {
        let mut timer = pin!(tokio::time::sleep(HOUR));
        let polled = poll_fn(|cx| Poll::Ready(timer.as_mut().poll(cx)));
        pending += i64::from(polled.await.is_pending());
    }
    s.end();
    s.expect("number of timers stopped in time", pending, n);
    s.finish(n, 0, 0);
}

const SPREAD: i64 = 50;

/// What the sleepers count.
#[derive(Default)]
struct Tally {
    started: AtomicI64,
    early: AtomicI64,
}

async fn all_sleep(n: i64, tally: &Arc<Tally>) {
    let group = Group::new(n);
    for _ in 0..n {
        let (group, tally) = (group.clone(), tally.clone());
        tokio::spawn(async move {
            let number = tally.started.fetch_add(1, Ordering::Relaxed);
            let ns = (1 + number % SPREAD) * MS;
            let start = clock();
            sleep(ns).await;
            if clock() - start < ns {
                tally.early.fetch_add(1, Ordering::Relaxed);
            }
            group.done();
        });
    }
    group.wait().await;
}

async fn sleepers(s: &mut State) {
    let each = s.size(0, 200);
    let tally = Arc::new(Tally::default());
    all_sleep(each, &tally).await;
    tally.started.store(0, Ordering::Relaxed);
    let n = s.begin();
    for _ in 0..n {
        all_sleep(each, &tally).await;
    }
    s.end();
    let Tally { started, early } = &*tally;
    s.expect("number of sleepers", started.load(Ordering::Relaxed), n * each);
    s.expect(
        "number of sleeps that were too short",
        early.load(Ordering::Relaxed),
        0,
    );
    s.counter("cpu_ms", s.cpu as f64 / 1e6 / n as f64);
    s.finish(n, n * each, 0);
}

pub const WORKLOADS: &[Workload] = &[
    workload!("time/now", now),
    workload!("time/start_stop", start_stop),
    workload!("time/sleepers/n:100000", sleepers),
];
