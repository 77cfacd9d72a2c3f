//! may's Mutex, RwLock and Condvar.  C's storage, zero at first, holds a pointer
//! to what is made at the first use; guards lie beside the lock that they hold.

use crate::abi::*;
use crate::core::{fatal, waiting};
use may::sync::{
    Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard,
};
use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicPtr, Ordering::SeqCst};
use std::sync::Mutex as Short; // held for some instructions
use std::sync::{LockResult, TryLockError, TryLockResult};

/// A lock, and the guards of those who hold it.
#[derive(Default)]
struct Exclusive {
    lock: Mutex<()>,
    held: Short<Option<MutexGuard<'static, ()>>>,
}

#[derive(Default)]
struct Shared {
    lock: RwLock<()>,
    writer: Short<Option<RwLockWriteGuard<'static, ()>>>,
    readers: Short<Vec<RwLockReadGuard<'static, ()>>>,
}

/// may's WaitGroup counts its clones; this one counts by number.
#[derive(Default)]
struct Group {
    count: Mutex<i64>,
    is_zero: Condvar,
}

/// What C's storage stands for.  It is never freed: nobody says when.
fn object<T: Default, const N: usize>(
    storage: *mut Words<N>,
) -> Option<&'static T> {
    if storage.is_null() {
        return None;
    }
    let word = unsafe { AtomicPtr::from_ptr(storage.cast::<*mut T>()) };
    let mut found = word.load(SeqCst);
    if found.is_null() {
        let made = Box::into_raw(Box::<T>::default());
        found = match word.compare_exchange(found, made, SeqCst, SeqCst) {
            Ok(_) => made,
            Err(other) => {
                drop(unsafe { Box::from_raw(made) });
                other
            }
        };
    }
    Some(unsafe { &*found })
}

/// A guard, however the one before has ended.
fn sure<T>(result: LockResult<T>) -> T {
    result.unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Takes a lock in the ways that may has: there is no timed one.
fn acquire<T>(
    deadline: i64,
    attempt: impl FnOnce() -> TryLockResult<T>,
    lock: impl FnOnce() -> LockResult<T>,
    keep: impl FnOnce(T),
) -> c_int {
    match (attempt(), deadline) {
        (Ok(guard), _) => keep(guard),
        (Err(TryLockError::Poisoned(p)), _) => keep(p.into_inner()),
        (_, POLL) => return AGAIN,
        (_, FOREVER) => keep(sure(waiting(lock))),
        _ => return ENOTSUP,
    }
    OK
}

pub extern "C" fn mutex_lock(m: *mut Words<8>, deadline: i64) -> c_int {
    let Some(m) = object::<Exclusive, 8>(m) else {
        return EINVAL;
    };
    let keep = |guard| *m.held.lock().unwrap() = Some(guard);
    acquire(deadline, || m.lock.try_lock(), || m.lock.lock(), keep)
}

pub extern "C" fn mutex_unlock(m: *mut Words<8>) {
    let Some(m) = object::<Exclusive, 8>(m) else {
        return;
    };
    let guard = m.held.lock().unwrap().take();
    if guard.is_none() {
        fatal("sync: unlock of unlocked mutex");
    }
}

pub extern "C" fn rw_lock(m: *mut Words<16>, deadline: i64) -> c_int {
    let Some(m) = object::<Shared, 16>(m) else {
        return EINVAL;
    };
    let keep = |guard| *m.writer.lock().unwrap() = Some(guard);
    acquire(deadline, || m.lock.try_write(), || m.lock.write(), keep)
}

pub extern "C" fn rw_unlock(m: *mut Words<16>) {
    let Some(m) = object::<Shared, 16>(m) else {
        return;
    };
    let guard = m.writer.lock().unwrap().take();
    if guard.is_none() {
        fatal("sync: Unlock of unlocked RWMutex");
    }
}

pub extern "C" fn rw_rlock(m: *mut Words<16>, deadline: i64) -> c_int {
    let Some(m) = object::<Shared, 16>(m) else {
        return EINVAL;
    };
    let keep = |guard| m.readers.lock().unwrap().push(guard);
    acquire(deadline, || m.lock.try_read(), || m.lock.read(), keep)
}

pub extern "C" fn rw_runlock(m: *mut Words<16>) {
    let Some(m) = object::<Shared, 16>(m) else {
        return;
    };
    let guard = m.readers.lock().unwrap().pop();
    if guard.is_none() {
        fatal("sync: RUnlock of unlocked RWMutex");
    }
}

pub extern "C" fn wg_add(wg: *mut Words<8>, delta: i64) -> c_int {
    let Some(wg) = object::<Group, 8>(wg) else {
        return EINVAL;
    };
    let mut count = sure(wg.count.lock());
    *count += delta;
    if *count == 0 {
        wg.is_zero.notify_all();
    }
    if *count < 0 {
        WG_NEGATIVE
    } else {
        OK
    }
}

pub extern "C" fn wg_wait(wg: *mut Words<8>, deadline: i64) -> c_int {
    let Some(wg) = object::<Group, 8>(wg) else {
        return EINVAL;
    };
    let mut count = sure(wg.count.lock());
    match deadline {
        _ if *count <= 0 => OK,
        POLL => AGAIN,
        FOREVER => {
            waiting(move || {
                while *count > 0 {
                    count = sure(wg.is_zero.wait(count));
                }
            });
            OK
        }
        _ => ENOTSUP,
    }
}

/// Whether it has been done, under the lock of the one that does it.
type Once = Mutex<bool>;

pub extern "C" fn once_do(
    once: *mut Words<8>,
    body: Option<Body>,
    arg: *mut c_void,
) {
    let (Some(once), Some(body)) = (object::<Once, 8>(once), body) else {
        return;
    };
    let mut done = match once.try_lock() {
        Ok(guard) => guard,
        Err(_) => sure(waiting(|| once.lock())),
    };
    if !*done {
        body(arg);
        *done = true;
    }
}

pub extern "C" fn cond_wait(c: *mut Words<16>, m: *mut Words<8>) -> c_int {
    let (Some(c), Some(m)) =
        (object::<Condvar, 16>(c), object::<Exclusive, 8>(m))
    else {
        return EINVAL;
    };
    let Some(guard) = m.held.lock().unwrap().take() else {
        fatal("sync: unlock of unlocked mutex");
    };
    let guard = sure(waiting(|| c.wait(guard)));
    *m.held.lock().unwrap() = Some(guard);
    OK
}

pub extern "C" fn cond_signal(c: *mut Words<16>) -> c_int {
    let Some(c) = object::<Condvar, 16>(c) else {
        return EINVAL;
    };
    c.notify_one();
    OK
}

pub extern "C" fn cond_broadcast(c: *mut Words<16>) -> c_int {
    let Some(c) = object::<Condvar, 16>(c) else {
        return EINVAL;
    };
    c.notify_all();
    OK
}
