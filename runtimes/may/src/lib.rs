//! may's coroutines behind abi/assay.h: a runtime in Rust as a shared object.
//!
//!     abi.rs    the table, as far as it is filled in
//!     core.rs   run, go, yield, sleep, what is counted
//!     chan.rs   channels and select, on may's Blocker
//!     lock.rs   may's Mutex, RwLock and Condvar in the storage of C
//!
//! A body is a C function that returns; no panic crosses it.  A panic of this
//! crate's own would cross an extern "C" function and so ends the process.

mod abi;
mod chan;
mod core;
mod lock;

use std::mem::size_of;
use std::ptr::null;

macro_rules! text {
    ($s:expr) => {
        concat!($s, "\0").as_ptr().cast()
    };
}

static CORE: abi::Core = abi::Core {
    size: size_of::<abi::Core>(),
    run: core::run,
    go: core::go,
    yield_: core::yield_now,
    goexit: None,
    exit: core::exit,
};

static CHAN: abi::Chans = abi::Chans {
    size: size_of::<abi::Chans>(),
    make: chan::make,
    free: chan::free,
    send: chan::send,
    recv: chan::recv,
    close: chan::close,
    len: chan::len,
    cap: chan::cap,
    select: chan::select,
};

static TIME: abi::Time = abi::Time {
    size: size_of::<abi::Time>(),
    now: core::now,
    sleep: core::sleep,
};

static SYNC: abi::Sync = abi::Sync {
    size: size_of::<abi::Sync>(),
    mutex_lock: lock::mutex_lock,
    mutex_unlock: lock::mutex_unlock,
    rw_lock: lock::rw_lock,
    rw_unlock: lock::rw_unlock,
    rw_rlock: lock::rw_rlock,
    rw_runlock: lock::rw_runlock,
    wg_add: lock::wg_add,
    wg_wait: lock::wg_wait,
    wg_go: None,
    once_do: lock::once_do,
    cond_wait: lock::cond_wait,
    cond_wait_r: None,
    cond_signal: lock::cond_signal,
    cond_broadcast: lock::cond_broadcast,
};

static INSPECT: abi::Inspect = abi::Inspect {
    size: size_of::<abi::Inspect>(),
    num_goroutine: core::num_goroutine,
    num_waiting: core::num_waiting,
};

static RUNTIME: abi::Runtime = abi::Runtime {
    size: size_of::<abi::Runtime>(),
    abi: abi::ABI_VERSION,
    traits: abi::TRAIT_PARALLEL
        | abi::TRAIT_SEVERAL_PS
        | abi::TRAIT_BUFFERED
        | abi::TRAIT_SELECT_SEND,
    name: text!("may"),
    version: text!(env!("ASSAY_CRATE_VERSION")),
    model: text!("N:M"),
    max_goroutines: 30_000, // each has two mappings: see vm.max_map_count
    core: &CORE,
    chan: &CHAN,
    time: &TIME,
    sync: &SYNC,
    blocking: null(),
    inspect: &INSPECT,
    net: null(),
    trace: null(),
    go_version: text!("1.22"),
    metrics: null(),
    profile: null(),
    recorder: null(),
    bubble: null(),
    stack_bytes: core::STACK_BYTES,
};

/// The one symbol that the runner looks for.
#[no_mangle]
pub extern "C" fn assay_runtime() -> *const abi::Runtime {
    &RUNTIME
}
