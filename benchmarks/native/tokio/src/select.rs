//! select: ready cases, default, and a blocking one on both sides.

use std::future::ready;

use tokio::select;
use tokio::sync::mpsc::{channel, Receiver, Sender};
use tokio::sync::watch;

use crate::harness::{sum_below, State, Workload};
use crate::workload;

const DEPTH: i64 = 1024; // selects in a row, and values in each channel

/// Defines a function that selects from the given receivers: the value, and
/// which one it was.
macro_rules! take {
    ($name:ident, $count:literal, $($i:tt $c:ident),*) => {
        pub async fn $name(c: &mut [Receiver<i64>; $count]) -> (i64, usize) {
            let [$($c),*] = c;
            select! {
                $(v = $c.recv() => (v.unwrap(), $i),)*
            }
        }
    };
}

take!(take2, 2, 0 a, 1 b);
take!(take4, 4, 0 a, 1 b, 2 c, 3 d);
take!(take8, 8, 0 a, 1 b, 2 c, 3 d, 4 e, 5 f, 6 g, 7 h);

pub fn channels<const N: usize>(
    room: i64,
) -> ([Sender<i64>; N], [Receiver<i64>; N]) {
    let mut to = Vec::new();
    let from = std::array::from_fn(|_| {
        let (sender, receiver) = channel(room as usize);
        to.push(sender);
        receiver
    });
    (to.try_into().unwrap(), from)
}

/// Defines a workload.  Every channel holds as many values as there are
/// selects in a row, and only the selects are timed.
macro_rules! ready {
    ($name:ident, $take:ident, $count:literal) => {
        async fn $name(s: &mut State) {
            let (to, mut from) = channels::<$count>(DEPTH);
            let (mut sum, mut sent) = (0, 0);
            let n = s.begin();
            let mut left = n;
            while left > 0 {
                s.pause();
                for c in &to {
                    (0..DEPTH).for_each(|i| c.try_send(i).unwrap());
                    sent += sum_below(DEPTH);
                }
                s.resume();
                for _ in 0..left.min(DEPTH) {
                    sum += $take(&mut from).await.0;
                }
                s.pause();
                for c in &mut from {
                    while let Ok(v) = c.try_recv() {
                        sum += v;
                    }
                }
                s.resume();
                left -= DEPTH;
            }
            s.end();
            s.expect("sum", sum, sent);
            s.finish(n, 0, n);
        }
    };
}

ready!(ready2, take2, 2);
ready!(ready4, take4, 4);
ready!(ready8, take8, 8);

async fn default_one(s: &mut State) {
    let (_to, mut from) = channel::<i64>(1);
    let mut again = 0;
    let n = s.begin();
    for _ in 0..n {
        again += i64::from(from.try_recv().is_err());
    }
    s.end();
    s.expect("number of defaults", again, n);
    s.finish(n, 0, 0);
}

async fn default_two(s: &mut State) {
    let (_to, [mut a, mut b]) = channels::<2>(1);
    let mut again = 0;
    let n = s.begin();
    for _ in 0..n {
        select! {
            biased;
            _ = a.recv() => {}
            _ = b.recv() => {}
            _ = ready(()) => again += 1,
        }
    }
    s.end();
    s.expect("number of defaults", again, n);
    s.finish(n, 0, 0);
}

async fn pingpong(s: &mut State) {
    let (to, mut there) = channel::<i64>(1);
    let (back, mut from) = channel(1);
    let (stop, mut quit) = watch::channel(());
    let mut quit_there = quit.clone();
    let echo = tokio::spawn(async move {
        loop {
            select! {
                v = there.recv() => back.send(v.unwrap() + 1).await.unwrap(),
                _ = quit_there.changed() => return,
            }
        }
    });
    let (mut v, mut got) = (0, 0);
    let n = s.begin();
    for _ in 0..n {
        to.send(v).await.unwrap();
        select! {
            value = from.recv() => {
                v = value.unwrap();
                got += 1;
            }
            _ = quit.changed() => {}
        }
    }
    s.end();
    drop(stop);
    echo.await.unwrap();
    s.expect("number of turns", v, n);
    s.expect("number of values received", got, n);
    s.finish(n, 1, 2 * n);
}

pub const WORKLOADS: &[Workload] = &[
    workload!("select/ready/cases:2", ready2),
    workload!("select/ready/cases:4", ready4),
    workload!("select/ready/cases:8", ready8),
    workload!("select/default/cases:1", default_one),
    workload!("select/default/cases:2", default_two),
    workload!("select/pingpong", pingpong),
];
