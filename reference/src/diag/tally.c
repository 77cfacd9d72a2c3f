/*
 * tally.c - see tally.h.  Entries lie one behind the other in memory that may
 * move, so they are known by their offsets; 0 is none.
 */
#include "diag/tally.h"

#include <stdlib.h>

#include "base/text.h"

enum { LEAD = sizeof(uint64_t) }; /* so that no entry is at 0 */

static uint32_t list_of(const uintptr_t *pcs, uint32_t depth, uintptr_t tag)
{
	uint64_t hash = tag;

	for (uint32_t i = 0; i < depth; i++)
		hash = (hash ^ pcs[i]) * UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(hash >> 40) % TALLY_LISTS;
}

static struct tally_entry *entry_at(const struct grow *memory, size_t offset)
{
	return (void *)(memory->at + offset);
}

static bool same(const struct tally_entry *e, const uintptr_t *pcs,
		 uint32_t depth, uintptr_t tag)
{
	if (e->depth != depth || e->tag != tag)
		return false;
	for (uint32_t i = 0; i < depth; i++)
		if (e->pcs[i] != pcs[i])
			return false;
	return true;
}

static size_t size_of(uint32_t depth)
{
	return sizeof(struct tally_entry) + depth * sizeof(uintptr_t);
}

/* Makes an entry and puts it into its list.  NULL: no memory. */
static struct tally_entry *make(struct tally *t, uint32_t *list,
				const uintptr_t *pcs, uint32_t depth)
{
	size_t lead = t->memory.len ? 0 : LEAD;
	struct tally_entry *e;

	if (t->memory.len + lead + size_of(depth) > UINT32_MAX ||
	    !grow_add(&t->memory, lead + size_of(depth)))
		return NULL;
	e = entry_at(&t->memory, t->memory.len - size_of(depth));
	e->next = *list;
	e->depth = depth;
	for (uint32_t i = 0; i < depth; i++)
		e->pcs[i] = pcs[i];
	*list = (uint32_t)(t->memory.len - size_of(depth));
	t->entries++;
	return e;
}

void goro__tally_add(struct tally *t, const uintptr_t *pcs, uint32_t depth,
		     uintptr_t tag, uint64_t count, uint64_t sum)
{
	uint32_t *list = &t->lists[list_of(pcs, depth, tag)];
	struct tally_entry *e = NULL;

	for (uint32_t at = *list; at && !e;) {
		e = entry_at(&t->memory, at);
		at = e->next;
		if (!same(e, pcs, depth, tag))
			e = NULL;
	}
	if (!e)
		e = make(t, list, pcs, depth);
	if (!e)
		return;
	e->tag = tag;
	e->count += count;
	e->sum += sum;
}

void goro__tally_free(struct tally *t)
{
	grow_free(&t->memory);
}

/* ---- reading -------------------------------------------------------------- */

bool goro__tally_copy(struct tally_list *l, const struct tally *t)
{
	void *to;

	*l = (struct tally_list){.n = t->entries};
	if (t->entries == 0)
		return true;
	to = grow_add(&l->memory, t->memory.len);
	l->entries = grow_add(&l->order, t->entries * sizeof(*l->entries));
	if (!to || !l->entries) {
		goro__tally_list_free(l);
		return false;
	}
	arch_copy(to, t->memory.at, t->memory.len);
	return true;
}

static int by_size(const void *a, const void *b)
{
	const struct tally_entry *x = *(const struct tally_entry *const *)a;
	const struct tally_entry *y = *(const struct tally_entry *const *)b;

	if (x->sum != y->sum)
		return x->sum > y->sum ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return x < y ? -1 : x > y; /* the older first */
}

void goro__tally_sort(struct tally_list *l)
{
	size_t at = LEAD;

	for (uint32_t i = 0; i < l->n; i++) {
		l->entries[i] = entry_at(&l->memory, at);
		at += size_of(l->entries[i]->depth);
	}
	if (l->n > 0)
		qsort(l->entries, l->n, sizeof(*l->entries), by_size);
}

void goro__tally_list_free(struct tally_list *l)
{
	grow_free(&l->memory);
	grow_free(&l->order);
	l->n = 0;
}
