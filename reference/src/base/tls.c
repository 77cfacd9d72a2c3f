/*
 * tls.c - the M of the calling thread; NULL in a thread that is no M.  arch.h
 * reads it.
 */
#include "base/text.h"

struct m;

/* used: the only references are inside asm, which link-time optimisers miss. */
_Thread_local struct m *goro__tls_m
	__attribute__((tls_model("initial-exec"), used));
