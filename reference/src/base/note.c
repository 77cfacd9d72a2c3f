/*
 * note.c - how a thread of the runtime sleeps until another wakes it.
 *
 * A wake-up sets a note to 1, and the sleeper sets it back.  So a wake-up that
 * comes first is not lost, and two before a sleep are one.
 */
#include "base/note.h"
#include "base/sys.h"
#include "base/text.h"

/* Pairs with the acquire in goro__note_sleep(). */
void goro__note_wake(atomic_uint *note)
{
	if (xchg_acq_rel(note, 1u) == 0)
		sys_futex_wake(note, 1);
}

bool goro__note_sleep(atomic_uint *note, int64_t ns)
{
	int64_t end = 0;

	if (ns >= 0 && __builtin_add_overflow(sys_clock(), ns, &end))
		end = INT64_MAX;
	while (xchg_acq_rel(note, 0u) == 0) {
		if (ns >= 0 && (ns = end - sys_clock()) <= 0)
			return false;
		sys_futex_wait(note, 0, ns);
	}
	return true;
}
