//! Channels of bytes, and select.  may's own channels have no bound and cannot
//! be waited for together; these park and wake coroutines by its Blocker.
//!
//! A channel's lock is held for some instructions and never while parked.  A
//! select takes those of all its channels, by address.  Whoever ends another's
//! wait does so under the lock of the channel: once the one that waited has
//! that lock again, all that was done for it is done.

use crate::abi::*;
use crate::core::{begin_wait, end_wait, fatal, now, until};
use may::coroutine::is_coroutine;
use may::sync::Blocker;
use std::collections::VecDeque;
use std::ffi::c_int;
use std::ptr::null;
use std::sync::atomic::{AtomicI32, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard};

const NOT_YET: usize = usize::MAX;
const SEND: i32 = 0;
const RECV: i32 = 1;

pub struct Chan {
    elem: usize,
    cap: usize,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    values: VecDeque<Box<[u8]>>,
    closed: bool,
    senders: VecDeque<Entry>,
    receivers: VecDeque<Entry>,
}

/// One that waits, perhaps at several channels.
struct Waiter {
    chosen: AtomicUsize,
    status: AtomicI32,
    blocker: Arc<Blocker>,
}

/// It waits with this case.
#[derive(Clone)]
struct Entry {
    waiter: Arc<Waiter>,
    index: usize,
    data: *mut u8,
}

// The pointer is of one that stands still until it is woken.
unsafe impl Send for Entry {}

impl Entry {
    /// Ends the wait, unless another case has.
    fn claim(&self) -> bool {
        let chosen = &self.waiter.chosen;
        chosen.compare_exchange(NOT_YET, self.index, SeqCst, SeqCst).is_ok()
    }

    fn wake(&self, status: c_int) {
        end_wait();
        self.waiter.status.store(status, SeqCst);
        self.waiter.blocker.unpark();
    }
}

fn claimed(queue: &mut VecDeque<Entry>) -> Option<Entry> {
    while let Some(entry) = queue.pop_front() {
        if entry.claim() {
            return Some(entry);
        }
    }
    None
}

/// Copies a value; from nowhere it is zero, to nowhere it is thrown away.
fn copy(from: *const u8, to: *mut u8, n: usize) {
    match (from.is_null(), to.is_null()) {
        (_, true) => {}
        (true, _) => unsafe { to.write_bytes(0, n) },
        _ => unsafe { to.copy_from(from, n) },
    }
}

fn boxed(from: *const u8, n: usize) -> Box<[u8]> {
    let mut value = vec![0; n].into_boxed_slice();
    copy(from, value.as_mut_ptr(), n);
    value
}

impl Chan {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// Does it if that is possible now.
    fn attempt(
        &self,
        inner: &mut Inner,
        dir: i32,
        data: *mut u8,
    ) -> Option<c_int> {
        if dir == SEND {
            self.attempt_send(inner, data)
        } else {
            self.attempt_recv(inner, data)
        }
    }

    fn attempt_send(&self, inner: &mut Inner, data: *mut u8) -> Option<c_int> {
        if inner.closed {
            return Some(SEND_CLOSED);
        }
        if let Some(entry) = claimed(&mut inner.receivers) {
            copy(data, entry.data, self.elem);
            entry.wake(OK);
        } else if inner.values.len() < self.cap {
            inner.values.push_back(boxed(data, self.elem));
        } else {
            return None;
        }
        Some(OK)
    }

    fn attempt_recv(&self, inner: &mut Inner, data: *mut u8) -> Option<c_int> {
        if let Some(value) = inner.values.pop_front() {
            copy(value.as_ptr(), data, self.elem);
            if let Some(entry) = claimed(&mut inner.senders) {
                inner.values.push_back(boxed(entry.data, self.elem));
                entry.wake(OK);
            }
        } else if let Some(entry) = claimed(&mut inner.senders) {
            copy(entry.data, data, self.elem);
            entry.wake(OK);
        } else if inner.closed {
            copy(null(), data, self.elem);
            return Some(CLOSED);
        } else {
            return None;
        }
        Some(OK)
    }
}

/// A channel of C's for the length of a call: who is woken by it may free it.
fn held(chan: *const Chan) -> Option<Arc<Chan>> {
    (!chan.is_null()).then(|| unsafe {
        Arc::increment_strong_count(chan);
        Arc::from_raw(chan)
    })
}

/// A case of a select, or the one of a send or receive.
struct Op {
    chan: Option<Arc<Chan>>,
    dir: i32,
    data: *mut u8,
}

impl Op {
    fn is_bad(&self) -> bool {
        let no_value = self.dir == SEND && self.data.is_null();
        !(SEND..=RECV).contains(&self.dir)
            || (no_value && self.chan.as_ref().is_some_and(|c| c.elem > 0))
    }
}

/// The locks of all channels of a select, each once.
struct Locked<'a> {
    held: Vec<(*const Chan, MutexGuard<'a, Inner>)>,
}

impl<'a> Locked<'a> {
    fn of(ops: &'a [Op]) -> Locked<'a> {
        let mut chans: Vec<&Chan> =
            ops.iter().filter_map(|op| op.chan.as_deref()).collect();
        chans.sort_by_key(|&c| c as *const Chan);
        chans.dedup_by_key(|c| *c as *const Chan);
        Locked {
            held: chans
                .into_iter()
                .map(|c| (c as *const Chan, c.lock()))
                .collect(),
        }
    }

    fn inner(&mut self, chan: &Chan) -> &mut Inner {
        let at =
            self.held.binary_search_by_key(&(chan as *const Chan), |h| h.0);
        &mut self.held[at.unwrap()].1
    }

    /// Does the first that can be done.
    fn attempt(
        &mut self,
        ops: &[Op],
        order: &[usize],
    ) -> Option<(usize, c_int)> {
        order.iter().find_map(|&i| {
            let chan = ops[i].chan.as_deref()?;
            let status =
                chan.attempt(self.inner(chan), ops[i].dir, ops[i].data)?;
            Some((i, status))
        })
    }

    fn queue(&mut self, op: &Op) -> Option<&mut VecDeque<Entry>> {
        let inner = self.inner(op.chan.as_deref()?);
        Some(if op.dir == SEND {
            &mut inner.senders
        } else {
            &mut inner.receivers
        })
    }

    fn enter(&mut self, ops: &[Op], order: &[usize], waiter: &Arc<Waiter>) {
        for &index in order {
            if let Some(queue) = self.queue(&ops[index]) {
                let (waiter, data) = (waiter.clone(), ops[index].data);
                queue.push_back(Entry { waiter, index, data });
            }
        }
    }

    fn leave(&mut self, ops: &[Op], waiter: &Arc<Waiter>) {
        for op in ops {
            if let Some(queue) = self.queue(op) {
                queue.retain(|e| !Arc::ptr_eq(&e.waiter, waiter));
            }
        }
    }
}

/// A number that differs from call to call.
fn random() -> u64 {
    static STATE: AtomicU64 = AtomicU64::new(0);
    let mut z = STATE.fetch_add(0x9e3779b97f4a7c15, SeqCst);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d049bb133111eb);
    z ^ (z >> 31)
}

/// The numbers below n in an order that is drawn.
fn shuffled(n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        order.swap(i, random() as usize % (i + 1));
    }
    order
}

/// Does one of them, or waits until another has done so.  The index is that of
/// the case, if there is one.
fn perform(ops: &[Op], deadline: i64) -> (Option<usize>, c_int) {
    let order = shuffled(ops.len());
    let mut locked = Locked::of(ops);
    if let Some((index, status)) = locked.attempt(ops, &order) {
        return (Some(index), status);
    }
    if deadline == POLL {
        return (None, AGAIN);
    }
    if !is_coroutine() {
        fatal("a call that blocks, and no goroutine makes it");
    }
    let waiter = Arc::new(Waiter {
        chosen: AtomicUsize::new(NOT_YET),
        status: AtomicI32::new(OK),
        blocker: Blocker::current(),
    });
    locked.enter(ops, &order, &waiter);
    begin_wait();
    drop(locked);
    wait(&waiter, deadline);
    Locked::of(ops).leave(ops, &waiter);
    match waiter.chosen.load(SeqCst) {
        NOT_YET => {
            end_wait();
            (None, TIMEOUT)
        }
        index => (Some(index), waiter.status.load(SeqCst)),
    }
}

fn wait(waiter: &Waiter, deadline: i64) {
    while waiter.chosen.load(SeqCst) == NOT_YET
        && (deadline == FOREVER || now() < deadline)
    {
        let _ = waiter.blocker.park(until(deadline));
    }
}

fn one(chan: *const Chan, dir: i32, data: *mut u8, deadline: i64) -> c_int {
    let op = Op { chan: held(chan), dir, data };
    if op.is_bad() {
        return EINVAL;
    }
    perform(&[op], deadline).1
}

pub extern "C" fn make(
    elem: usize,
    cap: i64,
    status: *mut c_int,
) -> *const Chan {
    const MOST: u128 = 1 << 47; // bytes that can be addressed
    let told = |s| unsafe { status.as_mut() }.map(|status| *status = s);
    if cap < 0 || elem as u128 * cap as u128 >= MOST {
        told(CHAN_SIZE);
        return null();
    }
    told(OK);
    Arc::into_raw(Arc::new(Chan {
        elem,
        cap: cap as usize,
        inner: Mutex::default(),
    }))
}

pub extern "C" fn free(chan: *const Chan) {
    if !chan.is_null() {
        drop(unsafe { Arc::from_raw(chan) });
    }
}

pub extern "C" fn send(
    chan: *const Chan,
    value: *const u8,
    deadline: i64,
) -> c_int {
    one(chan, SEND, value.cast_mut(), deadline)
}

pub extern "C" fn recv(
    chan: *const Chan,
    out: *mut u8,
    deadline: i64,
) -> c_int {
    one(chan, RECV, out, deadline)
}

pub extern "C" fn close(chan: *const Chan) -> c_int {
    let Some(chan) = held(chan) else {
        return CLOSE_NIL;
    };
    let mut inner = chan.lock();
    if inner.closed {
        return CLOSE_CLOSED;
    }
    inner.closed = true;
    while let Some(entry) = claimed(&mut inner.receivers) {
        copy(null(), entry.data, chan.elem);
        entry.wake(CLOSED);
    }
    while let Some(entry) = claimed(&mut inner.senders) {
        entry.wake(SEND_CLOSED);
    }
    OK
}

pub extern "C" fn len(chan: *const Chan) -> i64 {
    held(chan).map_or(0, |c| c.lock().values.len() as i64)
}

pub extern "C" fn cap(chan: *const Chan) -> i64 {
    held(chan).map_or(0, |c| c.cap as i64)
}

pub extern "C" fn select(
    cases: *const Case,
    n: usize,
    deadline: i64,
    chosen: *mut usize,
) -> c_int {
    if n > 0 && cases.is_null() {
        return EINVAL;
    }
    let ops: Vec<Op> = (0..n)
        .map(|i| unsafe { &*cases.add(i) })
        .map(|case| {
            let send = case.dir == SEND;
            let data = if send { case.send.cast_mut() } else { case.recv };
            Op { chan: held(case.chan.cast()), dir: case.dir, data }
        })
        .collect();
    if ops.iter().any(Op::is_bad) {
        return EINVAL;
    }
    let (index, status) = perform(&ops, deadline);
    if let (Some(index), Some(chosen)) = (index, unsafe { chosen.as_mut() }) {
        *chosen = index;
    }
    status
}
