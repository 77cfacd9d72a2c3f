/*
 * map_race.c - the concurrent map, by many at once (WG-028, WG-029, WG-036).
 */
#include "map.h"

/* ---- WG-028 with others at work ------------------------------------------------------------ */

struct race {
	assay_map *m;
	assay_chan *ended;
	atomic_int next, arrived, won, wrong;
	int64_t rounds;
};

static int enter_race(struct race *r, int n)
{
	int me = mark(&r->next);

	gather(&r->arrived, n);
	return me;
}

static void run_race(struct race *r, assay_fn fn)
{
	r->ended = chan_signal(0);
	go_many(8, fn, r);
	join(r->ended, 8);
	CHECK_EQ(count(&r->wrong), 0);
}

/* The one that stored is told so; all the others get what that one stored. */
static void store_first(void *arg)
{
	struct race *r = arg;
	int me = enter_race(r, 8);

	for (int64_t k = 0; k < r->rounds; k++) {
		void *got = NULL, *now_there = NULL;
		bool there = ext->map->load_or_store(r->m, (uint64_t)k,
						     word((uint64_t)me), &got);

		if (!there)
			mark(&r->won);
		if (there == (got == word((uint64_t)me)) ||
		    !ext->map->load(r->m, (uint64_t)k, &now_there) ||
		    now_there != got)
			mark(&r->wrong);
	}
	send_signal(r->ended);
}

CASE_OF(WG_028, first, "of many who load or store one stores", NEEDS(NEED_MAP))
{
	struct race r = {.m = map(), .rounds = rounds(5000)};

	run_race(&r, store_first);
	CHECK_EQ(count(&r.won), r.rounds);
	ext->map->free(r.m);
}

static void delete_first(void *arg)
{
	struct race *r = arg;

	(void)enter_race(r, 8);
	for (int64_t k = 0; k < r->rounds; k++) {
		void *got = NULL;

		if (k % 2 == 0
			    ? ext->map->load_and_delete(r->m, (uint64_t)k, &got)
			    : ext->map->compare_and_delete(
				      r->m, (uint64_t)k, word((uint64_t)k + 1)))
			mark(&r->won);
		if (k % 2 == 0 && got != NULL && got != word((uint64_t)k + 1))
			mark(&r->wrong);
	}
	send_signal(r->ended);
}

CASE_OF(WG_028, last, "of many who delete one does", NEEDS(NEED_MAP))
{
	struct race r = {.m = map(), .rounds = rounds(5000)};

	for (int64_t k = 0; k < r.rounds; k++)
		store(r.m, (uint64_t)k, word((uint64_t)k + 1));
	run_race(&r, delete_first);
	CHECK_EQ(count(&r.won), r.rounds);
	ext->map->free(r.m);
}

/*
 * Two who do the same to the same key at the same moment, so that a step that
 * is not one shows: each of them is let go when both are there.
 */
static void line_up(struct race *r, int64_t key)
{
	mark(&r->arrived);
	for (int spins = 1; count(&r->arrived) < 2 * (key + 1); spins++)
		if (spins % 512 == 0)
			yield();
}

static bool try_once(assay_map *m, int64_t key)
{
	uint64_t k = (uint64_t)key;
	void *none = NULL;

	switch (key % 4) {
	case 0:
		return !ext->map->load_or_store(m, k, word(7), &none);
	case 1:
		return ext->map->load_and_delete(m, k, NULL);
	case 2:
		return ext->map->compare_and_swap(m, k, NULL, word(7));
	default:
		return ext->map->compare_and_delete(m, k, NULL);
	}
}

static void run_duel(void *arg)
{
	struct race *r = arg;

	for (int64_t k = 0; k < r->rounds; k++) {
		line_up(r, k);
		if (try_once(r->m, k))
			mark(&r->won);
	}
	send_signal(r->ended);
}

CASE_OF(WG_028, duel, "of two at the same moment one stores, swaps, deletes",
	.procs = {2, 4}, .timeout_ms = 30000, NEEDS(NEED_MAP))
{
	struct race r = {
		.m = map(), .ended = chan_signal(0), .rounds = rounds(10000)};

	for (int64_t k = 0; k < r.rounds; k++)
		if (k % 4 != 0)
			store(r.m, (uint64_t)k, NULL);
	go_many(2, run_duel, &r);
	join(r.ended, 2);
	CHECK_EQ(count(&r.won), r.rounds);
	ext->map->free(r.m);
}

/* Counts up by compare and swap: none of the steps is lost. */
static void count_up(void *arg)
{
	struct race *r = arg;

	(void)enter_race(r, 8);
	for (int64_t i = 0; i < r->rounds; i++) {
		void *old;

		do
			(void)ext->map->load(r->m, (uint64_t)i % 3, &old);
		while (!ext->map->compare_and_swap(
			r->m, (uint64_t)i % 3, old,
			word((uint64_t)(uintptr_t)old + 1)));
	}
	send_signal(r->ended);
}

CASE_OF(WG_028, count, "compare and swap loses no step", NEEDS(NEED_MAP))
{
	struct race r = {.m = map(), .rounds = rounds(2000)};
	uint64_t sum = 0;

	for (uint64_t k = 0; k < 3; k++)
		store(r.m, k, NULL);
	run_race(&r, count_up);
	for (uint64_t k = 0; k < 3; k++) {
		void *value = NULL;

		CHECK(ext->map->load(r.m, k, &value));
		sum += (uintptr_t)value;
	}
	CHECK_EQ(sum, 8 * r.rounds);
	ext->map->free(r.m);
}

/* Each value that is swapped in is swapped out once. */
static void swap_through(void *arg)
{
	struct race *r = arg;
	int me = enter_race(r, 8);
	void *got;

	for (int64_t i = 0; i < r->rounds; i++) {
		uint64_t mine = (uint64_t)me << 32 | (uint64_t)i;

		if (!ext->map->swap(r->m, 1, word(mine), &got) || got == NULL)
			mark(&r->wrong);
		atomic_fetch_add_explicit(&r->won, (int)(uintptr_t)got,
					  memory_order_relaxed);
	}
	send_signal(r->ended);
}

CASE_OF(WG_028, swap, "swap hands on each value once", NEEDS(NEED_MAP))
{
	struct race r = {.m = map(), .rounds = rounds(2000)};
	void *last = NULL;

	store(r.m, 1, word(UINT64_C(1) << 32));
	run_race(&r, swap_through);
	CHECK(ext->map->load(r.m, 1, &last));
	CHECK_EQ(count(&r.won) + (int)(uintptr_t)last,
		 8 * (r.rounds * (r.rounds - 1) / 2));
	ext->map->free(r.m);
}

/* Keys that come and go, few or many, beside those that stay. */
enum { STAY = 100, CROWD = 800 };

struct churn {
	assay_map *m;
	int64_t few, many; /* that each brings, at most */
	assay_chan *ended;
	atomic_int next, stop, wrong;
};

static void come_and_go(void *arg)
{
	struct churn *c = arg;
	uint64_t own = (uint64_t)mark(&c->next) * 1000000;

	while (count(&c->stop) == 0) {
		int64_t most = rnd_below(16) == 0 ? c->many : c->few;
		uint64_t n = 1 + (uint64_t)rnd_below(most);

		for (uint64_t k = 0; k < n; k++)
			store(c->m, own + k, word(k));
		for (uint64_t k = 0; k < n; k++)
			if (!ext->map->load_and_delete(c->m, own + k, NULL))
				mark(&c->wrong);
		yield();
	}
	send_signal(c->ended);
}

/*
 * Those below stay are looked for all the time.  Where more stay than come,
 * they fill what the others leave.
 */
CASE_TABLE(WG_028, look_beside_churn, (struct churn c, uint64_t stay),
	   ROW(churn, ((struct churn){.few = 100, .many = 2000}, STAY),
	       "a key that stays is always found while others come",
	       NEEDS(NEED_MAP)),
	   ROW(crowd, ((struct churn){.few = 120, .many = 120}, CROWD),
	       "of many that stay each is found while a few come",
	       NEEDS(NEED_MAP)))
{
	struct effort e = effort(rounds(150) * MS);
	int64_t missed = 0;

	c.m = map();
	c.ended = chan_signal(0);
	for (uint64_t k = 0; k < stay; k++)
		store(c.m, k, word(k + 1));
	go_many(3, come_and_go, &c);
	while (goes_on(&e)) {
		for (uint64_t k = 0; k < stay; k++) {
			void *value = NULL;

			missed += !ext->map->load(c.m, k, &value) ||
				  value != word(k + 1);
		}
		yield();
	}
	mark(&c.stop);
	join(c.ended, 3);
	CHECK_EQ(missed, 0);
	CHECK_EQ(count(&c.wrong), 0);
	ext->map->free(c.m);
}

/*
 * Keys are found also by who is stopped in the middle of it, and goes on when
 * all others have gone and the keys have moved up.  A loop that never gives
 * way is stopped once in a slice of time, nearly always while it looks.
 */
struct moving {
	assay_map *m;
	assay_chan *ended;
	/* The generation of keys that is there, and that is looked for. */
	atomic_int there, seen;
	atomic_int stop;
	int64_t missed;
};

enum { OTHERS = -1, NOTHERS = 4500, NMOVING = 500 };

static uint64_t moving_key(int generation, uint64_t k)
{
	return (uint64_t)generation << 32 | k;
}

static void look_for_moving(void *arg)
{
	struct moving *s = arg;

	while (count(&s->stop) == 0) {
		int g = count(&s->there);

		atomic_store_explicit(&s->seen, g, memory_order_release);
		for (uint64_t k = 0; k < NMOVING; k++) {
			void *value = NULL;

			s->missed += !ext->map->load(s->m, moving_key(g, k),
						     &value) ||
				     value != word(k + 1);
		}
	}
	send_signal(s->ended);
}

/* They come to a map that is nearly full: most stand behind others. */
static void add_moving(struct moving *s, int g)
{
	for (uint64_t k = 0; k < NOTHERS; k++)
		store(s->m, moving_key(OTHERS, k), NULL);
	for (uint64_t k = 0; k < NMOVING; k++)
		store(s->m, moving_key(g, k), word(k + 1));
	mark(&s->there);
}

static void remove_keys(struct moving *s, int g, uint64_t n)
{
	for (uint64_t k = 0; k < n; k++)
		ext->map->delete_(s->m, moving_key(g, k));
}

CASE_OF(WG_028, moved, "a key that moves is found by who was stopped meanwhile",
	.traits = ASSAY_TRAIT_PREEMPTIVE, NEEDS(NEED_MAP))
{
	struct effort e = effort(rounds(500) * MS);
	struct moving s = {.m = map(), .ended = chan_signal(0)};
	int g;

	add_moving(&s, 1);
	go(look_for_moving, &s);
	for (g = 1; goes_on(&e); g++) {
		while (count(&s.seen) < g)
			yield();
		remove_keys(&s, g - 1, NMOVING); /* none for 0 */
		remove_keys(&s, OTHERS, NOTHERS);
		add_moving(&s, g + 1);
	}
	mark(&s.stop);
	join(s.ended, 1);
	note("the others went %d times", g - 1);
	CHECK_EQ(s.missed, 0);
	ext->map->free(s.m);
}

/* ---- WG-029: range beside others ----------------------------------------- */

struct ranging {
	assay_map *m;
	assay_chan *ended;
	atomic_int stop;
	int64_t keys;
	int *seen; /* of one range */
	int wrong;
};

/* The stored values are multiples of their keys. */
static void store_on(void *arg)
{
	struct ranging *r = arg;

	for (uint64_t round = 2; count(&r->stop) == 0; round++)
		for (uint64_t k = 1; k <= (uint64_t)r->keys; k++) {
			store(r->m, k, word(k * round));
			if (k % 64 == 0)
				yield();
			if (count(&r->stop) != 0)
				break;
		}
	send_signal(r->ended);
}

static bool see(void *arg, uint64_t key, void *value)
{
	struct ranging *r = arg;

	if (key < 1 || key > (uint64_t)r->keys || (uintptr_t)value % key != 0 ||
	    r->seen[key]++ != 0)
		r->wrong++;
	return true;
}

CASE(WG_029, "range visits each key once while others store", NEEDS(NEED_MAP))
{
	enum { MANY = 512 };
	static int seen[MANY + 1];
	struct ranging r = {.m = map(),
			    .ended = chan_signal(0),
			    .keys = MANY,
			    .seen = seen};

	for (uint64_t k = 1; k <= MANY; k++)
		store(r.m, k, word(k));
	go_many(4, store_on, &r);
	for (int64_t i = rounds(100); i > 0; i--) {
		memset(seen, 0, sizeof(seen));
		ext->map->range(r.m, see, &r);
		for (int k = 1; k <= MANY; k++)
			r.wrong += seen[k] != 1;
		yield();
	}
	mark(&r.stop);
	join(r.ended, 4);
	CHECK_EQ(r.wrong, 0);
	ext->map->free(r.m);
}

static int times_seen[STAY]; /* of one range */

static bool see_churn(void *arg, uint64_t key, void *value)
{
	if (key < STAY && (times_seen[key]++ != 0 || value != word(key + 1)))
		++*(int64_t *)arg;
	return true;
}

CASE_OF(WG_029, churn, "a key that stays is visited once while others come",
	NEEDS(NEED_MAP))
{
	struct churn c = {
		.m = map(), .ended = chan_signal(0), .few = 100, .many = 2000};
	int64_t wrong = 0;

	for (uint64_t k = 0; k < STAY; k++)
		store(c.m, k, word(k + 1));
	go_many(3, come_and_go, &c);
	for (int64_t i = rounds(100); i > 0; i--) {
		memset(times_seen, 0, sizeof(times_seen));
		ext->map->range(c.m, see_churn, &wrong);
		for (int k = 0; k < STAY; k++)
			wrong += times_seen[k] != 1;
		yield();
	}
	mark(&c.stop);
	join(c.ended, 3);
	CHECK_EQ(wrong, 0);
	CHECK_EQ(count(&c.wrong), 0);
	ext->map->free(c.m);
}

/* Changes the map from inside: a key that is gone is not visited again. */
static bool change_inside(void *arg, uint64_t key, void *value)
{
	struct ranging *r = arg;

	(void)value;
	if (key > (uint64_t)r->keys)
		return true; /* one that was added meanwhile */
	if (r->seen[key]++ != 0)
		r->wrong++;
	if (key % 2 == 0)
		ext->map->delete_(r->m, key);
	else
		store(r->m, key, word(key));
	store(r->m, key + 1000, word(key));
	(void)ext->map->load(r->m, key, NULL);
	return true;
}

CASE_OF(WG_029, inside, "the function of range may change the map",
	NEEDS(NEED_MAP))
{
	enum { MANY = 100 };
	static int seen[MANY + 1];
	struct ranging r = {.m = map(), .keys = MANY, .seen = seen};

	for (uint64_t k = 1; k <= MANY; k++)
		store(r.m, k, word(k));
	ext->map->range(r.m, change_inside, &r);
	CHECK_EQ(r.wrong, 0);
	for (uint64_t k = 1; k <= MANY; k++) {
		CHECK_EQ(seen[k], 1);
		CHECK_EQ(ext->map->load(r.m, k, NULL), k % 2 == 1);
		CHECK(ext->map->load(r.m, k + 1000, NULL));
	}
	ext->map->free(r.m);
}

/* ---- WG-036: clear ----------------------------------------------------------------------- */

static bool look(void *wrong, uint64_t key, void *value)
{
	if (value != word(key + 1))
		mark(wrong);
	return true;
}

static void store_or_clear(void *arg)
{
	struct race *r = arg;
	int me = enter_race(r, 10);

	for (int64_t i = 0; i < r->rounds; i++) {
		uint64_t key = (uint64_t)rnd_below(64);

		if (me % 5 == 0 && i % 16 == 0)
			ext->map->clear(r->m);
		else if (me % 5 == 1 && i % 4 == 0)
			ext->map->range(r->m, look, &r->wrong);
		else
			store(r->m, key, word(key + 1));
	}
	send_signal(r->ended);
}

static bool count_key(void *n, uint64_t key, void *value)
{
	(void)key;
	(void)value;
	++*(int *)n;
	return true;
}

CASE(WG_036, "clear beside store and range is safe, and alone leaves nothing",
     NEEDS(NEED_MAP))
{
	struct race r = {.m = map(), .rounds = rounds(2000)};
	int left = 0;

	r.ended = chan_signal(0);
	go_many(10, store_or_clear, &r);
	join(r.ended, 10);
	CHECK_EQ(count(&r.wrong), 0);
	store(r.m, 7, word(8));
	ext->map->clear(r.m);
	ext->map->range(r.m, count_key, &left);
	CHECK_EQ(left, 0);
	for (uint64_t key = 0; key < 64; key++)
		CHECK(!ext->map->load(r.m, key, NULL));
	store(r.m, 7, word(9));
	ext->map->range(r.m, count_key, &left);
	CHECK_EQ(left, 1);
	ext->map->free(r.m);
}
