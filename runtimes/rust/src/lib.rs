//! What interpreters of litmus programs in Rust share: the protocol in
//! conformance/litmus/PROTOCOL.md, rounds and how they end.
//!
//! That nobody can go on is read from the kernel, see quiet().

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::sync::atomic::{
    AtomicBool, AtomicI32, AtomicU64, AtomicUsize, Ordering::SeqCst,
};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use std::{fs, thread};

#[derive(Deserialize)]
pub struct Arm {
    pub send: bool,
    pub obj: usize,
    pub number: i32,
    pub from: i32,
    pub value: i32,
    pub ok: i32,
}

#[derive(Deserialize)]
pub struct Op {
    #[serde(rename = "do")]
    pub act: String,
    pub obj: i32,
    pub number: i32,
    pub from: i32,
    pub reg: i32,
    pub to: i32,
    pub default: bool,
    pub arms: Vec<Arm>,
}

#[derive(Deserialize)]
pub struct Thing {
    pub kind: String,
    pub size: i32,
}

#[derive(Deserialize)]
pub struct Program {
    pub main: i32,
    pub registers: usize,
    pub objects: Vec<Thing>,
    pub goroutines: Vec<Vec<Op>>,
}

impl Program {
    /// True if a goroutine's code uses this end of a channel; a close is a use
    /// of the sending end.
    pub fn uses(&self, actor: usize, obj: usize, send: bool) -> bool {
        self.goroutines[actor].iter().any(|op| {
            op.arms.iter().any(|a| a.obj == obj && a.send == send)
                || send && op.act == "close-chan" && op.obj == obj as i32
        })
    }
}

#[derive(Deserialize)]
struct Request {
    id: u64,
    rounds: usize,
    seed: u64,
    program: Program,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Outcome {
    end: &'static str,
    panic: i32,
    registers: Vec<i32>,
    at: Vec<i32>,
}

const BITS: i32 = 7;
const MASK: u64 = 127;
const OVER: u64 = 1 << 63;

const ABREAST: usize = 16; // rounds at once
const LEFT_MAX: usize = 100; // goroutines left behind, before it is full

static ALIVE: AtomicUsize = AtomicUsize::new(0);
static ASLEEP: AtomicUsize = AtomicUsize::new(0);

/// A goroutine that sleeps will go on: as long as this lives nobody is stuck.
pub struct Asleep(());

impl Asleep {
    pub fn begin() -> Asleep {
        ASLEEP.fetch_add(1, SeqCst);
        Asleep(())
    }
}

impl Drop for Asleep {
    fn drop(&mut self) {
        ASLEEP.fetch_sub(1, SeqCst);
    }
}

/// One run of a program.
pub struct Round {
    pub p: Arc<Program>,
    pub pc: Vec<AtomicI32>, // -1: it has ended
    regs: AtomicU64,
    left: AtomicUsize,
    end: OnceLock<(&'static str, i32, u64)>, // how, the panic, registers
    cancelled: AtomicBool,
}

impl Round {
    fn new(p: &Arc<Program>) -> Arc<Round> {
        let n = p.goroutines.len();
        ALIVE.fetch_add(n, SeqCst);
        Arc::new(Round {
            p: p.clone(),
            pc: (0..n).map(|_| AtomicI32::new(0)).collect(),
            regs: AtomicU64::new(0),
            left: AtomicUsize::new(n),
            end: OnceLock::new(),
            cancelled: AtomicBool::new(false),
        })
    }

    pub fn registers(&self) -> u64 {
        self.regs.load(SeqCst)
    }

    pub fn is_over(&self) -> bool {
        self.registers() & OVER != 0
    }

    /// True once the outcome is taken: who is left may be ended.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(SeqCst)
    }

    /// Writes values to registers, all at one moment.
    pub fn write(&self, pairs: &[(i32, i32)]) {
        let with = |old: u64| {
            let put = |regs: u64, &(reg, to): &(i32, i32)| match reg {
                0.. => {
                    regs & !(MASK << (BITS * reg)) | (to as u64) << (BITS * reg)
                }
                _ => regs,
            };
            (old & OVER == 0).then(|| pairs.iter().fold(old, put))
        };
        let _ = self.regs.fetch_update(SeqCst, SeqCst, with);
    }

    /// Ends the round in that way, unless it is over.
    pub fn finish(&self, how: &'static str, panic: i32) {
        let old = self.regs.fetch_or(OVER, SeqCst);
        if old & OVER == 0 {
            let _ = self.end.set((how, panic, old));
        }
    }

    /// A goroutine has ended.
    pub fn leave(&self, actor: usize) {
        self.pc[actor].store(-1, SeqCst);
        self.left.fetch_sub(1, SeqCst);
        ALIVE.fetch_sub(1, SeqCst);
    }

    fn done(&self) -> bool {
        self.is_over() || self.left.load(SeqCst) == 0
    }

    fn outcome(&self) -> Outcome {
        self.finish("quiet", 0);
        while self.end.get().is_none() {
            thread::yield_now();
        }
        let &(end, panic, regs) = self.end.get().unwrap();
        self.cancelled.store(true, SeqCst);
        let at = self.pc.iter().map(|pc| pc.load(SeqCst));
        Outcome {
            end,
            panic,
            registers: (0..self.p.registers)
                .map(|r| value(regs, 0, r as i32))
                .collect(),
            at: if end == "quiet" { at.collect() } else { Vec::new() },
        }
    }
}

/// A number, and what a register holds of those read before.
pub fn value(regs: u64, number: i32, from: i32) -> i32 {
    match from {
        0.. => number + (regs >> (BITS * from) & MASK) as i32,
        _ => number,
    }
}

/// A generator of numbers, and how a goroutine pauses.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as usize % n
    }
}

/// The state of each thread but the caller's, and how often it was switched;
/// None if one does not sleep.
fn all_asleep() -> Option<Vec<String>> {
    let me = fs::read_link("/proc/thread-self").ok()?;
    let mut found = Vec::new();
    for task in fs::read_dir("/proc/self/task").ok()? {
        let task = task.ok()?;
        if Some(task.file_name().as_os_str()) == me.file_name() {
            continue;
        }
        let status = fs::read_to_string(task.path().join("status")).ok()?;
        let kept = |line: &&str| {
            line.starts_with("State") || line.contains("ctxt_switches")
        };
        let lines: Vec<&str> = status.lines().filter(kept).collect();
        if !lines[0].contains('S') || !lines[0].contains("sleeping") {
            return None;
        }
        found.push(format!("{:?} {lines:?}", task.file_name()));
    }
    Some(found)
}

/// True if nobody can go on: each thread sleeps in the kernel, and again, without
/// a switch between, so all did at the moment between; and nobody's sleep was for
/// a time.  A thread that the kernel has preempted on its way to sleep says that
/// it sleeps, too, but may yet go on.  So the caller sleeps in between, which
/// leaves it a CPU.
fn quiet() -> bool {
    let before = all_asleep();
    let still = |ms| {
        thread::sleep(Duration::from_millis(ms));
        ASLEEP.load(SeqCst) == 0 && all_asleep() == before
    };
    before.is_some() && [1, 2, 4].into_iter().all(still)
}

fn wait(rounds: &[Arc<Round>]) {
    for looks in 0.. {
        if rounds.iter().all(|r| r.done()) || looks > 20 && quiet() {
            return;
        }
        match looks {
            0..=20 => thread::yield_now(),
            // a look is not free where threads are many
            _ => thread::sleep(Duration::from_micros(looks.min(500))),
        }
    }
}

type Seen = BTreeMap<Outcome, usize>;

fn run(
    ask: Request,
    start: &mut dyn FnMut(&Arc<Round>, &mut Random),
) -> (Seen, bool) {
    let (p, mut random) = (Arc::new(ask.program), Random::new(ask.seed));
    let (mut seen, mut ran) = (Seen::new(), 0);
    while ran < ask.rounds {
        let n = ABREAST.min(ask.rounds - ran);
        let rounds: Vec<_> = (0..n).map(|_| Round::new(&p)).collect();
        rounds.iter().for_each(|r| start(r, &mut random));
        wait(&rounds);
        for r in rounds {
            *seen.entry(r.outcome()).or_default() += 1;
        }
        ran += n;
        if ALIVE.load(SeqCst) > LEFT_MAX {
            return (seen, true);
        }
    }
    (seen, false)
}

/// Says hello, and then answers until the input ends.  start begins a round.
pub fn serve(
    hello: serde_json::Value,
    mut start: impl FnMut(&Arc<Round>, &mut Random),
) {
    let say = |line: serde_json::Value| {
        let mut out = std::io::stdout();
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    };
    say(hello);
    for line in std::io::stdin().lock().lines() {
        let Ok(ask) =
            serde_json::from_str::<Request>(&line.unwrap_or_default())
        else {
            return;
        };
        let id = ask.id;
        let (seen, full) = run(ask, &mut start);
        let seen: Vec<_> = seen
            .iter()
            .map(|(o, count)| {
                serde_json::json!({"count": count, "end": o.end, "panic": o.panic,
                    "registers": o.registers, "at": o.at})
            })
            .collect();
        say(serde_json::json!({"id": id, "seen": seen, "full": full}));
    }
}
