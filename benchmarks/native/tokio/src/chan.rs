//! Channels between two, among several, and within one task.  Where the others
//! have no buffer these have room for one value: tokio has none without.

use tokio::sync::mpsc::{channel, Sender};

use crate::harness::{sum_below, Group, State, Workload};
use crate::workload;

async fn pingpong(s: &mut State) {
    let (to, mut there) = channel::<i64>(1);
    let (back, mut from) = channel(1);
    tokio::spawn(async move {
        while let Some(v) = there.recv().await {
            back.send(v + 1).await.unwrap();
        }
    });
    let mut v = 0;
    let n = s.begin();
    for _ in 0..n {
        to.send(v).await.unwrap();
        v = from.recv().await.unwrap();
    }
    s.end();
    drop(to);
    if from.recv().await.is_some() {
        s.fail("the last receive had a value".to_string());
    }
    s.expect("number of turns", v, n);
    s.finish(n, 1, 2 * n);
}

pub async fn produce(to: Sender<i64>, first: i64, end: i64) {
    for i in first..end {
        to.send(i).await.unwrap();
    }
}

async fn buffered(s: &mut State) {
    let (to, mut from) = channel(s.args[0] as usize);
    let mut sum = 0;
    let n = s.begin();
    tokio::spawn(produce(to, 0, n));
    while let Some(v) = from.recv().await {
        sum += v;
    }
    s.end();
    s.expect("sum", sum, sum_below(n));
    s.finish(n, 1, n);
}

// ---- within one task -------------------------------------------------------

async fn same_task(s: &mut State) {
    let (to, mut from) = channel(s.args[0] as usize);
    let mut sum = 0;
    let n = s.begin();
    for i in 0..n {
        to.send(i).await.unwrap();
        sum += from.recv().await.unwrap();
    }
    s.end();
    s.expect("sum", sum, sum_below(n));
    s.finish(n, 0, n);
}

async fn elem<const SIZE: usize>(s: &mut State) {
    let (to, mut from) = channel(16);
    let sent: [u8; SIZE] = std::array::from_fn(|i| (i * 7 + 1) as u8);
    let mut got = [0; SIZE];
    let n = s.begin();
    for _ in 0..n {
        to.send(sent).await.unwrap();
        got = from.recv().await.unwrap();
    }
    s.end();
    if got != sent {
        s.fail("what was received is not what was sent".to_string());
    }
    s.counter("bytes_per_second", n as f64 * SIZE as f64 * 1e9 / s.real as f64);
    s.finish(n, 0, n);
}

// ---- several on one channel ------------------------------------------------

/// Where producer i of so many starts.
fn first(i: i64, producers: i64, n: i64) -> i64 {
    if i == producers {
        n
    } else {
        n / producers * i
    }
}

/// tokio's own channels have one consumer: this is async-channel's.
async fn mpmc(s: &mut State) {
    let (producers, consumers) = (s.args[0], s.args[1]);
    let (to, from) = async_channel::bounded::<i64>(s.args[2] as usize);
    let (mut sum, mut received) = (0, 0);
    let n = s.begin();
    let consume = |_| {
        let from = from.clone();
        tokio::spawn(async move {
            let (mut sum, mut received) = (0, 0);
            while let Ok(v) = from.recv().await {
                sum += v;
                received += 1;
            }
            (sum, received)
        })
    };
    let consuming: Vec<_> = (0..consumers).map(consume).collect();
    let producing = Group::new(producers);
    for i in 0..producers {
        let (to, group) = (to.clone(), producing.clone());
        let (start, end) = (first(i, producers, n), first(i + 1, producers, n));
        tokio::spawn(async move {
            for i in start..end {
                to.send(i).await.unwrap();
            }
            group.done();
        });
    }
    producing.wait().await;
    to.close();
    for task in consuming {
        let part = task.await.unwrap();
        sum += part.0;
        received += part.1;
    }
    s.end();
    s.expect("number of values received", received, n);
    s.expect("sum", sum, sum_below(n));
    s.finish(n, producers + consumers, n);
}

async fn fanin(s: &mut State) {
    let producers = s.args[0];
    let (to, mut from) = channel(1);
    let (mut sum, mut received) = (0, 0);
    let n = s.begin();
    for i in 0..producers {
        let (start, end) = (first(i, producers, n), first(i + 1, producers, n));
        tokio::spawn(produce(to.clone(), start, end));
    }
    drop(to);
    while let Some(v) = from.recv().await {
        sum += v;
        received += 1;
    }
    s.end();
    s.expect("number of values received", received, n);
    s.expect("sum", sum, sum_below(n));
    s.finish(n, producers, n);
}

pub const WORKLOADS: &[Workload] = &[
    workload!("chan/pingpong", pingpong),
    workload!("chan/buffered/cap:128", buffered),
    workload!("chan/same_goroutine/cap:128", same_task),
    workload!("chan/mpmc/producers:4/consumers:4/cap:128", mpmc),
    workload!("chan/elem/bytes:0", elem::<0>),
    workload!("chan/elem/bytes:8", elem::<8>),
    workload!("chan/elem/bytes:64", elem::<64>),
    workload!("chan/elem/bytes:256", elem::<256>),
    workload!("chan/elem/bytes:1024", elem::<1024>),
    workload!("chan/elem/bytes:4096", elem::<4096>),
    workload!("chan/fanin/producers:8", fanin),
];
