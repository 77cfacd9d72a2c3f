//! Litmus programs on threads: channels and select of crossbeam, locks of std.
//!
//! A goroutine owns the ends of channels that its code uses and the guards of
//! the locks that it holds; both go when it ends.

use assay_litmus::{serve, value, Arm, Asleep, Op, Random, Round};
use crossbeam_channel::{bounded, never, Receiver, Select, Sender};
use std::any::Any;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::sync::{atomic::Ordering::SeqCst, Arc};
use std::sync::{
    Condvar, Mutex, MutexGuard, Once, RwLock, RwLockReadGuard, RwLockWriteGuard,
};
use std::{hint, thread, time::Duration};

#[derive(Default)]
struct Locks {
    mutex: Mutex<()>,
    rw: RwLock<()>,
    cond: Condvar,
}

struct Object {
    locks: Locks,
    once: Once,
}

/// The ends of a channel that a goroutine has.
struct Ends {
    send: Option<Sender<i32>>,
    recv: Option<Receiver<i32>>,
}

/// What a goroutine has locked of an object, which it keeps longer.
#[derive(Default)]
struct Held {
    mutex: Option<MutexGuard<'static, ()>>,
    write: Option<RwLockWriteGuard<'static, ()>>,
    read: Vec<RwLockReadGuard<'static, ()>>,
}

struct Actor {
    ends: Vec<Ends>,
    held: Vec<Held>, // dropped before the objects
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
    let poisoned =
        payload.downcast_ref::<&str>().map(|s| s.contains("poisoned"));
    match (payload.downcast_ref::<i32>(), poisoned) {
        (Some(code), _) => *code,
        (_, Some(true)) => 123,
        _ => 121,
    }
}

/// The first selects of all threads draw alike
/// (docs/defects/crossbeam-first-select), so some that choose nothing come
/// before those of the program.
fn draw(times: usize) {
    let (a, b) = (never::<()>(), never::<()>());
    for _ in 0..times {
        let mut select = Select::new();
        select.recv(&a);
        select.recv(&b);
        let _ = select.try_select();
    }
}

impl Actor {
    fn live(mut self) {
        draw(self.random.below(8));
        let end = catch_unwind(AssertUnwindSafe(|| self.block()));
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
    fn block(&mut self) {
        let p = self.round.p.clone();
        let body = &p.goroutines[self.number];
        while !self.stop {
            let pc = self.pc();
            if pc as usize == body.len()
                || body[pc as usize].act.starts_with("end")
            {
                return;
            }
            self.dally();
            if self.round.is_over() {
                self.stop = true;
                return;
            }
            self.step(&body[pc as usize]);
            if self.pc() == pc {
                self.go_to(pc + 1);
            }
        }
    }

    fn inside(&mut self) {
        self.go_to(self.pc() + 1);
        self.block();
    }

    fn dally(&mut self) {
        let n = self.random.below(self.slow);
        match self.mood {
            1 => (0..n % 4).for_each(|_| thread::yield_now()),
            2 => (0..n).for_each(|_| hint::spin_loop()),
            3 => self.sleep(n as u64 * 50),
            _ => (),
        }
    }

    fn sleep(&self, ns: u64) {
        let _asleep = Asleep::begin();
        thread::sleep(Duration::from_nanos(ns));
    }

    fn write(&mut self, pairs: &[(i32, i32)]) {
        self.dally();
        self.round.write(pairs);
    }

    fn send(&mut self, op: &Op, arm: &Arm, given: i32) -> bool {
        let Some(send) = &self.ends[arm.obj].send else { panic_with(101) };
        if !op.default {
            send.send(given).unwrap_or_else(|_| panic_with(101));
            return true;
        }
        match send.try_send(given) {
            Err(e) if e.is_disconnected() => panic_with(101),
            sent => sent.is_ok(),
        }
    }

    /// A value, or that there will be none; nothing if it would wait.
    fn recv(&mut self, op: &Op, arm: &Arm) -> Option<Option<i32>> {
        let recv = self.ends[arm.obj].recv.as_ref().unwrap();
        if !op.default {
            return Some(recv.recv().ok());
        }
        match recv.try_recv() {
            Err(e) if e.is_empty() => None,
            got => Some(got.ok()),
        }
    }

    /// The number of the case that was taken, and what was received.
    fn select(
        &mut self,
        op: &Op,
        given: &[i32],
    ) -> Option<(usize, Option<i32>)> {
        let mut select = Select::new();
        for arm in &op.arms {
            let mine = &self.ends[arm.obj];
            match (arm.send, &mine.send, &mine.recv) {
                (true, Some(send), _) => select.send(send),
                (false, _, Some(recv)) => select.recv(recv),
                _ => panic_with(101),
            };
        }
        let ready = match op.default {
            true => select.try_select().ok()?,
            false => select.select(),
        };
        let (i, mine) = (ready.index(), &self.ends[op.arms[ready.index()].obj]);
        if op.arms[i].send {
            let sent = ready.send(mine.send.as_ref().unwrap(), given[i]);
            sent.unwrap_or_else(|_| panic_with(101));
            return Some((i, None));
        }
        Some((i, ready.recv(mine.recv.as_ref().unwrap()).ok()))
    }

    fn communicate(&mut self, op: &Op) {
        let regs = self.round.registers();
        let given: Vec<i32> =
            op.arms.iter().map(|a| value(regs, a.number, a.from)).collect();
        let taken = match &op.arms[..] {
            [] if op.default => None,
            [] => loop {
                thread::park()
            },
            [arm] if arm.send => {
                self.send(op, arm, given[0]).then_some((0, None))
            }
            [arm] => self.recv(op, arm).map(|got| (0, got)),
            _ => self.select(op, &given),
        };
        let Some((i, got)) = taken else {
            return self.write(&[(op.reg, op.arms.len() as i32 + 1)]);
        };
        let arm = &op.arms[i];
        let (got, ok) = (got.unwrap_or(0), got.is_some() as i32);
        self.write(&[(op.reg, i as i32 + 1), (arm.value, got), (arm.ok, ok)]);
    }

    /// The locks of an object, which live longer than the goroutine's guards.
    fn locks(&self, obj: usize) -> &'static Locks {
        let locks: *const Locks = &self.objects[obj].locks;
        // SAFETY: held is dropped before objects, in Actor
        unsafe { &*locks }
    }

    fn lock(&mut self, op: &Op) {
        let (obj, locks) = (op.obj as usize, self.locks(op.obj as usize));
        let mine = &mut self.held[obj];
        let mut got = None;
        match op.act.as_str() {
            "lock-mutex" => mine.mutex = Some(locks.mutex.lock().unwrap()),
            "unlock-mutex" => {
                drop(mine.mutex.take().unwrap_or_else(|| panic_with(122)))
            }
            "trylock-mutex" => {
                got = Some(
                    locks
                        .mutex
                        .try_lock()
                        .map(|g| mine.mutex = Some(g))
                        .is_ok(),
                )
            }
            "lock-rwmutex" => mine.write = Some(locks.rw.write().unwrap()),
            "unlock-rwmutex" => {
                drop(mine.write.take().unwrap_or_else(|| panic_with(122)))
            }
            "trylock-rwmutex" => {
                got = Some(
                    locks.rw.try_write().map(|g| mine.write = Some(g)).is_ok(),
                )
            }
            "rlock-rwmutex" => mine.read.push(locks.rw.read().unwrap()),
            "runlock-rwmutex" => {
                drop(mine.read.pop().unwrap_or_else(|| panic_with(122)))
            }
            _ => {
                got =
                    Some(locks.rw.try_read().map(|g| mine.read.push(g)).is_ok())
            }
        }
        if let Some(got) = got {
            self.write(&[(op.reg, got as i32)]);
        }
    }

    fn wait(&mut self, op: &Op) {
        let mutex = self.round.p.objects[op.obj as usize].size as usize;
        let held = self.held[mutex].mutex.take();
        let guard = held.unwrap_or_else(|| panic_with(122));
        let cond = &self.locks(op.obj as usize).cond;
        self.held[mutex].mutex = Some(cond.wait(guard).unwrap());
    }

    fn attempt(&mut self, op: &Op) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| self.inside())) {
            self.write(&[(op.reg, code(payload))]);
        }
        self.go_to(op.to);
    }

    fn step(&mut self, op: &Op) {
        match op.act.as_str() {
            "comm" | "select" => self.communicate(op),
            "close-chan" => match self.ends[op.obj as usize].send.take() {
                Some(send) => drop(send),
                None => panic_with(102),
            },
            "wait-cond" => self.wait(op),
            "signal-cond" => {
                self.objects[op.obj as usize].locks.cond.notify_one()
            }
            "broadcast-cond" => {
                self.objects[op.obj as usize].locks.cond.notify_all()
            }
            "once" => {
                let objects = self.objects.clone();
                objects[op.obj as usize].once.call_once(|| self.inside());
                self.go_to(op.to);
            }
            "try" => self.attempt(op),
            act if act.contains("lock-") => self.lock(op),
            _ => self.plain(op),
        }
    }

    fn plain(&mut self, op: &Op) {
        let regs = self.round.registers();
        match op.act.as_str() {
            "if" | "while" => {
                if value(regs, 0, op.reg) != value(regs, op.number, op.from) {
                    self.go_to(op.to);
                }
            }
            "loop" => {
                thread::yield_now();
                self.go_to(op.to);
            }
            "set" => self.write(&[(op.reg, value(regs, op.number, op.from))]),
            "sleep" => self.sleep(op.number as u64 * 200_000),
            "yield" => thread::yield_now(),
            "panic" => panic_with(120),
            _ => panic_with(121),
        }
    }
}

/// Gives each goroutine its ends and starts it.
fn start(round: &Arc<Round>, random: &mut Random) {
    let p = &round.p;
    let object = || Object { locks: Locks::default(), once: Once::new() };
    let objects =
        Arc::new(p.objects.iter().map(|_| object()).collect::<Vec<_>>());
    let chans: Vec<_> =
        p.objects.iter().map(|o| bounded(o.size.max(0) as usize)).collect();
    let mood = random.below(4);
    let mut order: Vec<usize> = (0..p.goroutines.len()).collect();
    for i in (1..order.len()).rev() {
        order.swap(i, random.below(i + 1));
    }
    let ends = |number| {
        let some =
            chans.iter().enumerate().map(move |(obj, (send, recv))| Ends {
                send: p.uses(number, obj, true).then(|| send.clone()),
                recv: p.uses(number, obj, false).then(|| recv.clone()),
            });
        some.collect::<Vec<_>>()
    };
    let mut all: Vec<_> = order.into_iter().map(|n| (n, ends(n))).collect();
    drop(chans);
    while let Some((number, ends)) = all.pop() {
        let (objects, round) = (objects.clone(), round.clone());
        let (seed, slow) =
            (random.below(1 << 40) as u64, 1 << random.below(11));
        let live = move || {
            let held = objects.iter().map(|_| Held::default()).collect();
            let random = Random::new(seed);
            let stop = false;
            Actor {
                ends,
                held,
                objects,
                round,
                number,
                random,
                mood,
                slow,
                stop,
            }
            .live()
        };
        let thread = thread::Builder::new().stack_size(1 << 18);
        thread.spawn(live).expect("a thread");
    }
}

fn main() {
    std::panic::set_hook(Box::new(|_| ()));
    let hello = serde_json::json!({
        "litmus": 1, "name": "crossbeam", "version": option_env!("LITMUS_VERSION").unwrap_or("?"),
        "model": "1:1",
        "lacks": {"nil": "never() can only receive",
            "waitgroup": "crossbeam's has clones, and no counter to add to"},
        "variants": ["ends", "retry", "guards", "cond-spurious", "once-poisoned"]});
    serve(hello, start);
}
