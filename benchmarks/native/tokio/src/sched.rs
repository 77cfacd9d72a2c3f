//! How work spreads over the workers: a long list of tasks, and bursts.

use std::cell::Cell;
use std::io::Write;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::Arc;

use crate::compute::{compute, fastest, steps_of};
use crate::harness::{clock, sleep, ways, Group, State, Workload, MS};
use crate::workload;

struct Done {
    start: i64,
    end: i64,
    thread: usize,
}

/// A thread gets its number with its first task.
fn thread_number() -> usize {
    static NEXT: AtomicI64 = AtomicI64::new(0);
    thread_local!(static NUMBER: Cell<i64> = const { Cell::new(-1) });
    NUMBER.with(|number| {
        if number.get() < 0 {
            number.set(NEXT.fetch_add(1, Ordering::Relaxed));
        }
        number.get() as usize
    })
}

/// The part of the tasks that each thread did, greatest first.
fn shares(s: &mut State, tasks: &[Done]) {
    let mut done = vec![0; 1 + highest(tasks)];
    tasks.iter().for_each(|t| done[t.thread] += 1);
    done.retain(|n| *n > 0);
    done.sort_by(|a, b| b.cmp(a));
    s.counter("threads", done.len() as f64);
    for (i, n) in done.iter().take(8).enumerate() {
        s.counter(&format!("share_{i}"), f64::from(*n) / tasks.len() as f64);
    }
}

fn highest(tasks: &[Done]) -> usize {
    tasks.iter().map(|t| t.thread).max().unwrap_or(0)
}

async fn balance(s: &mut State) {
    let (n, steps) = (s.size(0, 50), steps_of(s.args[1]));
    let each = fastest(20, steps);
    let ideal = (each * n) as f64 / ways() as f64;
    let mut handles = Vec::with_capacity(n as usize);
    let mut tasks = Vec::with_capacity(n as usize);
    s.begin();
    let origin = clock();
    for _ in 0..n {
        handles.push(tokio::spawn(async move {
            let start = clock();
            compute(steps);
            let thread = thread_number();
            Done { start, end: clock(), thread }
        }));
    }
    for handle in handles {
        tasks.push(handle.await.unwrap());
    }
    s.end();
    let done = tasks.iter().filter(|t| t.end > t.start).count() as i64;
    let last = tasks.iter().map(|t| t.end).max().unwrap_or(0);
    s.expect("number of tasks done", done, n);
    s.finish(n, n, 0);
    s.counter("task_us", each as f64 / 1e3);
    s.counter("makespan_ratio", (last - origin) as f64 / ideal);
    shares(s, &tasks);
    if let Some(mut file) = s.details(".tsv") {
        for Done { start, end, thread } in &tasks {
            let us = |t: &i64| (t - origin) as f64 / 1e3;
            let (start, end) = (us(start), us(end));
            let _ = writeln!(file, "{thread}\t{start:.3}\t{end:.3}");
        }
    }
}

async fn bursts(s: &mut State) {
    let (n, steps) = (s.size(0, 50), steps_of(1));
    let done = Arc::new(AtomicI64::new(0));
    let rounds = s.begin();
    for _ in 0..rounds {
        s.pause();
        sleep(2 * MS).await;
        s.resume();
        let group = Group::new(n);
        for _ in 0..n {
            let (group, done) = (group.clone(), done.clone());
            tokio::spawn(async move {
                compute(steps);
                done.fetch_add(1, Ordering::Relaxed);
                group.done();
            });
        }
        group.wait().await;
    }
    s.end();
    s.expect("number of tasks", done.load(Ordering::Relaxed), n * rounds);
    s.finish(n * rounds, n * rounds, 0);
}

pub const WORKLOADS: &[Workload] = &[
    workload!("sched/balance/tasks:10000/us:50", balance, once),
    workload!("sched/burst/n:1000", bursts),
];
