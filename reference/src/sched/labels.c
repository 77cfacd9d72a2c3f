/*
 * labels.c - names that a program gives its goroutines.
 *
 *	struct labels | key \0 value \0 key \0 value \0 ...
 *
 * To set a label makes a new set, as the old one may be others', too.
 */
#include "sched/labels.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "goro_debug.h"
#include "sched/outside.h"

enum { SMALLEST = 64, CLASSES = 11 };

#define CHUNK ((size_t)1 << 20)

struct labels {
	atomic_uint refs; /* goroutines that have it */
	uint32_t size;    /* of text in use */
	uint8_t size_class;
	struct labels *next; /* in the list of free ones */
	char text[];
};

const struct labels_layout goro__labels_layout = {
	.size = offsetof(struct labels, size),
	.text = offsetof(struct labels, text),
};

static struct {
	struct lock lock; /* of all below */
	struct labels *free[CLASSES];
	char *at, *end; /* what is left of the last chunk */
} memory;

static size_t size_of(int size_class)
{
	return (size_t)SMALLEST << size_class;
}

/* ---- memory ----------------------------------------------------------------- */

/* memory.lock is held. */
static struct labels *carve(int size_class)
{
	size_t n = size_of(size_class);
	struct labels *l;

	if ((size_t)(memory.end - memory.at) < n) {
		memory.at = sys_map(CHUNK);
		memory.end = memory.at ? memory.at + CHUNK : NULL;
	}
	if (!memory.at)
		return NULL;
	l = (struct labels *)(void *)memory.at;
	memory.at += n;
	l->size_class = (uint8_t)size_class;
	return l;
}

/* Returns a set with room for n bytes of text, for one goroutine; or NULL. */
static struct labels *alloc(size_t n)
{
	struct labels *l;
	int c = 0;

	while (c < CLASSES && size_of(c) < sizeof(*l) + n)
		c++;
	if (c == CLASSES)
		return NULL;
	lock(&memory.lock);
	l = memory.free[c];
	if (l)
		memory.free[c] = l->next;
	else
		l = carve(c);
	unlock(&memory.lock);
	if (l) {
		l->size = 0;
		store_relaxed(&l->refs, 1u);
	}
	return l;
}

static void drop(struct labels *l)
{
	/* Acquire, release: the last one comes after all that the others do. */
	if (!l || sub_acq_rel(&l->refs, 1u) > 1)
		return;
	lock(&memory.lock);
	l->next = memory.free[l->size_class];
	memory.free[l->size_class] = l;
	unlock(&memory.lock);
}

void goro__labels_share(struct g *g, const struct g *parent)
{
	/* relaxed: the parent has it, so it stays */
	add_relaxed(&parent->labels->refs, 1u);
	g->labels = parent->labels;
}

void goro__labels_drop(struct g *g)
{
	struct labels *l = g->labels;

	g->labels = NULL;
	drop(l);
}

/* ---- text ------------------------------------------------------------------- */

/* Not libc's, of which ThreadSanitizer knows: a dump reads while others write. */
static size_t length(const char *s, size_t most)
{
	size_t n = 0;

	while (n < most && s[n])
		n++;
	return n;
}

bool goro__labels_next(const struct labels *l, size_t *at, const char **key,
		       const char **value)
{
	size_t size, n;

	if (!l)
		return false;
	size = l->size; /* once, as it may be another set meanwhile */
	if (size > size_of(l->size_class) - sizeof(*l) || *at >= size)
		return false;
	*key = l->text + *at;
	n = length(*key, size - *at) + 1;
	if (n >= size - *at)
		return false;
	*value = *key + n;
	n += length(*value, size - *at - n) + 1;
	if (n > size - *at)
		return false;
	*at += n;
	return true;
}

static void append(struct labels *l, const char *s)
{
	size_t n = strlen(s) + 1;

	arch_copy(l->text + l->size, s, n);
	l->size += (uint32_t)n;
}

static void append_both(struct labels *l, const char *key, const char *value)
{
	append(l, key);
	append(l, value);
}

/* Returns old with key = value, or without key; NULL: no memory. */
static struct labels *with(const struct labels *old, const char *key,
			   const char *value)
{
	size_t most = (old ? old->size : 0) + strlen(key) +
		      (value ? strlen(value) : 0) + 2;
	struct labels *l = alloc(most);
	const char *k, *v;
	size_t at = 0;

	if (!l)
		return NULL;
	while (goro__labels_next(old, &at, &k, &v)) {
		if (value && strcmp(key, k) < 0) {
			append_both(l, key, value);
			value = NULL;
		}
		if (strcmp(key, k) != 0)
			append_both(l, k, v);
	}
	if (value)
		append_both(l, key, value);
	return l;
}

/* ---- what programs call ----------------------------------------------------- */

/* Gives g the set l in place of its own; none if that is empty. */
static void become(struct g *g, struct labels *l)
{
	struct labels *old = g->labels;

	if (l && l->size == 0) {
		drop(l);
		l = NULL;
	}
	*(struct labels *volatile *)&g->labels = l;
	drop(old);
}

int goro_set_label(const char *key, const char *value)
{
	struct g *g = goro__goroutine(__func__);
	struct labels *l;

	if (!key)
		return GORO_EINVAL;
	l = with(g->labels, key, value);
	if (!l)
		return GORO_ENOMEM;
	become(g, l);
	return GORO_OK;
}

int goro_set_labels(const struct goro_label *labels, size_t n)
{
	struct g *g = goro__goroutine(__func__);
	struct labels *l = NULL, *more;

	if (!labels && n > 0)
		return GORO_EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (!labels[i].key || !labels[i].value) {
			drop(l);
			return GORO_EINVAL;
		}
		more = with(l, labels[i].key, labels[i].value);
		drop(l);
		l = more;
		if (!l)
			return GORO_ENOMEM;
	}
	become(g, l);
	return GORO_OK;
}

const char *goro_label(const char *key)
{
	const struct g *g = goro__goroutine(__func__);
	const char *k, *v;
	size_t at = 0;

	while (key && goro__labels_next(g->labels, &at, &k, &v))
		if (strcmp(key, k) == 0)
			return v;
	return NULL;
}
