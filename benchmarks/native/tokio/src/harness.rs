//! What a workload is written with, and how it is run.

use std::fs::File;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use tokio::sync::Notify;

use crate::options::settings;

pub const MS: i64 = 1_000_000;

pub type Measure =
    for<'a> fn(&'a mut State) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

pub struct Workload {
    pub name: &'static str, // "/NAME:VALUE" is an argument
    pub measure: Measure,
    pub once: bool,  // one iteration
    pub fresh: bool, // wants a process without history
}

/// A Workload; `once` or `fresh` may follow.
#[macro_export]
macro_rules! workload {
    ($name:literal, $measure:expr $(, $flag:ident)?) => {
        $crate::harness::Workload {
            name: $name,
            measure: |s| Box::pin($measure(s)),
            $($flag: true,)?
            ..$crate::harness::Workload { name: $name,
                measure: |s| Box::pin($measure(s)), once: false, fresh: false }
        }
    };
}

/// One call of a workload's function.  It sets up, measures between begin and
/// end, checks its own answer with expect, and reports by finish.
pub struct State {
    pub workload: &'static Workload,
    pub n: i64, // iterations to do
    pub args: Vec<i64>,
    pub real: i64, // ns, of the timed part
    pub cpu: i64,
    pub items: i64,
    pub counters: Vec<(String, f64)>,
    pub error: Option<String>,
    pub skip: Option<String>,
    pub warm: bool,
}

// ---- clocks ----------------------------------------------------------------

/// Monotonic nanoseconds.
pub fn clock() -> i64 {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    ORIGIN.get_or_init(Instant::now).elapsed().as_nanos() as i64
}

/// CPU time of the process in nanoseconds.
fn process_cpu() -> i64 {
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: t is valid and large enough.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut t) };
    t.tv_sec * 1_000_000_000 + t.tv_nsec
}

pub async fn sleep(ns: i64) {
    tokio::time::sleep(std::time::Duration::from_nanos(ns as u64)).await;
}

// ---- words for the body ----------------------------------------------------

/// Tasks that are waited for together.
pub struct Group {
    left: AtomicI64,
    ended: Notify,
}

impl Group {
    pub fn new(n: i64) -> Arc<Group> {
        let left = AtomicI64::new(n);
        Arc::new(Group { left, ended: Notify::new() })
    }

    pub fn add(&self, n: i64) {
        self.left.fetch_add(n, Ordering::Relaxed);
    }

    // Release, and acquire for the last and for who waits: what the tasks
    // wrote is seen after the wait.
    pub fn done(&self) {
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.ended.notify_one();
        }
    }

    pub async fn wait(&self) {
        while self.left.load(Ordering::Acquire) > 0 {
            self.ended.notified().await;
        }
    }
}

/// n, or in a smoke test at most `most`.
pub fn unless_tiny(n: i64, most: i64) -> i64 {
    if settings().tiny {
        n.min(most)
    } else {
        n
    }
}

/// The sum of 0 ... n - 1.
pub fn sum_below(n: i64) -> i64 {
    n * (n - 1) / 2
}

/// How many tasks can compute at once.
pub fn ways() -> i64 {
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    settings().procs.min(cpus) as i64
}

impl State {
    /// Starts timing and returns how many iterations to do.
    pub fn begin(&mut self) -> i64 {
        self.resume();
        self.n
    }

    pub fn end(&mut self) {
        self.pause();
    }

    /// What lies between pause and resume is not timed.
    pub fn pause(&mut self) {
        self.real += clock();
        self.cpu += process_cpu();
    }

    pub fn resume(&mut self) {
        self.cpu -= process_cpu();
        self.real -= clock();
    }

    pub fn fail(&mut self, text: String) {
        self.error.get_or_insert(text);
    }

    pub fn expect(&mut self, what: &str, got: i64, want: i64) {
        if got != want {
            self.fail(format!("{what} is {got}, not {want}"));
        }
    }

    pub fn counter(&mut self, name: &str, value: f64) {
        if value.is_finite() {
            self.counters.push((name.to_string(), value));
        } else {
            self.fail(format!("counter {name} is {value}"));
        }
    }

    /// Reports items, and the tasks made and messages per iteration.
    pub fn finish(&mut self, items: i64, tasks: i64, messages: i64) {
        let n = self.n as f64;
        self.items = items;
        self.counter("goroutines", tasks as f64 / n);
        self.counter("messages", messages as f64 / n);
    }

    /// Argument i of the name; cut to at most `most` in a smoke test.
    pub fn size(&self, i: usize, most: i64) -> i64 {
        unless_tiny(self.args[i], most)
    }

    /// Opens DIR/NAME and suffix; None without --details.
    pub fn details(&mut self, suffix: &str) -> Option<File> {
        let folder = settings().details.as_ref()?;
        let name = self.workload.name.replace(['/', ':'], "_");
        match File::create(format!("{folder}/{name}{suffix}")) {
            Ok(file) => Some(file),
            Err(e) => {
                self.fail(format!("{name}{suffix}: {e}"));
                None
            }
        }
    }
}

/// Awaits `$once` n times with timing, after one untimed time in this process.
#[macro_export]
macro_rules! repeat {
    ($s:ident, $once:expr) => {{
        if !$s.warm {
            $once.await;
        }
        let n = $s.begin();
        for _ in 0..n {
            $once.await;
        }
        $s.end();
        n
    }};
}

// ---- running ---------------------------------------------------------------

/// The numbers of "/NAME:VALUE" in a name.
fn args_of(name: &str) -> Vec<i64> {
    let values = name.split('/').filter_map(|part| part.split_once(':'));
    values.filter_map(|(_, value)| value.parse().ok()).collect()
}

async fn call(workload: &'static Workload, n: i64, warm: bool) -> State {
    let mut s = State {
        workload,
        n,
        args: args_of(workload.name),
        real: 0,
        cpu: 0,
        items: 0,
        counters: Vec::new(),
        error: None,
        skip: None,
        warm,
    };
    if n > 0 {
        (workload.measure)(&mut s).await;
    }
    s
}

/// With more and more iterations until the timed part is long enough.
pub async fn run(w: &'static Workload, alone: bool) -> State {
    const MOST: f64 = 1e9;
    let settings = settings();
    if w.fresh && !alone && !settings.tiny {
        let mut s = call(w, 0, false).await;
        s.skip = Some("needs a process of its own".to_string());
        return s;
    }
    let mut s = call(w, 1, false).await;
    while !w.once && !w.fresh && s.error.is_none() && s.skip.is_none() {
        let (seconds, n) = (s.real as f64 / 1e9, s.n as f64);
        if seconds >= settings.min_time || n >= MOST {
            break;
        }
        let factor = settings.min_time * 1.4 / seconds.max(1e-9);
        let next = (n * factor.min(10.0)).max(n + 1.0).min(MOST);
        s = call(w, next as i64, true).await;
    }
    s
}
