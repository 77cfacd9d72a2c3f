/*
 * lock.c - waiting for a lock of the runtime.
 */
#include "lock.h"

#include "arch.h"
#include "seam/sys.h"

uint32_t goro__mp;

enum { SPINS = 64, YIELDS = 16, NAP_NS = 20000 };

/*
 * Looks without writing until the lock seems free, so that the cache line
 * stays shared; then tries.  A holder that lost its CPU needs one, so after
 * some spinning the waiter yields, and then sleeps.
 */
void goro__lock_slow(struct lock *l)
{
	for (unsigned turn = 0;; turn++) {
		for (int i = 0; i < SPINS; i++) {
			if (try_lock(l))
				return;
			cpu_relax();
		}
		if (turn < YIELDS)
			sys_yield();
		else
			sys_nanosleep(NAP_NS);
	}
}
