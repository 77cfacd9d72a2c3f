/*
 * shared.h - channels of the runtime's own that goroutines of all bubbles use.
 */
#ifndef GORO_SHARED_H
#define GORO_SHARED_H

#include <goro.h>

/* Returns a channel of no bubble, whoever calls.  NULL without memory. */
goro_chan *goro__chan_make_shared(size_t elem, int64_t cap);

#endif
