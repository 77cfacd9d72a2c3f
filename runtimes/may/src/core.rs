//! Coroutines are started, counted, give way and sleep as may has it.

use crate::abi::*;
use may::coroutine;
use std::ffi::{c_int, c_void};
use std::mem::size_of;
use std::process;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::SeqCst};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Words of a coroutine's stack.
const STACK: usize = 0x4000;
pub const STACK_BYTES: u64 = 8 * STACK as u64;
const MAIN_STACK: usize = 0x100000;

static STARTED: AtomicBool = AtomicBool::new(false);
static LIVE: AtomicI64 = AtomicI64::new(0);
static WAITING: AtomicI64 = AtomicI64::new(0);
static BEGIN: OnceLock<Instant> = OnceLock::new();

/// What a coroutine gets of C: a pointer, which it alone uses.
struct Handed(*mut c_void);
unsafe impl Send for Handed {}

impl Handed {
    fn pointer(&self) -> *mut c_void {
        self.0
    }
}

/// The bytes that go() copies, aligned for any type of C.
#[repr(align(16))]
struct Copied([u8; ARG_MAX]);

/// Count those that wait.  Who is woken by our own code waits no more from then
/// on, also while it has not gone on yet.
pub fn begin_wait() {
    WAITING.fetch_add(1, SeqCst);
}

pub fn end_wait() {
    WAITING.fetch_sub(1, SeqCst);
}

/// Counts the caller for as long as wait takes.
pub fn waiting<T>(wait: impl FnOnce() -> T) -> T {
    begin_wait();
    let result = wait();
    end_wait();
    result
}

fn start(
    stack: usize,
    body: impl FnOnce() + Send + 'static,
) -> coroutine::JoinHandle<()> {
    LIVE.fetch_add(1, SeqCst);
    let builder = coroutine::Builder::new().stack_size(stack);
    let counted = move || {
        body();
        LIVE.fetch_sub(1, SeqCst);
    };
    // It is unsafe for thread locals and deep stacks; bodies know that.
    unsafe { builder.spawn(counted) }.expect("no coroutine")
}

pub fn fatal(text: &str) -> ! {
    eprintln!("fatal error: {text}");
    process::exit(2);
}

pub extern "C" fn run(
    body: Option<Body>,
    arg: *mut c_void,
    options: *const RunOptions,
) -> c_int {
    let o = unsafe { options.as_ref() }
        .filter(|o| o.size >= size_of::<RunOptions>());
    let (Some(body), false) = (body, o.is_some_and(|o| o.procs < 0)) else {
        return EINVAL;
    };
    if o.is_some_and(|o| o.flags != 0) {
        return ENOTSUP;
    }
    if STARTED.swap(true, SeqCst) {
        return EINVAL;
    }
    let procs = o.map_or(0, |o| o.procs as usize);
    may::config().set_workers(procs).set_stack_size(STACK);
    let handed = Handed(arg);
    match start(MAIN_STACK, move || body(handed.pointer())).join() {
        Ok(()) => OK,
        Err(_) => process::abort(),
    }
}

pub extern "C" fn go(
    body: Option<Body>,
    arg: *const c_void,
    n: usize,
) -> c_int {
    let Some(body) = body else {
        fatal("go of nil func value");
    };
    if n > ARG_MAX || (n > 0 && arg.is_null()) {
        return EINVAL;
    }
    if n == 0 {
        let handed = Handed(arg.cast_mut());
        start(STACK, move || body(handed.pointer()));
    } else {
        let mut copied = Box::new(Copied([0; ARG_MAX]));
        unsafe { arg.cast::<u8>().copy_to(copied.0.as_mut_ptr(), n) };
        start(STACK, move || body(copied.0.as_mut_ptr().cast()));
    }
    OK
}

pub extern "C" fn yield_now() {
    coroutine::yield_now();
}

pub extern "C" fn exit(status: c_int) {
    process::exit(status);
}

/// Nanoseconds since a second before the first call.
pub extern "C" fn now() -> i64 {
    let begin = BEGIN.get_or_init(Instant::now);
    1_000_000_000 + begin.elapsed().as_nanos() as i64
}

/// What is left until an absolute deadline, in whole milliseconds: may cuts the
/// rest off, and waits for ever if nothing is left then.
pub fn until(deadline: i64) -> Option<Duration> {
    match deadline {
        FOREVER => None,
        _ => Some(Duration::from_millis(
            (deadline - now()).max(0) as u64 / 1_000_000 + 1,
        )),
    }
}

pub extern "C" fn sleep(ns: i64) {
    if ns > 0 {
        waiting(|| coroutine::sleep(Duration::from_nanos(ns as u64)));
    }
}

pub extern "C" fn num_goroutine() -> i64 {
    LIVE.load(SeqCst)
}

pub extern "C" fn num_waiting() -> i64 {
    WAITING.load(SeqCst)
}
