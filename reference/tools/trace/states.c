/*
 * states.c - see states.h.
 */
#include "states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct life *lives;
static size_t used, room;
static int64_t newest;

static void *must(void *p)
{
	if (p)
		return p;
	fputs("goro-trace: out of memory\n", stderr);
	exit(1);
}

/* ---- texts ------------------------------------------------------------------------ */

struct kept {
	struct kept *next;
	char text[];
};

const char *tr_keep(const char *s)
{
	static struct kept *kept[1024];
	size_t h = 5381, n = strlen(s);
	struct kept *k;

	for (size_t i = 0; i < n; i++)
		h = h * 33 + (unsigned char)s[i];
	for (k = kept[h % 1024]; k; k = k->next)
		if (strcmp(k->text, s) == 0)
			return k->text;
	k = must(malloc(sizeof(*k) + n + 1));
	memcpy(k->text, s, n + 1);
	k->next = kept[h % 1024];
	kept[h % 1024] = k;
	return k->text;
}

/* ---- goroutines, by id, in open addressing ------------------------------------------ */

static struct life *slot(struct life *in, size_t n, int64_t id)
{
	size_t i = (size_t)((uint64_t)id * UINT64_C(0x9e3779b97f4a7c15) >> 20);

	while (in[i & (n - 1)].id != id && in[i & (n - 1)].id != 0)
		i++;
	return &in[i & (n - 1)];
}

static void grow(void)
{
	size_t n = room ? room * 2 : 1024;
	struct life *more = must(calloc(n, sizeof(*more)));

	for (size_t i = 0; i < room; i++)
		if (lives[i].id)
			*slot(more, n, lives[i].id) = lives[i];
	free(lives);
	lives = more;
	room = n;
}

static struct life *life(int64_t id)
{
	struct life *l;

	if (used * 2 >= room)
		grow();
	l = slot(lives, room, id);
	if (l->id == 0) {
		used++;
		l->id = id;
		l->reason = l->name = "";
	}
	return l;
}

struct life *tr_lives(size_t *n)
{
	size_t out = 0;

	for (size_t i = 0; i < room; i++)
		if (lives[i].id)
			lives[out++] = lives[i];
	*n = out;
	return lives;
}

/* ---- states --------------------------------------------------------------------------- */

static void enter(struct life *l, enum state s, int64_t now, tr_spell spell,
		  void *arg)
{
	l->spent[l->state] += now - l->since;
	if (l->state != S_NONE)
		spell(l, now, arg);
	l->state = s;
	l->since = now;
}

static enum state state_of(uint64_t status)
{
	static const enum state states[] = {S_NONE, S_RUNNABLE, S_RUNNING,
					    S_CALL, S_WAITING};

	return states[status];
}

/* Goroutines that begin as the stack says have its outermost function's name. */
static void name(struct life *l, const struct tr_stack *s)
{
	if (l->name[0] == '\0' && s && s->n > 0)
		l->name = tr_keep(s->frame[s->n - 1].function);
}

static void named(const struct tr_event *e, tr_spell spell, void *arg)
{
	struct life *l = life((int64_t)e->arg[0]);

	switch (e->kind) {
	case TR_GO_STATUS:
	case TR_GO_STATUS_STACK:
		name(l, e->stack);
		if (l->state == S_NONE)
			enter(l, state_of(e->arg[2]), e->time, spell, arg);
		break;
	case TR_GO_CREATE:
		name(l, e->entry);
		enter(l, S_RUNNABLE, e->time, spell, arg);
		break;
	case TR_GO_UNBLOCK:
		enter(l, S_RUNNABLE, e->time, spell, arg);
		break;
	case TR_GO_CREATE_BLOCKED:
		enter(l, S_WAITING, e->time, spell, arg);
		break;
	case TR_GO_CREATE_CALL:
		enter(l, S_CALL, e->time, spell, arg);
		break;
	default:
		enter(l, S_RUNNING, e->time, spell, arg);
	}
}

static void own(const struct tr_event *e, tr_spell spell, void *arg)
{
	static const enum state next[] = {
		[TR_GO_STOP] = S_RUNNABLE,
		[TR_GO_BLOCK] = S_WAITING,
		[TR_CALL] = S_CALL,
		[TR_CALL_END] = S_RUNNING,
		[TR_CALL_END_BLOCKED] = S_RUNNABLE,
		[TR_GO_SWITCH] = S_WAITING,
	};
	struct life *l = life(e->g);

	if (e->kind != TR_CALL_END && e->kind != TR_CALL_END_BLOCKED)
		name(l, e->stack);
	enter(l,
	      e->kind < sizeof(next) / sizeof(*next) ? next[e->kind] : S_NONE,
	      e->time, spell, arg);
	if (e->kind == TR_GO_BLOCK)
		l->reason = tr_keep(e->text[0]);
}

void tr_follow(const struct tr_event *e, tr_spell spell, void *arg)
{
	newest = e->time;
	switch (e->kind) {
	case TR_GO_STATUS:
	case TR_GO_STATUS_STACK:
	case TR_GO_CREATE:
	case TR_GO_CREATE_BLOCKED:
	case TR_GO_CREATE_CALL:
	case TR_GO_START:
	case TR_GO_UNBLOCK:
		named(e, spell, arg);
		break;
	case TR_GO_STOP:
	case TR_GO_BLOCK:
	case TR_GO_END:
	case TR_GO_END_CALL:
	case TR_CALL:
	case TR_CALL_END:
	case TR_CALL_END_BLOCKED:
		own(e, spell, arg);
		break;
	case TR_GO_SWITCH:
	case TR_GO_SWITCH_END:
		own(e, spell, arg);
		named(e, spell, arg);
		break;
	case TR_REGION:
	case TR_LOG:
		life(e->g)->speaks = 1;
		break;
	default:
		break;
	}
}

void tr_follow_end(tr_spell spell, void *arg)
{
	for (size_t i = 0; i < room; i++)
		if (lives[i].id)
			enter(&lives[i], S_NONE, newest, spell, arg);
}
