//! Many tasks connected by channels with room for one value.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::Arc;

use tokio::sync::mpsc::{channel, Receiver, Sender};

use crate::chan::produce;
use crate::harness::{sum_below, Group, State, Workload};
use crate::{repeat, workload};

async fn pipeline(s: &mut State) {
    let stages = s.args[0];
    let (source, mut last) = channel(1);
    for _ in 0..stages {
        let (to, next) = channel(1);
        let mut from = std::mem::replace(&mut last, next);
        tokio::spawn(async move {
            while let Some(v) = from.recv().await {
                to.send(v + 1).await.unwrap();
            }
        });
    }
    let mut sum = 0;
    let n = s.begin();
    tokio::spawn(produce(source, 0, n));
    while let Some(v) = last.recv().await {
        sum += v;
    }
    s.end();
    s.expect("sum", sum, sum_below(n) + n * stages);
    s.finish(n, stages + 1, n * (stages + 1));
}

// ---- the sieve -------------------------------------------------------------

fn primes(n: usize) -> Vec<i64> {
    let mut found: Vec<i64> = Vec::new();
    let mut candidate = 2;
    while found.len() < n {
        if !found.iter().any(|p| candidate % p == 0) {
            found.push(candidate);
        }
        candidate += 1;
    }
    found
}

/// The values 2 ... last that no prime before number i divides, for all i.
fn expected_messages(primes: &[i64]) -> i64 {
    let Some((last, divisors)) = primes.split_last() else { return 0 };
    let passes = |v: i64| {
        1 + divisors.iter().take_while(|p| v % **p != 0).count() as i64
    };
    (2..=*last).map(passes).sum()
}

/// Task 0 sends 2, 3 ... last; task i > 0 passes on what is no multiple of
/// prime number i.
async fn sieve_once(
    s: &mut State,
    primes: i64,
    last: i64,
    sent: &Arc<AtomicI64>,
) {
    let group = Group::new(primes);
    let (to, mut from) = channel(1);
    let (wg, count) = (group.clone(), sent.clone());
    tokio::spawn(async move {
        for v in 2..=last {
            to.send(v).await.unwrap();
        }
        count.fetch_add(last - 1, Ordering::Relaxed);
        wg.done();
    });
    let mut prime: i64 = from.recv().await.unwrap();
    for _ in 1..primes {
        let (to, next) = channel(1);
        let mut input = std::mem::replace(&mut from, next);
        let (wg, count, divisor) = (group.clone(), sent.clone(), prime);
        tokio::spawn(async move {
            let mut passed = 0;
            while let Some(v) = input.recv().await {
                if v % divisor != 0 {
                    to.send(v).await.unwrap();
                    passed += 1;
                }
            }
            count.fetch_add(passed, Ordering::Relaxed);
            wg.done();
        });
        prime = from.recv().await.unwrap();
    }
    s.expect("last prime", prime, last);
    if from.recv().await.is_some() {
        s.fail("there is a value after the last prime".to_string());
    }
    group.wait().await;
}

async fn sieve(s: &mut State) {
    let known = primes(s.size(0, 50) as usize);
    let (count, last) = (known.len() as i64, known[known.len() - 1]);
    let sent = Arc::new(AtomicI64::new(0));
    let rounds = s.n + i64::from(!s.warm);
    let n = repeat!(s, sieve_once(s, count, last, &sent));
    let each = expected_messages(&known);
    let total = sent.load(Ordering::Relaxed);
    s.expect("number of messages", total, rounds * each);
    s.finish(n, n * count, n * each);
}

// ---- the ring --------------------------------------------------------------

/// Adds one to the token each time it comes by.
async fn pass_on(mut from: Receiver<i64>, to: Sender<i64>, rounds: i64) {
    for _ in 0..rounds {
        let token = from.recv().await.unwrap();
        to.send(token + 1).await.unwrap();
    }
}

/// Main is what closes the ring: it sends the token on, round by round.
async fn ring_once(s: &mut State, nodes: i64, rounds: i64) {
    let (first, mut last) = channel(1);
    let mut tasks = Vec::new();
    for _ in 0..nodes {
        let (to, next) = channel(1);
        let from = std::mem::replace(&mut last, next);
        tasks.push(tokio::spawn(pass_on(from, to, rounds)));
    }
    let mut token = 0;
    for _ in 0..rounds {
        first.send(token).await.unwrap();
        token = last.recv().await.unwrap();
    }
    for task in tasks {
        task.await.unwrap();
    }
    s.expect("token", token, nodes * rounds);
}

async fn ring(s: &mut State) {
    let (nodes, rounds) = (s.size(0, 20), s.size(1, 20));
    let n = repeat!(s, ring_once(s, nodes, rounds));
    s.finish(n, n * nodes, n * (nodes + 1) * rounds);
}

// ---- skynet ----------------------------------------------------------------

const CHILDREN: i64 = 10;

/// The leaves below are first ... first + size - 1.
fn grow(up: Sender<i64>, first: i64, size: i64) {
    tokio::spawn(async move {
        if size == 1 {
            up.send(first).await.unwrap();
            return;
        }
        let (to, mut from) = channel(1);
        for i in 0..CHILDREN {
            grow(to.clone(), first + i * (size / CHILDREN), size / CHILDREN);
        }
        drop(to);
        let (mut sum, mut values) = (0, 0);
        while let Some(v) = from.recv().await {
            sum += v;
            values += 1;
        }
        assert_eq!(values, CHILDREN);
        up.send(sum).await.unwrap();
    });
}

async fn skynet_once(s: &mut State, leaves: i64) {
    let (to, mut from) = channel(1);
    grow(to, 0, leaves);
    s.expect("sum", from.recv().await.unwrap_or(-1), sum_below(leaves));
}

async fn skynet(s: &mut State) {
    let leaves = s.size(0, 1000);
    let tasks = leaves + (leaves - 1) / (CHILDREN - 1);
    let n = repeat!(s, skynet_once(s, leaves));
    s.finish(n, n * tasks, n * tasks);
}

pub const WORKLOADS: &[Workload] = &[
    workload!("chan/pipeline/stages:10", pipeline),
    workload!("chan/sieve/primes:2000", sieve),
    workload!("chan/ring/nodes:1000/rounds:1000", ring),
    workload!("chan/skynet/leaves:1000000", skynet),
];
