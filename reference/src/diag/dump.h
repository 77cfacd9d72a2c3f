/*
 * dump.h - what goroutines do, as text on stderr.
 */
#ifndef GORO_DUMP_H
#define GORO_DUMP_H

#include "base/print.h"
#include "sched/types.h"

/* Returns what g does in a word or a few. */
const char *goro__state_of(const struct g *g);
/* True if g is the program's, and alive. */
bool goro__dumped(const struct g *g);
void goro__dump_all(struct g *first);
void goro__dump_g(struct g *g, const char *state);
/*
 * Does what goro_dump() does, for some, and lets end write what follows; buf
 * NULL: on stderr.  A goroutine.
 */
size_t goro__dump_those(char *buf, size_t n, bool (*which)(const struct g *g),
			void (*end)(struct out *out,
				    bool (*which)(const struct g *g)));

#endif
