/*
 * map.c - a concurrent map: open addressing in 64 shards, loads without lock.
 *
 * Writers of a shard hold its lock.  Readers hold none.  What a reader finds
 * was true at one moment of its call, because of this:
 *
 *  - A writer fills a slot with key and value first and sets `used` last
 *    (release), and it replaces a value by one store.  So a reader sees such a
 *    change whole or not at all.
 *  - Every other change (empty a slot, move others into the gap, replace the
 *    table) happens while `version` is odd.  A reader reads the version before
 *    and after, and looks again if it differs.  The writer's stores are
 *    releases and the reader's loads acquires, so a reader that sees one of the
 *    stores also sees the odd version.
 *  - An outgrown table stays unchanged until the map is freed.  Tables double
 *    in size, so all old ones together are smaller than the last.
 *
 * A reader that has failed a few times takes the lock: the writer may be a
 * goroutine that was preempted.
 */
#include <goro_ext.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "sched/call.h"
#include "sched/outside.h"

enum { SHARDS = 64, SMALLEST = 8, ATTEMPTS = 4 };

struct slot {
	_Atomic(uint64_t) key;
	_Atomic(void *) value;
	_Atomic(uint64_t) used;
};

struct table {
	struct table *older;
	size_t mask;
	struct slot slot[];
};

struct shard {
	goro_mutex lock;
	_Atomic(uint64_t) version; /* odd: a writer changes the table */
	_Atomic(struct table *) table;
	size_t n; /* with the lock: keys */
} __attribute__((aligned(64)));

struct goro_map {
	struct shard shard[SHARDS];
};

#define load(p) atomic_load_explicit(p, memory_order_acquire)
#define store(p, v) atomic_store_explicit(p, v, memory_order_release)

/* Returns a hash: a bijection in which each bit depends on all of the key's. */
static uint64_t hash_of(uint64_t key)
{
	key = (key ^ key >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	key = (key ^ key >> 27) * UINT64_C(0x94d049bb133111eb);
	return key ^ key >> 31;
}

static struct shard *shard_of(goro_map *m, uint64_t key)
{
	return &m->shard[hash_of(key) / (UINT64_MAX / SHARDS + 1)];
}

static size_t home(const struct table *t, uint64_t key)
{
	return hash_of(key) & t->mask;
}

goro_map *goro_map_new(void)
{
	goro_map *m = aligned_alloc(_Alignof(goro_map), sizeof(*m));

	if (m)
		*m = (goro_map){0};
	return m;
}

void goro_map_free(goro_map *m)
{
	struct table *t, *older;

	for (size_t i = 0; m && i < SHARDS; i++)
		for (t = load(&m->shard[i].table); t; t = older) {
			older = t->older;
			free(t);
		}
	free(m);
}

/* ---- reading ------------------------------------------------------------ */

/* Returns key's slot, or NULL.  `steps` ends the loop if the table changes. */
static struct slot *find_in(struct table *t, uint64_t key)
{
	size_t i, steps = 0;

	if (!t)
		return NULL;
	for (i = home(t, key); steps <= t->mask; i = (i + 1) & t->mask) {
		if (!load(&t->slot[i].used))
			return NULL;
		if (load(&t->slot[i].key) == key)
			return &t->slot[i];
		steps++;
	}
	return NULL;
}

static struct slot *find(struct shard *s, uint64_t key)
{
	return find_in(load(&s->table), key);
}

static bool tell(struct slot *at, void **value)
{
	void *v = at ? load(&at->value) : NULL;

	if (value)
		*value = v;
	return at != NULL;
}

/* Loads without the lock.  False if a writer changed the shard meanwhile. */
static bool try_load(struct shard *s, uint64_t key, void **value, bool *found)
{
	uint64_t version = load(&s->version);

	if (version & 1)
		return false;
	*found = tell(find(s, key), value);
	return atomic_load_explicit(&s->version, memory_order_relaxed) ==
	       version;
}

bool goro_map_load(goro_map *m, uint64_t key, void **value)
{
	struct shard *s = shard_of(m, key);
	bool found;

	/* A thread that may not lock tries on beside any number of writers. */
	for (int i = 0; i < ATTEMPTS || goro__outside(); i++) {
		if (try_load(s, key, value, &found))
			return found;
		if (i >= ATTEMPTS)
			goro_yield();
	}
	goro_mutex_lock(&s->lock);
	found = tell(find(s, key), value);
	goro_mutex_unlock(&s->lock);
	return found;
}

/* ---- writing: with the lock --------------------------------------------- */

/* Adds 1 to the version, which only the holder of the lock does. */
static void seq_step(struct shard *s)
{
	uint64_t v = atomic_load_explicit(&s->version, memory_order_relaxed);

	store(&s->version, v + 1);
}

static void seq_begin(struct shard *s)
{
	seq_step(s);
}

static void seq_end(struct shard *s)
{
	seq_step(s);
}

/* Adds key, which is not in t.  t has room. */
static void fill(struct table *t, uint64_t key, void *value)
{
	size_t i = home(t, key);

	while (load(&t->slot[i].used))
		i = (i + 1) & t->mask;
	store(&t->slot[i].key, key);
	store(&t->slot[i].value, value);
	store(&t->slot[i].used, 1);
}

static bool grow(struct shard *s)
{
	struct table *old = load(&s->table);
	size_t cap = old ? (old->mask + 1) * 2 : SMALLEST;
	struct table *t = calloc(1, sizeof(*t) + cap * sizeof(t->slot[0]));

	if (!t)
		return false;
	t->mask = cap - 1;
	t->older = old;
	for (size_t i = 0; old && i <= old->mask; i++)
		if (load(&old->slot[i].used))
			fill(t, load(&old->slot[i].key),
			     load(&old->slot[i].value));
	seq_begin(s);
	store(&s->table, t);
	seq_end(s);
	return true;
}

/* Adds key, with 1/4 of the table left free for searches.  False: no memory. */
static bool insert(struct shard *s, uint64_t key, void *value)
{
	struct table *t = load(&s->table);

	if ((!t || s->n >= t->mask - t->mask / 4) && !grow(s))
		return false;
	fill(load(&s->table), key, value);
	s->n++;
	return true;
}

static void must_insert(struct shard *s, uint64_t key, void *value)
{
	if (insert(s, key, value))
		return;
	goro_mutex_unlock(&s->lock);
	goro_panic("runtime: out of memory");
}

/* True if a key whose home is `there` may move from i to gap. */
static bool may_move(size_t there, size_t gap, size_t i)
{
	return gap <= i ? there <= gap || there > i : there <= gap && there > i;
}

/* Empties a slot, and moves keys that the gap would hide into it. */
static void erase(struct shard *s, struct slot *at)
{
	struct table *t = load(&s->table);
	size_t gap = (size_t)(at - t->slot), i = gap;

	seq_begin(s);
	for (;;) {
		i = (i + 1) & t->mask;
		if (!load(&t->slot[i].used))
			break;
		if (!may_move(home(t, load(&t->slot[i].key)), gap, i))
			continue;
		store(&t->slot[gap].key, load(&t->slot[i].key));
		store(&t->slot[gap].value, load(&t->slot[i].value));
		gap = i;
	}
	store(&t->slot[gap].used, 0);
	seq_end(s);
	s->n--;
}

static struct shard *lock(goro_map *m, uint64_t key)
{
	struct shard *s = shard_of(m, key);

	goro_mutex_lock(&s->lock);
	return s;
}

static void unlock(struct shard *s)
{
	goro_mutex_unlock(&s->lock);
}

/* ---- the calls ---------------------------------------------------------- */

int goro_map_store(goro_map *m, uint64_t key, void *value)
{
	AS_GOROUTINE();
	struct shard *s = lock(m, key);
	struct slot *at = find(s, key);
	bool ok = true;

	if (at)
		store(&at->value, value);
	else
		ok = insert(s, key, value);
	unlock(s);
	return ok ? GORO_OK : GORO_ENOMEM;
}

bool goro_map_load_or_store(goro_map *m, uint64_t key, void *value,
			    void **actual)
{
	AS_GOROUTINE();
	struct shard *s;
	bool found;

	if (goro_map_load(m, key, actual))
		return true;
	s = lock(m, key);
	found = tell(find(s, key), actual);
	if (!found)
		must_insert(s, key, value);
	unlock(s);
	if (!found && actual)
		*actual = value;
	return found;
}

bool goro_map_load_and_delete(goro_map *m, uint64_t key, void **value)
{
	AS_GOROUTINE();
	struct shard *s = lock(m, key);
	struct slot *at = find(s, key);
	bool found = tell(at, value);

	if (found)
		erase(s, at);
	unlock(s);
	return found;
}

void goro_map_delete(goro_map *m, uint64_t key)
{
	AS_GOROUTINE();

	goro_map_load_and_delete(m, key, NULL);
}

bool goro_map_swap(goro_map *m, uint64_t key, void *value, void **previous)
{
	AS_GOROUTINE();
	struct shard *s = lock(m, key);
	struct slot *at = find(s, key);
	bool found = tell(at, previous);

	if (found)
		store(&at->value, value);
	else
		must_insert(s, key, value);
	unlock(s);
	return found;
}

bool goro_map_compare_and_swap(goro_map *m, uint64_t key, void *old,
			       void *value)
{
	AS_GOROUTINE();
	struct shard *s = lock(m, key);
	struct slot *at = find(s, key);
	bool same = at && load(&at->value) == old;

	if (same)
		store(&at->value, value);
	unlock(s);
	return same;
}

bool goro_map_compare_and_delete(goro_map *m, uint64_t key, void *old)
{
	AS_GOROUTINE();
	struct shard *s = lock(m, key);
	struct slot *at = find(s, key);
	bool same = at && load(&at->value) == old;

	if (same)
		erase(s, at);
	unlock(s);
	return same;
}

static void clear(struct shard *s)
{
	struct table *t;

	goro_mutex_lock(&s->lock);
	t = load(&s->table);
	seq_begin(s);
	for (size_t i = 0; t && i <= t->mask; i++)
		store(&t->slot[i].used, 0);
	seq_end(s);
	s->n = 0;
	goro_mutex_unlock(&s->lock);
}

void goro_map_clear(goro_map *m)
{
	AS_GOROUTINE();

	for (size_t i = 0; i < SHARDS; i++)
		clear(&m->shard[i]);
}

/* ---- range -------------------------------------------------------------- */

struct walk {
	goro_map *m;
	bool (*fn)(void *arg, uint64_t key, void *value);
	void *arg;
	uint64_t key; /* of the call */
	void *value;
	bool more;      /* what fn said */
	uint64_t *keys; /* of one shard */
	size_t n, cap;
};

static void drop_keys(void *arg)
{
	struct walk *w = arg;

	free(w->keys);
}

static bool list_keys(struct walk *w, struct shard *s)
{
	struct table *t = load(&s->table);

	w->n = 0;
	if (s->n > w->cap) {
		free(w->keys);
		w->cap = s->n;
		w->keys = malloc(w->cap * sizeof(*w->keys));
		if (!w->keys)
			return false;
	}
	for (size_t i = 0; t && i <= t->mask; i++)
		if (load(&t->slot[i].used))
			w->keys[w->n++] = load(&t->slot[i].key);
	return true;
}

static void visit(void *arg)
{
	struct walk *w = arg;

	w->more = w->fn(w->arg, w->key, w->value);
}

/* Calls fn.  False if fn returns false or recovers a panic. */
static bool visited(struct walk *w, uint64_t key, void *value)
{
	w->key = key;
	w->value = value;
	w->more = false;
	goro__call(visit, w, NULL, NULL);
	return w->more;
}

/* Calls fn, without the lock, for the keys of s that are not deleted before. */
static bool walk_shard(struct walk *w, struct shard *s)
{
	void *value;
	bool ok;

	goro_mutex_lock(&s->lock);
	ok = list_keys(w, s);
	goro_mutex_unlock(&s->lock);
	if (!ok)
		goro_panic("runtime: out of memory");
	for (size_t i = 0; i < w->n; i++)
		if (goro_map_load(w->m, w->keys[i], &value) &&
		    !visited(w, w->keys[i], value))
			return false;
	return true;
}

static void walk(void *arg)
{
	struct walk *w = arg;

	for (size_t i = 0; i < SHARDS; i++)
		if (!walk_shard(w, &w->m->shard[i]))
			return;
}

/* Defers drop_keys(), since fn may panic or end its goroutine. */
void goro_map_range(goro_map *m,
		    bool (*fn)(void *arg, uint64_t key, void *value), void *arg)
{
	AS_GOROUTINE();
	struct walk w = {.m = m, .fn = fn, .arg = arg};

	goro__call(walk, &w, drop_keys, &w);
}
