//! Requests at fixed times, whatever became of those before: an open loop.  A
//! latency counts from the time the request was due, so a stall is charged to
//! every request it held up.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::Arc;

use crate::compute::{compute, steps_of};
use crate::harness::{clock, sleep, Group, State, Workload, MS};
use crate::options::settings;
use crate::workload;

const WORKERS: i64 = 4;
const BACKLOG: usize = 1024;
const WORK_US: i64 = 5;

struct Load {
    steps: i64,
    start: i64,
    period: f64,             // ns
    latency: Vec<AtomicI64>, // written by whoever does the request
}

impl Load {
    fn due(&self, i: usize) -> i64 {
        self.start + (i as f64 * self.period) as i64
    }

    fn serve(&self, i: usize) {
        compute(self.steps);
        self.latency[i].store(clock() - self.due(i), Ordering::Relaxed);
    }

    /// Sleeps until a request is due, unless it is late; whether it is late
    /// by over 1 ms.
    async fn wait_for(&self, i: usize) -> bool {
        let early = self.due(i) - clock();
        if early > 0 {
            sleep(early).await;
        }
        early < -MS
    }
}

async fn run(s: &mut State, workers: i64) {
    let rate = s.args[0] as f64;
    let seconds =
        if settings().tiny { 0.02 } else { settings().min_time.max(1.0) };
    let n = (rate * seconds) as usize;
    let steps = steps_of(WORK_US);
    let latency = (0..n).map(|_| AtomicI64::new(0)).collect();
    let (to, from) = async_channel::bounded(BACKLOG);
    let mut late = 0;
    s.begin();
    let (start, period) = (clock() + MS, 1e9 / rate);
    let load = Arc::new(Load { steps, start, period, latency });
    let group = Group::new(workers);
    for _ in 0..workers {
        let (load, group, from) = (load.clone(), group.clone(), from.clone());
        tokio::spawn(async move {
            while let Ok(i) = from.recv().await {
                load.serve(i);
            }
            group.done();
        });
    }
    for i in 0..n {
        late += i64::from(load.wait_for(i).await);
        if workers > 0 {
            to.send(i).await.unwrap();
            continue;
        }
        let (load, group) = (load.clone(), group.clone());
        group.add(1);
        tokio::spawn(async move {
            load.serve(i);
            group.done();
        });
    }
    to.close();
    group.wait().await;
    s.end();
    let latency: Vec<i64> =
        load.latency.iter().map(|ns| ns.load(Ordering::Relaxed)).collect();
    let (served, n) = (latency.iter().filter(|ns| **ns > 0).count(), n as i64);
    s.expect("number of requests served", served as i64, n);
    if workers > 0 {
        s.finish(n, workers, n);
    } else {
        s.finish(n, n, 0);
    }
    s.counter("late_starts", late as f64 / n as f64);
    s.percentiles(&latency);
}

async fn handed_to_workers(s: &mut State) {
    run(s, WORKERS).await;
}

async fn task_each(s: &mut State) {
    run(s, 0).await;
}

pub const WORKLOADS: &[Workload] = &[
    workload!("latency/open/rate:1000", handed_to_workers, once),
    workload!("latency/open/rate:20000", handed_to_workers, once),
    workload!("latency/open_spawn/rate:20000", task_each, once),
];
