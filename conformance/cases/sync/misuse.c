/*
 * misuse.c - unlocking a read-write lock that is not locked that way is a
 * fatal error (MU-017, MU-018), whatever went before.
 */
#include "kit/sync_kit.h"

#define FATAL(what)                                                            \
	NEEDS(NEED_RW), ENDS(.status = 2, .out = "",                           \
			     .first = "fatal error: sync: " what               \
				      " of unlocked RWMutex")

static assay_rwmutex m;

CASE_OF(MU_017, fresh, "unlock of a fresh lock is fatal", FATAL("Unlock"))
{
	due();
	wunlock(&m);
	say("went on\n");
}

CASE_OF(MU_017, reading, "unlock of a read lock is fatal", FATAL("Unlock"))
{
	rlock(&m);
	wunlock(&m);
	say("went on\n");
}

CASE_OF(MU_017, twice, "the second unlock is fatal", FATAL("Unlock"))
{
	wlock(&m);
	wunlock(&m);
	wunlock(&m);
	say("went on\n");
}

CASE_OF(MU_018, fresh, "read unlock of a fresh lock is fatal", FATAL("RUnlock"))
{
	due();
	runlock(&m);
	say("went on\n");
}

CASE_OF(MU_018, writing, "read unlock of a write lock is fatal",
	FATAL("RUnlock"))
{
	wlock(&m);
	runlock(&m);
	say("went on\n");
}

CASE_OF(MU_018, twice, "the second read unlock is fatal", FATAL("RUnlock"))
{
	rlock(&m);
	runlock(&m);
	runlock(&m);
	say("went on\n");
}
