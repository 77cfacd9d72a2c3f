/*
 * chanfree.h - channels that threads without a P have freed.
 *
 * The lock of a channel is one of Ps: with one P nobody takes it (base/lock.h).
 * A thread without a P would meet the P's owner in the channel.  So it puts the
 * channel on a list, and an M with a P frees it.
 */
#ifndef GORO_CHANFREE_H
#define GORO_CHANFREE_H

#include "wait/chan.h"

/* Puts c on the list, and asks the Ps to attend.  Without memory c is kept. */
void goro__chan_free_later(struct goro_chan *c);

/*
 * Takes all off the list, and hands each to `free`, which is goro__chan_free().
 * For an M with a P, and after the run.
 */
void goro__chan_free_listed(void (*free)(struct goro_chan *c));

#endif
