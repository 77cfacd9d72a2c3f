/*
 * tr.c - see tr.h.
 */
#include "tr.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- reading ----------------------------------------------------------------- */

const char *tr_path(void)
{
	static char path[48];

	if (path[0] == '\0') {
		int fd;

		strcpy(path, "/tmp/assay-tr-XXXXXX");
		fd = mkstemp(path);
		REQUIRE(fd >= 0);
		close(fd);
	}
	return path;
}

static int64_t number(const char *line, const char *name)
{
	char key[24];
	const char *at;

	snprintf(key, sizeof(key), "\"%s\":", name);
	at = strstr(line, key);
	return at ? strtoll(at + strlen(key), NULL, 10) : -1;
}

/* Copies the string after name, cut to n; "" if there is none. */
static void string(const char *line, const char *name, char *out, size_t n)
{
	char key[24];
	const char *at, *end;
	size_t len;

	snprintf(key, sizeof(key), "\"%s\":\"", name);
	out[0] = '\0';
	at = strstr(line, key);
	if (at == NULL)
		return;
	at += strlen(key);
	end = strchr(at, '"');
	REQUIRE(end != NULL);
	len = (size_t)(end - at) < n - 1 ? (size_t)(end - at) : n - 1;
	memcpy(out, at, len);
	out[len] = '\0';
}

static struct tr_event parse(const char *line)
{
	struct tr_event e = {
		.gen = number(line, "gen"),
		.t = number(line, "t"),
		.m = number(line, "m"),
		.p = number(line, "p"),
		.g = number(line, "g"),
		.id = number(line, "id"),
		.task = number(line, "task"),
		.parent = number(line, "parent"),
		.n = number(line, "n"),
		.mono = number(line, "mono"),
		.wall = number(line, "wall"),
	};

	string(line, "ev", e.ev, sizeof(e.ev));
	string(line, "status", e.status, sizeof(e.status));
	string(line, "message", e.message, sizeof(e.message));
	string(line, "reason", e.text, sizeof(e.text));
	if (e.text[0] == '\0')
		string(line, "name", e.text, sizeof(e.text));
	if (e.text[0] == '\0')
		string(line, "category", e.text, sizeof(e.text));
	return e;
}

struct tr tr_read(const char *path, int *status)
{
	char out[64];
	char *line = NULL;
	size_t n = 0;
	int64_t room = 0;
	struct tr t = {0};
	FILE *f;

	snprintf(out, sizeof(out), "%s.json", path);
	*status = rt->trace->convert(path, out);
	f = fopen(out, "r");
	REQUIRE(f != NULL);
	while (getline(&line, &n, f) > 0) {
		if (t.n == room) {
			room = room * 2 + 1024;
			t.e = realloc(t.e, (size_t)room * sizeof(*t.e));
			REQUIRE(t.e != NULL);
		}
		t.e[t.n++] = parse(line);
	}
	free(line);
	fclose(f);
	unlink(out);
	return t;
}

void tr_start(void)
{
	REQUIRE_EQ(rt->trace->start(tr_path()), ASSAY_OK);
}

struct tr tr_stop(void)
{
	struct tr t;
	int status;

	rt->trace->stop();
	t = tr_read(tr_path(), &status);
	REQUIRE_EQ(status, ASSAY_OK);
	unlink(tr_path());
	REQUIRE(t.n > 0);
	return t;
}

struct tr tr_of(assay_fn fn, void *arg)
{
	tr_start();
	fn(arg);
	return tr_stop();
}

void tr_free(struct tr t)
{
	free(t.e);
}

/* ---- looking ------------------------------------------------------------------ */

static bool is(const struct tr_event *e, const char *ev)
{
	return strcmp(e->ev, ev) == 0;
}

int64_t tr_count(struct tr t, const char *ev, int64_t g)
{
	int64_t n = 0;

	for (int64_t i = 0; i < t.n; i++)
		n += is(&t.e[i], ev) && (g < 0 || t.e[i].g == g);
	return n;
}

int64_t tr_reason(struct tr t, const char *ev, const char *reason)
{
	int64_t n = 0;

	for (int64_t i = 0; i < t.n; i++)
		n += is(&t.e[i], ev) && strstr(t.e[i].text, reason) != NULL;
	return n;
}

int64_t tr_find(struct tr t, int64_t i, const char *ev, int64_t g)
{
	for (; i >= 0 && i < t.n; i++)
		if (is(&t.e[i], ev) && (g < 0 || t.e[i].g == g))
			return i;
	return -1;
}

int64_t tr_named(struct tr t, int64_t i, const char *ev, int64_t id)
{
	for (; i >= 0 && i < t.n; i++)
		if (is(&t.e[i], ev) && t.e[i].id == id)
			return i;
	return -1;
}

/* ---- rules -------------------------------------------------------------------- */

enum state { NOT, READY, RUNS, CALLS, WAITS };

/* What is known of a goroutine or a P, by number. */
struct one {
	int64_t id;
	enum state state;
	int64_t on;    /* the P or thread that it runs on */
	int64_t ready; /* the event that has made it ready; -1: none */
	int64_t depth; /* open regions */
	char region[16][TR_TEXT];
};

struct known {
	struct one *all;
	int64_t n, room;
};

static struct one *of(struct known *k, int64_t id)
{
	for (int64_t i = k->n - 1; i >= 0; i--)
		if (k->all[i].id == id && k->all[i].state != NOT)
			return &k->all[i];
	return NULL;
}

static struct one *add(struct known *k, int64_t id)
{
	if (k->n == k->room) {
		k->room = k->room * 2 + 64;
		k->all = realloc(k->all, (size_t)k->room * sizeof(*k->all));
		REQUIRE(k->all != NULL);
	}
	k->all[k->n] = (struct one){.id = id, .ready = -1, .on = -1};
	return &k->all[k->n++];
}

static enum state state_of(const char *status)
{
	static const char *const names[] = {"", "runnable", "running", "call",
					    "waiting"};

	for (int i = READY; i <= WAITS; i++)
		if (strcmp(status, names[i]) == 0)
			return (enum state)i;
	return strcmp(status, "idle") == 0 ? WAITS : NOT;
}

#define RULE(ok)                                                               \
	CHECK_MSG(ok,                                                          \
		  "event %" PRId64 ", %s of g %" PRId64 " p %" PRId64          \
		  " id %" PRId64 ": not %s",                                   \
		  i, e->ev, e->g, e->p, e->id, #ok)

static void status(struct known *k, const struct tr_event *e, int64_t i)
{
	struct one *o = of(k, e->id);
	enum state s = state_of(e->status);

	RULE(s != NOT);
	if (o != NULL) {
		RULE(o->state == s);
		return;
	}
	o = add(k, e->id);
	o->state = s;
	o->on = e->p;
}

static void region(struct one *o, const struct tr_event *e, int64_t i)
{
	if (is(e, "region")) {
		REQUIRE(o->depth < 16);
		strcpy(o->region[o->depth++], e->text);
	} else if (o->depth > 0) {
		RULE(strcmp(o->region[--o->depth], e->text) == 0);
	}
}

/* What the running goroutine does. */
static void does(struct one *o, const struct tr_event *e, int64_t i)
{
	static const struct {
		const char *ev;
		enum state before, after;
	} moves[] = {
		{"go-stop", RUNS, READY},  {"go-block", RUNS, WAITS},
		{"go-end", RUNS, NOT},     {"call", RUNS, CALLS},
		{"call-end", CALLS, RUNS}, {"call-end-blocked", CALLS, READY},
	};

	for (size_t k = 0; k < sizeof(moves) / sizeof(*moves); k++) {
		if (!is(e, moves[k].ev))
			continue;
		/* Go: what C's threads do in Go ends in a call. */
		RULE(o != NULL &&
		     (o->state == moves[k].before ||
		      (o->state == CALLS && moves[k].after == NOT)));
		o->state = moves[k].after;
		o->ready = i;
	}
	if (is(e, "region") || is(e, "region-end")) {
		RULE(o != NULL && o->state == RUNS);
		region(o, e, i);
	}
}

static void g_event(struct known *k, const struct tr_event *e, int64_t i,
		    const struct tr_event *all)
{
	struct one *o;

	if (is(e, "go-create")) {
		RULE(of(k, e->id) == NULL);
		o = add(k, e->id);
		/* One that comes out of C is in a call. */
		o->state = e->p < 0 || e->g == e->id ? CALLS : READY;
		o->ready = i;
	} else if (is(e, "go-unblock")) {
		o = of(k, e->id);
		RULE(o != NULL && o->state == WAITS && e->g != e->id);
		o->state = READY;
		o->ready = i;
	} else if (is(e, "go-start")) {
		o = of(k, e->id);
		RULE(o != NULL && o->state == READY && e->p >= 0);
		if (o->ready >= 0)
			RULE(all[o->ready].t < e->t);
		o->state = RUNS;
	} else {
		does(e->g < 0 ? NULL : of(k, e->g), e, i);
	}
}

static void p_event(struct known *k, const struct tr_event *e, int64_t i)
{
	struct one *o;

	if (is(e, "p-start")) {
		o = of(k, e->id);
		RULE(o != NULL && o->state == WAITS);
		o->state = RUNS;
	} else if (is(e, "p-stop")) {
		o = of(k, e->p);
		RULE(o != NULL && o->state != WAITS);
		o->state = WAITS;
	} else if (is(e, "p-steal")) {
		o = of(k, e->id);
		RULE(o != NULL && o->state == CALLS);
		o->state = WAITS;
	} else if (is(e, "call") || is(e, "call-end")) {
		o = of(k, e->p);
		RULE(o != NULL);
		o->state = is(e, "call") ? CALLS : RUNS;
	}
}

void tr_check(struct tr t)
{
	struct known gs = {0}, ps = {0};
	int64_t last = -1;

	for (int64_t i = 0; i < t.n; i++) {
		const struct tr_event *e = &t.e[i];

		RULE(e->t > last);
		last = e->t;
		if (is(e, "go-status"))
			status(&gs, e, i);
		else if (is(e, "p-status"))
			status(&ps, e, i);
		else if (strncmp(e->ev, "go-", 3) == 0 ||
			 strncmp(e->ev, "call", 4) == 0 ||
			 strncmp(e->ev, "region", 6) == 0)
			g_event(&gs, e, i, t.e);
		p_event(&ps, e, i);
	}
	free(gs.all);
	free(ps.all);
}

/* ---- work to trace ------------------------------------------------------------- */

static struct {
	assay_chan *ch, *done;
	atomic_int stop;
} talk;

static void talks(void *unused)
{
	(void)unused;
	for (int i = 0; !steered(&talk.stop); i++) {
		send_int(talk.ch, recv_int(talk.ch));
		if (i % 16 == 0) /* a trace is to be read in a moment */
			sleep_ns(MS);
	}
	send_signal(talk.done);
}

void tr_talk_begin(void)
{
	talk.ch = chan_int(2);
	talk.done = chan_signal(4);
	steer(&talk.stop, 0);
	send_int(talk.ch, 1);
	send_int(talk.ch, 2);
	go_many(4, talks, NULL);
}

void tr_talk_end(void)
{
	steer(&talk.stop, 1);
	join(talk.done, 4);
}

void tr_sleeps(void *done)
{
	sleep_ns(5 * MS);
	send_signal(done);
}

void tr_nap(void *unused)
{
	(void)unused;
	usleep(30000);
}

void tr_work(void *ns)
{
	assay_chan *done = chan_signal(4);

	tr_talk_begin();
	go_many(4, tr_sleeps, done);
	sleep_ns((int64_t)(intptr_t)ns);
	tr_talk_end();
	join(done, 4);
}
