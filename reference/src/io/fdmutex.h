/*
 * fdmutex.h - how long a descriptor lives, and who may read and write it.
 *
 * One reader and one writer at a time, any number of other users, each with a
 * reference.  After the close nobody new gets in and all who wait for a lock
 * are told so; the descriptor itself is closed by the last reference.  So no
 * call of ours ever meets a number that the kernel has given to another file.
 */
#ifndef GORO_FDMUTEX_H
#define GORO_FDMUTEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/lock.h"
#include "sched/types.h"

enum fd_mode { FD_READ = 0, FD_WRITE = 1 };

/* All zero is ready to use.  lock guards the rest. */
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

/* A reference; false: closed. */
bool goro__fdmutex_incref(struct fdmutex *mu);
/* A reference and the lock of mode.  Blocks.  False: closed. */
bool goro__fdmutex_lock(struct fdmutex *mu, enum fd_mode mode);
/* From now on closed, and a reference; false: it was closed before. */
bool goro__fdmutex_close(struct fdmutex *mu);
/* True: that was the last reference to a closed one. */
bool goro__fdmutex_decref(struct fdmutex *mu);
bool goro__fdmutex_unlock(struct fdmutex *mu, enum fd_mode mode);

#endif
