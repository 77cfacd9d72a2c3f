/*
 * fdmutex.h - references to a descriptor, and its locks for read and write.
 *
 * A descriptor has one reader and one writer at a time, and any number of other
 * users, each with a reference.  After the close no call gets a reference, and
 * all that wait for a lock fail.  The last reference closes the descriptor.  So
 * no call uses a number that the kernel has given to another file.
 */
#ifndef GORO_FDMUTEX_H
#define GORO_FDMUTEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/lock.h"
#include "sched/types.h"

enum fd_mode { FD_READ = 0, FD_WRITE = 1 };

/* Ready to use when all zero.  lock guards the rest. */
struct fdmutex {
	struct lock lock;
	uint32_t refs;
	bool closed;
	struct fdside {
		bool locked;
		uint32_t waiting;
		struct waitq q;
	} side[2]; /* by fd_mode */
};

/*
 * incref, lock and close panic with Go's "too many concurrent operations on a
 * single file or socket (max 1048575)" if that many are under way.
 */

/* Takes a reference.  False if mu is closed. */
bool goro__fdmutex_incref(struct fdmutex *mu);
/* Takes a reference and the lock of mode.  False if mu is closed.  Blocks. */
bool goro__fdmutex_lock(struct fdmutex *mu, enum fd_mode mode);
/* Closes mu and takes a reference.  False if it was closed before. */
bool goro__fdmutex_close(struct fdmutex *mu);
/* These drop a reference.  True if it was the last one and mu is closed. */
bool goro__fdmutex_decref(struct fdmutex *mu);
bool goro__fdmutex_unlock(struct fdmutex *mu, enum fd_mode mode);

#endif
