//! The workloads of benchmarks/workloads.tsv in Rust, for tokio: a bench
//! program as benchmarks/README.md has it, twin of assay-bench.

mod chan;
mod compute;
mod core;
mod fair;
mod graph;
mod harness;
mod hist;
mod latency;
mod locks;
mod net;
mod options;
mod parked;
mod report;
mod sched;
mod select;
mod timers;

use std::process::exit;

use harness::Workload;
use options::{refuse, settings, NO_MATCH};

/// In the order of workloads.tsv.
const FAMILIES: &[&[Workload]] = &[
    core::WORKLOADS,
    chan::WORKLOADS,
    graph::WORKLOADS,
    select::WORKLOADS,
    timers::WORKLOADS,
    locks::WORKLOADS,
    parked::MEMORY_WORKLOADS,
    sched::WORKLOADS,
    fair::WORKLOADS,
    latency::WORKLOADS,
    parked::IDLE_WORKLOADS,
    net::WORKLOADS,
];

/// The workloads run in a task: what calls block_on is a thread of its own,
/// beside the workers.
async fn run(workloads: Vec<&'static Workload>) -> bool {
    let mut report = report::Report::new();
    let alone = workloads.len() == 1;
    for w in workloads {
        report.add(harness::run(w, alone).await);
    }
    report.finish()
}

fn main() {
    options::read();
    let workloads: Vec<&Workload> = FAMILIES
        .iter()
        .copied()
        .flatten()
        .filter(|w| settings().filter.matches(w.name))
        .collect();
    if workloads.is_empty() {
        refuse(NO_MATCH, "the filter matches no workload");
    }
    if settings().list {
        workloads.iter().for_each(|w| println!("{}", w.name));
        return;
    }
    report::check_writable();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(settings().procs)
        .enable_all()
        .build()
        .unwrap_or_else(|e| refuse(options::UNUSABLE, &e.to_string()));
    let failed = runtime.block_on(async { tokio::spawn(run(workloads)).await });
    exit(i32::from(failed.unwrap_or(true)));
}
