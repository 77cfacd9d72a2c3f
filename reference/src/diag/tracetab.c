/*
 * tracetab.c - see tracetab.h.
 */
#include "diag/tracetab.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "sched/types.h"

enum { CHUNK = 65536 };

struct trace_chunk {
	struct trace_chunk *next;
	uint8_t data[CHUNK - sizeof(struct trace_chunk *)];
};

struct trace_tables *goro__tracetab_new(uint32_t first_string)
{
	struct trace_tables *t = sys_map(sizeof(*t));

	if (!t)
		return NULL;
	t->numbers[TRACE_STRING_TABLE] = first_string - 1;
	t->used = CHUNK;
	return t;
}

void goro__tracetab_free(struct trace_tables *t)
{
	while (t->chunks) {
		struct trace_chunk *c = t->chunks;

		t->chunks = c->next;
		sys_unmap(c, sizeof(*c));
	}
	sys_unmap(t, sizeof(*t));
}

static void *alloc(struct trace_tables *t, size_t n)
{
	struct trace_chunk *c;

	n = (n + 7) & ~(size_t)7;
	if (t->used + n > sizeof(c->data)) {
		c = sys_map(sizeof(*c));
		if (!c)
			return NULL;
		c->next = t->chunks;
		t->chunks = c;
		t->used = 0;
	}
	t->used += n;
	return t->chunks->data + t->used - n;
}

/* FNV-1a. */
static uint64_t hash(const uint8_t *p, size_t n)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	while (n-- > 0)
		h = (h ^ *p++) * UINT64_C(0x100000001b3);
	return h ^ h >> 32;
}

static bool same(const struct trace_entry *e, uint64_t h, const uint8_t *p,
		 size_t n)
{
	if (e->hash != h || e->len != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (e->data[i] != p[i])
			return false;
	return true;
}

static struct trace_entry *add(struct trace_tables *t, enum trace_table which,
			       const void *data, size_t n)
{
	struct trace_entry *e = alloc(t, sizeof(*e) + n);

	if (!e)
		return NULL;
	arch_copy(e->data, data, n);
	e->len = (uint32_t)n;
	e->number = ++t->numbers[which];
	e->next = NULL;
	if (t->last[which])
		t->last[which]->next = e;
	else
		t->first[which] = e;
	t->last[which] = e;
	return e;
}

uint64_t goro__tracetab_put(struct trace_tables *t, enum trace_table which,
			    const void *data, size_t n)
{
	uint64_t h = hash(data, n);
	struct trace_entry **at = &t->bucket[which][h % TRACE_BUCKETS];
	struct trace_entry *e;

	lock(&t->lock);
	for (e = *at; e && !same(e, h, data, n); e = e->chain)
		;
	if (!e) {
		e = add(t, which, data, n);
		if (e) {
			e->hash = h;
			e->chain = *at;
			*at = e;
		}
	}
	unlock(&t->lock);
	return e ? e->number : 0;
}

uint64_t goro__tracetab_string(struct trace_tables *t, const char *s)
{
	size_t n = 0;

	while (n < TRACE_STRING_MAX && s[n])
		n++;
	return goro__tracetab_put(t, TRACE_STRING_TABLE, s, n);
}

struct trace_entry *goro__tracetab_last(struct trace_tables *t,
					enum trace_table which)
{
	struct trace_entry *last;

	lock(&t->lock);
	last = t->last[which];
	unlock(&t->lock);
	return last;
}
