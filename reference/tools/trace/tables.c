/*
 * tables.c - see tables.h.
 */
#include "tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BATCH = 1,
	STACKS = 2,
	STACK = 3,
	STRINGS = 4,
	STRING = 5,
	CPU_SAMPLES = 6,
	FREQUENCY = 8,
	SYNC = 50,
	CLOCK = 51,
	END = 52
};

enum { MOST_STRING = 1024, MOST_FRAMES = 128 };

void tr_fail(struct reader *r, const char *what, uint64_t number)
{
	snprintf(r->error, 160, "%s (%llu), in generation %llu", what,
		 (unsigned long long)number, (unsigned long long)r->gen.number);
	longjmp(r->broken, 1);
}

static void *grown(struct reader *r, void *old, size_t n)
{
	void *p = realloc(old, n);

	if (!p)
		tr_fail(r, "out of memory", n);
	return p;
}

void *tr_alloc(struct reader *r, size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p)
		tr_fail(r, "out of memory", n);
	if (r->pieces == r->room) {
		r->room = r->room * 2 + 64;
		r->memory = grown(r, r->memory, r->room * sizeof(void *));
	}
	return r->memory[r->pieces++] = p;
}

static void free_table(struct table *t)
{
	free(t->entry);
	*t = (struct table){0};
}

void tr_forget(struct reader *r)
{
	struct generation *g = &r->gen;

	for (size_t i = 0; i < r->pieces; i++)
		free(r->memory[i]);
	r->pieces = 0;
	free_table(&g->strings);
	free_table(&g->stacks);
	for (size_t i = 0; i < g->n; i++)
		free(g->thread[i].batch);
	free(g->thread);
	*g = (struct generation){0};
}

/* ---- bytes ---------------------------------------------------------------------- */

static int byte(struct reader *r, struct in *in)
{
	if (in->at == in->end)
		tr_fail(r, "a batch ends within an event", 0);
	return *in->at++;
}

uint64_t tr_long_number(struct reader *r, struct in *in)
{
	uint64_t n = 0;
	int shift = 0, b;

	do {
		b = byte(r, in);
		n |= (uint64_t)(b & 127) << shift;
		shift += 7;
	} while (b & 128 && shift < 70);
	return n;
}

static struct in part(struct reader *r, struct in *in, uint64_t n)
{
	struct in p = {in->at, in->at + n};

	if (n > (uint64_t)(in->end - in->at))
		tr_fail(r, "fewer bytes than are told", n);
	in->at += n;
	return p;
}

/* ---- tables ---------------------------------------------------------------------- */

enum { MOST_NUMBER = 1 << 28 };

static void put(struct reader *r, struct table *t, uint64_t number, void *e)
{
	if (number == 0 || number > MOST_NUMBER)
		tr_fail(r, "a bad number in a table", number);
	if (number >= t->n) {
		size_t n = number * 2 + 64;

		t->entry = grown(r, t->entry, n * sizeof(void *));
		memset(t->entry + t->n, 0, (n - t->n) * sizeof(void *));
		t->n = n;
	}
	if (t->entry[number])
		tr_fail(r, "a number is in a table twice", number);
	t->entry[number] = e;
}

void *tr_entry(struct reader *r, const struct table *t, uint64_t number,
	       const char *what)
{
	if (number == 0)
		return NULL;
	if (number >= t->n || !t->entry[number])
		tr_fail(r, what, number);
	return t->entry[number];
}

static void strings(struct reader *r, struct in in)
{
	while (in.at < in.end) {
		uint64_t number, n;
		struct in text;
		char *s;

		if (byte(r, &in) != STRING)
			tr_fail(r, "another event among strings", 0);
		number = tr_number(r, &in);
		n = tr_number(r, &in);
		if (n > MOST_STRING)
			tr_fail(r, "a string is too long", n);
		text = part(r, &in, n);
		s = tr_alloc(r, n + 1);
		memcpy(s, text.at, n);
		put(r, &r->gen.strings, number, s);
	}
}

/* Frames keep the numbers of their strings until all strings are known. */
static void stacks(struct reader *r, struct in in)
{
	while (in.at < in.end) {
		struct tr_stack *s = tr_alloc(r, sizeof(*s));
		struct tr_frame *f;
		uint64_t number;

		if (byte(r, &in) != STACK)
			tr_fail(r, "another event among stacks", 0);
		number = tr_number(r, &in);
		s->n = tr_number(r, &in);
		if (s->n > MOST_FRAMES)
			tr_fail(r, "a stack is too deep", s->n);
		s->frame = f = tr_alloc(r, s->n * sizeof(*f));
		for (size_t i = 0; i < s->n; i++) {
			f[i].pc = tr_number(r, &in);
			f[i].function = (char *)(uintptr_t)tr_number(r, &in);
			f[i].file = (char *)(uintptr_t)tr_number(r, &in);
			f[i].line = tr_number(r, &in);
		}
		put(r, &r->gen.stacks, number, s);
	}
}

static const char *name(struct reader *r, const char *number)
{
	const char *s = tr_entry(r, &r->gen.strings, (uintptr_t)number,
				 "a frame names a string that is not there");

	return s ? s : "";
}

static void name_frames(struct reader *r)
{
	for (size_t i = 0; i < r->gen.stacks.n; i++) {
		struct tr_stack *s = r->gen.stacks.entry[i];

		for (size_t k = 0; s && k < s->n; k++) {
			struct tr_frame *f =
				(struct tr_frame *)(uintptr_t)&s->frame[k];

			f->function = name(r, f->function);
			f->file = name(r, f->file);
		}
	}
}

static void clocks(struct reader *r, struct in in, uint64_t time)
{
	while (in.at < in.end) {
		switch (byte(r, &in)) {
		case SYNC:
			break;
		case FREQUENCY:
			r->gen.unit = 1e9 / (double)tr_number(r, &in);
			break;
		case CLOCK:
			for (int i = 0; i < 4; i++)
				r->gen.clock[i] = tr_number(r, &in);
			r->gen.clock[0] += time;
			r->gen.has_clock = 1;
			break;
		default:
			tr_fail(r, "another event among clocks", in.at[-1]);
		}
	}
}

/* Keeps a copy of the batch, as its bytes are those of the next one soon. */
static void events(struct reader *r, int64_t id, struct batch b)
{
	struct generation *g = &r->gen;
	size_t n = (size_t)(b.in.end - b.in.at);
	uint8_t *copy = memcpy(tr_alloc(r, n), b.in.at, n);
	struct thread *t;
	size_t i;

	b.in = (struct in){copy, copy + n};
	for (i = 0; i < g->n && g->thread[i].id != id; i++)
		;
	if (i == g->n) {
		g->thread = grown(r, g->thread, (i + 1) * sizeof(*t));
		g->thread[g->n++] = (struct thread){.id = id};
	}
	t = &g->thread[i];
	t->batch = grown(r, t->batch, (t->n + 1) * sizeof(b));
	t->batch[t->n++] = b;
}

static void sort(struct reader *r)
{
	struct batch b = {{r->bytes, r->bytes + r->head.n}, r->head.time};
	int kind = r->head.n > 0 ? *b.in.at : 0;
	struct in rest = {b.in.at + 1, b.in.end};

	r->gen.batches++;
	if (kind == STRINGS)
		strings(r, rest);
	else if (kind == STACKS)
		stacks(r, rest);
	else if (kind == SYNC || kind == FREQUENCY)
		clocks(r, b.in, b.time);
	else if (kind != CPU_SAMPLES && kind != 0)
		events(r, (int64_t)r->head.thread, b);
}

/* ---- the file ------------------------------------------------------------------- */

void tr_header(struct reader *r)
{
	char text[17] = "";
	char end;

	if (fread(text, 1, 16, r->file) < 16)
		tr_fail(r, "no trace: it is too short", 0);
	if (sscanf(text, "go 1.%d trac%c", &r->version, &end) != 2 ||
	    end != 'e')
		tr_fail(r, "no trace: it has another header", 0);
	if (r->version != 22 && r->version != 23 && r->version != 25 &&
	    r->version != 26)
		tr_fail(r, "a version that is not known: 1",
			(uint64_t)r->version);
}

/* Reads a number of the file.  False: the file ends before it does. */
static int number(struct reader *r, uint64_t *n)
{
	int shift = 0, c;

	*n = 0;
	do {
		c = getc_unlocked(r->file);
		if (c == EOF)
			return 0;
		*n |= (uint64_t)(c & 127) << shift;
		shift += 7;
	} while (c & 128 && shift < 70);
	return 1;
}

enum got { GOT_BATCH, GOT_END, GOT_NOTHING, GOT_PART };

/* Reads a batch into r->head and r->bytes. */
static enum got read_batch(struct reader *r)
{
	struct head *h = &r->head;
	int kind = getc_unlocked(r->file);

	if (kind == EOF)
		return GOT_NOTHING;
	if (kind == END && r->version >= 26)
		return GOT_END;
	if (kind != BATCH)
		tr_fail(r, "no batch", (uint64_t)kind);
	if (!number(r, &h->gen) || !number(r, &h->thread) ||
	    !number(r, &h->time) || !number(r, &h->n))
		return GOT_PART;
	if (h->gen == 0 || h->n > MOST_BYTES)
		tr_fail(r, "a batch of a bad generation or length", h->gen);
	return fread(r->bytes, 1, h->n, r->file) == h->n ? GOT_BATCH : GOT_PART;
}

/* ---- generations ------------------------------------------------------------------- */

static void check(struct reader *r)
{
	if (r->gen.unit <= 0)
		tr_fail(r, "a generation has no frequency", 0);
	if (r->version >= 25 && !r->gen.has_clock)
		tr_fail(r, "a generation has no clock", 0);
	name_frames(r);
}

/* The batch that is read is the first of a generation. */
static void begin(struct reader *r, uint64_t last)
{
	r->gen.number = r->head.gen;
	if (last && r->gen.number != last + 1)
		tr_fail(r, "a generation is missing, or comes late, after",
			last);
}

/*
 * Reads the batches of a generation, with the one that is held, if any.  Up to
 * 1.25 the first batch of the next one ends it, and is held.
 */
static enum got read_batches(struct reader *r, uint64_t last)
{
	enum got got;

	for (;;) {
		got = r->held ? GOT_BATCH : read_batch(r);
		if (got != GOT_BATCH)
			return got;
		if (r->gen.number == 0)
			begin(r, last);
		r->held = r->head.gen != r->gen.number;
		if (r->held && r->version >= 26)
			tr_fail(r, "a generation has no end", 0);
		if (r->held)
			return GOT_END;
		sort(r);
	}
}

int tr_generation(struct reader *r, int *cut)
{
	uint64_t last = r->gen.number;
	enum got got;

	tr_forget(r);
	got = read_batches(r, last);
	if (got == GOT_NOTHING && r->version < 26 && r->gen.batches)
		got = GOT_END;
	*cut = got == GOT_PART || (got == GOT_NOTHING && r->gen.batches);
	if (got != GOT_END)
		return 0;
	check(r);
	return 1;
}
