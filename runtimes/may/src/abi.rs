//! The part of abi/assay.h that this runtime fills in.  A group may end early:
//! its size says which functions it has, and what lies beyond counts as NULL.

use std::ffi::{c_char, c_int, c_void};

pub const OK: c_int = 0;
pub const CLOSED: c_int = 1;
pub const AGAIN: c_int = 2;
pub const TIMEOUT: c_int = 3;
pub const SEND_CLOSED: c_int = -1;
pub const CLOSE_CLOSED: c_int = -2;
pub const CLOSE_NIL: c_int = -3;
pub const CHAN_SIZE: c_int = -4;
pub const WG_NEGATIVE: c_int = -5;
pub const EINVAL: c_int = -64;
pub const ENOTSUP: c_int = -66;

pub const POLL: i64 = 0;
pub const FOREVER: i64 = i64::MAX;

pub const ABI_VERSION: u32 = 1;
pub const ARG_MAX: usize = 256;
pub const TRAIT_PARALLEL: u32 = 1;
pub const TRAIT_SEVERAL_PS: u32 = 2048;
pub const TRAIT_BUFFERED: u32 = 4096;
pub const TRAIT_SELECT_SEND: u32 = 8192;

/// Functions of C that are called, and storage that C owns.
pub type Body = extern "C" fn(*mut c_void);
pub type Words<const N: usize> = [u64; N];

#[repr(C)]
pub struct RunOptions {
    pub size: usize,
    pub procs: i32,
    pub flags: u32,
}

#[repr(C)]
pub struct Core {
    pub size: usize,
    pub run:
        extern "C" fn(Option<Body>, *mut c_void, *const RunOptions) -> c_int,
    pub go: extern "C" fn(Option<Body>, *const c_void, usize) -> c_int,
    pub yield_: extern "C" fn(),
    pub goexit: Option<extern "C" fn()>,
    pub exit: extern "C" fn(c_int),
}

#[repr(C)]
pub struct Case {
    pub chan: *const c_void,
    pub dir: i32,
    pub reserved: i32,
    pub send: *const u8,
    pub recv: *mut u8,
}

type Chan = *const crate::chan::Chan;

#[repr(C)]
pub struct Chans {
    pub size: usize,
    pub make: extern "C" fn(usize, i64, *mut c_int) -> Chan,
    pub free: extern "C" fn(Chan),
    pub send: extern "C" fn(Chan, *const u8, i64) -> c_int,
    pub recv: extern "C" fn(Chan, *mut u8, i64) -> c_int,
    pub close: extern "C" fn(Chan) -> c_int,
    pub len: extern "C" fn(Chan) -> i64,
    pub cap: extern "C" fn(Chan) -> i64,
    pub select: extern "C" fn(*const Case, usize, i64, *mut usize) -> c_int,
}

#[repr(C)]
pub struct Time {
    pub size: usize,
    pub now: extern "C" fn() -> i64,
    pub sleep: extern "C" fn(i64),
}

#[repr(C)]
pub struct Sync {
    pub size: usize,
    pub mutex_lock: extern "C" fn(*mut Words<8>, i64) -> c_int,
    pub mutex_unlock: extern "C" fn(*mut Words<8>),
    pub rw_lock: extern "C" fn(*mut Words<16>, i64) -> c_int,
    pub rw_unlock: extern "C" fn(*mut Words<16>),
    pub rw_rlock: extern "C" fn(*mut Words<16>, i64) -> c_int,
    pub rw_runlock: extern "C" fn(*mut Words<16>),
    pub wg_add: extern "C" fn(*mut Words<8>, i64) -> c_int,
    pub wg_wait: extern "C" fn(*mut Words<8>, i64) -> c_int,
    pub wg_go: Option<extern "C" fn(*mut Words<8>, Body, *mut c_void) -> c_int>,
    pub once_do: extern "C" fn(*mut Words<8>, Option<Body>, *mut c_void),
    pub cond_wait: extern "C" fn(*mut Words<16>, *mut Words<8>) -> c_int,
    pub cond_wait_r:
        Option<extern "C" fn(*mut Words<16>, *mut Words<16>) -> c_int>,
    pub cond_signal: extern "C" fn(*mut Words<16>) -> c_int,
    pub cond_broadcast: extern "C" fn(*mut Words<16>) -> c_int,
}

#[repr(C)]
pub struct Inspect {
    pub size: usize,
    pub num_goroutine: extern "C" fn() -> i64,
    pub num_waiting: extern "C" fn() -> i64,
}

#[repr(C)]
pub struct Runtime {
    pub size: usize,
    pub abi: u32,
    pub traits: u32,
    pub name: *const c_char,
    pub version: *const c_char,
    pub model: *const c_char,
    pub max_goroutines: u64,
    pub core: &'static Core,
    pub chan: &'static Chans,
    pub time: &'static Time,
    pub sync: &'static Sync,
    pub blocking: *const c_void,
    pub inspect: &'static Inspect,
    pub net: *const c_void,
    pub trace: *const c_void,
    pub go_version: *const c_char,
    pub metrics: *const c_void,
    pub profile: *const c_void,
    pub recorder: *const c_void,
    pub bubble: *const c_void,
    pub stack_bytes: u64,
}

// The names are constant texts.
unsafe impl std::marker::Sync for Runtime {}
