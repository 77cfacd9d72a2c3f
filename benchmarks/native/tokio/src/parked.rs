//! Tasks parked on a channel until it is closed: their memory, and the CPU of
//! a process in which nothing happens.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::Arc;

use tokio::sync::watch;

use crate::harness::{sleep, unless_tiny, Group, State, Workload, MS};
use crate::workload;

struct Parked {
    gate: watch::Sender<()>,
    group: Arc<Group>,
}

impl Parked {
    /// Returns when all n are parked.
    async fn new(n: i64) -> Parked {
        let (gate, wait) = watch::channel(());
        let group = Group::new(n);
        let arrived = Arc::new(AtomicI64::new(0));
        for _ in 0..n {
            let (mut wait, group) = (wait.clone(), group.clone());
            let arrived = arrived.clone();
            tokio::spawn(async move {
                arrived.fetch_add(1, Ordering::Relaxed);
                drop(arrived);
                let _ = wait.changed().await;
                group.done();
            });
        }
        while arrived.load(Ordering::Relaxed) < n {
            sleep(MS).await;
        }
        // The last ones to arrive are still on their way into the receive.
        sleep(20 * MS).await;
        Parked { gate, group }
    }

    /// Lets them end; returns when all have.
    async fn unpark(self) {
        drop(self.gate);
        self.group.wait().await;
    }
}

/// A line of /proc/self/status in bytes; 0 if it is not there.
fn status(key: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    let kb = line.and_then(|rest| rest.split_whitespace().next());
    kb.and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) * 1024.0
}

async fn memory(s: &mut State) {
    let n = s.size(0, 1000);
    let before = (status("VmRSS:"), status("VmPTE:"));
    s.begin();
    let parked = Parked::new(n).await;
    s.end();
    let after = (status("VmRSS:"), status("VmPTE:"));
    parked.unpark().await;
    if before.0 == 0.0 || after.0 == 0.0 {
        s.fail("no VmRSS in /proc/self/status".to_string());
    }
    let rss = (after.0 - before.0) / n as f64;
    let pte = (after.1 - before.1) / n as f64;
    s.finish(n, n, 0);
    s.counter("rss_bytes_per_goroutine", rss);
    s.counter("pte_bytes_per_goroutine", pte);
    s.counter("bytes_per_goroutine", rss + pte);
}

pub const MEMORY_WORKLOADS: &[Workload] = &[
    workload!("mem/parked/n:100000", memory, fresh),
    workload!("mem/parked/n:1000000", memory, fresh),
];

async fn idle(s: &mut State) {
    let n = s.size(0, 100);
    let parked = Parked::new(n).await;
    s.begin();
    sleep(unless_tiny(500, 5) * MS).await;
    s.end();
    parked.unpark().await;
    s.finish(1, n, 0);
    s.counter("cpu_us_per_s", s.cpu as f64 * 1e6 / s.real as f64);
}

pub const IDLE_WORKLOADS: &[Workload] =
    &[workload!("idle/parked/n:1000", idle, once)];
