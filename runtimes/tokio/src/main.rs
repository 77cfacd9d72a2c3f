//! Litmus programs on tokio's tasks: its mpsc channels, Mutex, RwLock, OnceCell.
//!
//! A task owns the ends of channels that its code uses and the guards of the
//! locks that it holds; both go when it ends.  A select polls its branches from
//! one that is drawn on, as tokio::select! does.

use assay_litmus::{serve, value, Arm, Asleep, Op, Random, Round};
use std::any::Any;
use std::future::{pending, poll_fn, Future};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::{atomic::Ordering::SeqCst, Arc};
use std::task::Poll;
use std::{hint, time::Duration};
use tokio::sync::mpsc::error::{TryRecvError, TrySendError};
use tokio::sync::mpsc::{channel, Receiver, Sender};
use tokio::sync::{Mutex, OnceCell, OwnedMutexGuard, OwnedRwLockReadGuard};
use tokio::sync::{OwnedRwLockWriteGuard, RwLock};
use tokio::task::yield_now;

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A branch that was taken, and what was received, if it was a value.
type Taken = Option<(usize, Option<i32>)>;

#[derive(Default)]
struct Object {
    mutex: Arc<Mutex<()>>,
    rw: Arc<RwLock<()>>,
    once: OnceCell<()>,
}

/// What a task has of an object.
#[derive(Default)]
struct Mine {
    send: Option<Sender<i32>>,
    recv: Option<Receiver<i32>>,
    mutex: Option<OwnedMutexGuard<()>>,
    write: Option<OwnedRwLockWriteGuard<()>>,
    read: Vec<OwnedRwLockReadGuard<()>>,
}

struct Actor {
    mine: Vec<Mine>,
    objects: Arc<Vec<Object>>,
    round: Arc<Round>,
    number: usize,
    random: Random,
    mood: usize,
    slow: usize,
    stop: bool, // the round is over: it leaves its blocks
}

fn panic_with(code: i32) -> ! {
    resume_unwind(Box::new(code))
}

fn code(payload: Box<dyn Any + Send>) -> i32 {
    payload.downcast_ref::<i32>().copied().unwrap_or(121)
}

/// What a future gives, or the panic of one of its polls; it is dropped then.
async fn caught<T>(mut future: Boxed<'_, T>) -> Result<T, Box<dyn Any + Send>> {
    let poll = |cx: &mut std::task::Context| match catch_unwind(
        AssertUnwindSafe(|| future.as_mut().poll(cx)),
    ) {
        Ok(poll) => poll.map(Ok),
        Err(payload) => Poll::Ready(Err(payload)),
    };
    poll_fn(poll).await
}

impl Actor {
    async fn live(mut self) {
        let end = caught(self.block()).await;
        let main = self.number as i32 == self.round.p.main;
        match end {
            Err(payload) => self.round.finish("panic", code(payload)),
            Ok(()) if main && !self.stop => self.round.finish("returned", 0),
            Ok(()) => (),
        }
        let (round, number) = (self.round.clone(), self.number);
        drop(self);
        round.leave(number);
    }

    fn pc(&self) -> i32 {
        self.round.pc[self.number].load(SeqCst)
    }

    fn go_to(&self, pc: i32) {
        self.round.pc[self.number].store(pc, SeqCst);
    }

    /// Runs to the end of the block that it is in, or until the round is over.
    fn block(&mut self) -> Boxed<'_, ()> {
        let p = self.round.p.clone();
        Box::pin(async move {
            let body = &p.goroutines[self.number];
            while !self.stop {
                let pc = self.pc();
                if pc as usize == body.len()
                    || body[pc as usize].act.starts_with("end")
                {
                    return;
                }
                self.dally().await;
                if self.round.is_over() {
                    self.stop = true;
                    return;
                }
                self.step(&body[pc as usize]).await;
                if self.pc() == pc {
                    self.go_to(pc + 1);
                }
            }
        })
    }

    fn inside(&mut self) -> Boxed<'_, ()> {
        self.go_to(self.pc() + 1);
        self.block()
    }

    /// A sleep of tokio's is a millisecond at least, so it is rare.
    async fn dally(&mut self) {
        let n = self.random.below(self.slow);
        match self.mood {
            1 | 2 => {
                for _ in 0..n % 4 {
                    yield_now().await;
                }
            }
            3 | 4 => (0..n).for_each(|_| hint::spin_loop()),
            5 if n % 4 == 3 => self.sleep(1000).await,
            _ => (),
        }
    }

    async fn sleep(&self, us: u64) {
        let _asleep = Asleep::begin();
        tokio::time::sleep(Duration::from_micros(us)).await;
    }

    async fn write(&mut self, pairs: &[(i32, i32)]) {
        self.dally().await;
        self.round.write(pairs);
    }

    async fn send(&mut self, op: &Op, arm: &Arm, given: i32) -> bool {
        let Some(send) = &self.mine[arm.obj].send else { panic_with(101) };
        if !op.default {
            let sent = send.send(given).await;
            sent.unwrap_or_else(|_| panic_with(101));
            return true;
        }
        match send.try_send(given) {
            Err(TrySendError::Closed(_)) => panic_with(101),
            sent => sent.is_ok(),
        }
    }

    /// A value, or that there will be none; nothing if it would wait.
    async fn recv(&mut self, op: &Op, arm: &Arm) -> Option<Option<i32>> {
        let recv = self.mine[arm.obj].recv.as_mut().unwrap();
        if !op.default {
            return Some(recv.recv().await);
        }
        match recv.try_recv() {
            Err(TryRecvError::Empty) => None,
            got => Some(got.ok()),
        }
    }

    /// A channel is in one branch only.
    async fn select(&mut self, op: &Op, given: &[i32]) -> Taken {
        let mut branches: Vec<Boxed<Taken>> = Vec::new();
        let first = self.random.below(op.arms.len());
        for (obj, mine) in self.mine.iter_mut().enumerate() {
            let Some(i) = op.arms.iter().position(|a| a.obj == obj) else {
                continue;
            };
            if op.arms[i].send {
                let Some(send) = &mine.send else { panic_with(101) };
                branches.push(Box::pin(async move {
                    let sent = send.send(given[i]).await;
                    sent.unwrap_or_else(|_| panic_with(101));
                    Some((i, None))
                }));
            } else {
                let recv = mine.recv.as_mut().unwrap();
                branches.push(Box::pin(
                    async move { Some((i, recv.recv().await)) },
                ));
            }
        }
        branches.rotate_left(first);
        let poll = |cx: &mut std::task::Context| {
            let polls = branches.iter_mut().map(|b| b.as_mut().poll(cx));
            polls.into_iter().find(Poll::is_ready).unwrap_or(Poll::Pending)
        };
        poll_fn(poll).await
    }

    async fn communicate(&mut self, op: &Op) {
        let regs = self.round.registers();
        let given: Vec<i32> =
            op.arms.iter().map(|a| value(regs, a.number, a.from)).collect();
        let taken = match &op.arms[..] {
            [] if op.default => None,
            [] => pending().await,
            [arm] if arm.send => {
                self.send(op, arm, given[0]).await.then_some((0, None))
            }
            [arm] => self.recv(op, arm).await.map(|got| (0, got)),
            _ => self.select(op, &given).await,
        };
        let Some((i, got)) = taken else {
            return self.write(&[(op.reg, op.arms.len() as i32 + 1)]).await;
        };
        let arm = &op.arms[i];
        let (got, ok) = (got.unwrap_or(0), got.is_some() as i32);
        self.write(&[(op.reg, i as i32 + 1), (arm.value, got), (arm.ok, ok)])
            .await;
    }

    async fn lock(&mut self, op: &Op) {
        let object = &self.objects[op.obj as usize];
        let (mutex, rw) = (object.mutex.clone(), object.rw.clone());
        let mine = &mut self.mine[op.obj as usize];
        let mut got = None;
        match op.act.as_str() {
            "lock-mutex" => mine.mutex = Some(mutex.lock_owned().await),
            "unlock-mutex" => {
                drop(mine.mutex.take().unwrap_or_else(|| panic_with(122)))
            }
            "trylock-mutex" => {
                got = Some(
                    mutex
                        .try_lock_owned()
                        .map(|g| mine.mutex = Some(g))
                        .is_ok(),
                )
            }
            "lock-rwmutex" => mine.write = Some(rw.write_owned().await),
            "unlock-rwmutex" => {
                drop(mine.write.take().unwrap_or_else(|| panic_with(122)))
            }
            "trylock-rwmutex" => {
                got = Some(
                    rw.try_write_owned().map(|g| mine.write = Some(g)).is_ok(),
                )
            }
            "rlock-rwmutex" => mine.read.push(rw.read_owned().await),
            "runlock-rwmutex" => {
                drop(mine.read.pop().unwrap_or_else(|| panic_with(122)))
            }
            _ => {
                got =
                    Some(rw.try_read_owned().map(|g| mine.read.push(g)).is_ok())
            }
        }
        if let Some(got) = got {
            self.write(&[(op.reg, got as i32)]).await;
        }
    }

    async fn attempt(&mut self, op: &Op) {
        if let Err(payload) = caught(self.inside()).await {
            self.write(&[(op.reg, code(payload))]).await;
        }
        self.go_to(op.to);
    }

    async fn step(&mut self, op: &Op) {
        match op.act.as_str() {
            "comm" | "select" => self.communicate(op).await,
            "close-chan" => match self.mine[op.obj as usize].send.take() {
                Some(send) => drop(send),
                None => panic_with(102),
            },
            "once" => {
                let objects = self.objects.clone();
                objects[op.obj as usize]
                    .once
                    .get_or_init(|| self.inside())
                    .await;
                self.go_to(op.to);
            }
            "try" => self.attempt(op).await,
            act if act.contains("lock-") => self.lock(op).await,
            _ => self.plain(op).await,
        }
    }

    async fn plain(&mut self, op: &Op) {
        let regs = self.round.registers();
        match op.act.as_str() {
            "if" | "while" => {
                if value(regs, 0, op.reg) != value(regs, op.number, op.from) {
                    self.go_to(op.to);
                }
            }
            "loop" => {
                yield_now().await;
                self.go_to(op.to);
            }
            "set" => {
                self.write(&[(op.reg, value(regs, op.number, op.from))]).await
            }
            "sleep" => self.sleep(op.number as u64 * 200).await,
            "yield" => yield_now().await,
            "panic" => panic_with(120),
            _ => panic_with(121),
        }
    }
}

/// The goroutines of a round, each with its ends.
fn actors(round: &Arc<Round>, random: &mut Random) -> Vec<Actor> {
    let p = &round.p;
    let objects: Vec<Object> =
        p.objects.iter().map(|_| Object::default()).collect();
    let objects = Arc::new(objects);
    let (mood, mut actors) = (random.below(6), Vec::new());
    for number in 0..p.goroutines.len() {
        actors.push(Actor {
            mine: p.objects.iter().map(|_| Mine::default()).collect(),
            objects: objects.clone(),
            round: round.clone(),
            number,
            random: Random::new(random.below(1 << 40) as u64),
            mood,
            slow: 1 << random.below(11),
            stop: false,
        });
    }
    for (obj, thing) in p.objects.iter().enumerate() {
        let (send, recv) = channel(thing.size.max(1) as usize);
        let mut recv = Some(recv);
        for (number, actor) in actors.iter_mut().enumerate() {
            actor.mine[obj].send =
                p.uses(number, obj, true).then(|| send.clone());
            if p.uses(number, obj, false) {
                actor.mine[obj].recv = recv.take();
            }
        }
    }
    actors
}

fn main() {
    let procs =
        std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(procs)
        .enable_time()
        .build()
        .expect("a runtime");
    let hello = serde_json::json!({
        "litmus": 1, "name": "tokio", "version": option_env!("LITMUS_VERSION").unwrap_or("?"),
        "model": "N:M",
        "lacks": {"nil": "a channel is always there",
            "unbuffered": "an mpsc channel has a buffer",
            "shared-recv": "an mpsc channel has one receiver",
            "select-same": "a receiver is in one branch",
            "select-default": "select! has no branch for none that is ready",
            "cond": "Notify keeps a notification and has no lock",
            "waitgroup": "no class for it"},
        "variants": ["ends", "reserve", "guards", "rw-any", "once-again"]});
    serve(hello, |round, random| {
        let mut actors = actors(round, random);
        while !actors.is_empty() {
            let actor = actors.swap_remove(random.below(actors.len()));
            runtime.spawn(actor.live());
        }
    });
}
