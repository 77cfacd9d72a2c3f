/*
 * lock.c - waiting for a lock of the runtime.
 */
#include "base/lock.h"

#include "arch.h"
#include "base/sys.h"
#include "base/text.h"

_Atomic(uint32_t) goro__mp;

/*
 * The M of the calling thread, for arch.h; NULL in a thread that is no M.
 * used: the only references are inside asm, which link-time optimisers miss.
 */
_Thread_local struct m *goro__tls_m
	__attribute__((tls_model("initial-exec"), used));

enum { STEP = 8, LONGEST = 64, YIELDS = 16, NAP_NS = 20000 };

/*
 * Takes l.  Looks less and less often, and does not write until the lock seems
 * free: each look takes the cache line from the holder, which does many things
 * in the time that it is left alone.  The pauses grow steeply, so two Ms that
 * both use one channel take turns of many operations, not of one or two.  A
 * holder that lost its CPU needs one: after some spinning the waiter yields,
 * and then sleeps.
 *
 * A lock is 0 or 1.  Any other value is no lock, and nothing would ever unlock
 * it.
 */
void goro__lock_slow(struct lock *l, unsigned held)
{
	if (held != 1)
		goro__lock_overwritten();
	for (unsigned turn = 0;; turn++) {
		for (int pauses = 1; pauses <= LONGEST; pauses *= STEP) {
			if (try_lock(l))
				return;
			for (int i = 0; i < pauses; i++)
				cpu_relax();
		}
		if (turn < YIELDS)
			sys_yield();
		else
			sys_nanosleep(NAP_NS);
	}
}
