/* kit.c - see fault.h.  The helpers that faults are made of. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"

enum { BUCKETS = 1 << 12 };

/*
 * Lists with the newest entry first, so that a channel at the address of a
 * freed one hides that.  Entries are only added: a release store publishes one,
 * and an acquire load finds it.
 */
static _Atomic(struct info *) buckets[BUCKETS];

void block(void)
{
	for (;;)
		was.chan.recv(NULL, NULL, ASSAY_FOREVER);
}

struct assay_run_options options_of(const struct assay_run_options *o)
{
	struct assay_run_options c = {.size = sizeof(c)};

	if (o != NULL)
		memcpy(&c, o, o->size < sizeof(c) ? o->size : sizeof(c));
	return c;
}

void *take(size_t n)
{
	void *p = calloc(1, n);

	if (p == NULL) {
		fputs("mutant: out of memory\n", stderr);
		_Exit(2);
	}
	return p;
}

static _Atomic(struct info *) *bucket(assay_chan *c)
{
	return &buckets[(uintptr_t)c / 16 % BUCKETS];
}

/* Newest first, as above. */
struct note {
	const void *handle;
	int64_t n;
	struct note *next;
};

static _Atomic(struct note *) notes;

void keep(const void *handle, int64_t n)
{
	struct note *note = take(sizeof(*note));

	note->handle = handle;
	note->n = n;
	note->next = atomic_load(&notes);
	while (!atomic_compare_exchange_weak(&notes, &note->next, note))
		;
}

int64_t recall(const void *handle)
{
	struct note *note = atomic_load(&notes);

	while (note != NULL && note->handle != handle)
		note = note->next;
	return note == NULL ? 0 : note->n;
}

static assay_chan *make_tracked(size_t elem, int64_t cap, int *status)
{
	assay_chan *c = was.chan.make(elem, cap, status);
	struct info *i;

	if (c == NULL)
		return NULL;
	i = take(sizeof(*i));
	i->c = c;
	i->elem = elem;
	i->cap = cap;
	i->next = atomic_load(bucket(c));
	while (!atomic_compare_exchange_weak(bucket(c), &i->next, i))
		;
	return c;
}

void track_channels(void)
{
	my.chan.make = make_tracked;
}

struct info *info_of(assay_chan *c)
{
	static struct info unknown;
	struct info *i = atomic_load(bucket(c));

	while (i != NULL && i->c != c)
		i = i->next;
	return i == NULL ? &unknown : i;
}

size_t elem_of(assay_chan *c)
{
	return info_of(c)->elem;
}
