/*
 * lazy.c - a value that the first goro_lazy_get() makes.
 */
#include <goro_ext.h>
#include <stdlib.h>

#include "sched/call.h"
#include "sched/outside.h"

/* value, made and panic are written inside once, and read after it. */
struct goro_lazy {
	goro_once once;
	void *(*make)(void *arg);
	void *arg;
	void *value;
	bool made;
	struct goro_panic_value panic; /* of make, if not made */
};

goro_lazy *goro_lazy_new(void *(*make)(void *arg), void *arg)
{
	goro_lazy *l = make ? calloc(1, sizeof(*l)) : NULL;

	if (!l)
		return NULL;
	l->make = make;
	l->arg = arg;
	/* If make leaves by goexit, Go panics with nil. */
	l->panic.kind = GORO_PANIC_NIL;
	return l;
}

static void call_make(void *arg)
{
	goro_lazy *l = arg;

	l->value = l->make(l->arg);
}

static void make_it(void *arg)
{
	goro_lazy *l = arg;

	goro__call(call_make, l, NULL, NULL);
	l->made = true;
}

/* Runs when make has ended.  Raises its panic again, as all later calls do. */
static void settle(void *arg)
{
	goro_lazy *l = arg;

	goro_recover(&l->panic);
	if (!l->made)
		goro_panic_value(&l->panic);
}

static void make_once(void *arg)
{
	goro__call(make_it, arg, settle, arg);
}

void *goro_lazy_get(goro_lazy *l)
{
	AS_GOROUTINE();

	goro_once_do(&l->once, make_once, l);
	if (!l->made)
		goro_panic_value(&l->panic);
	return l->value;
}

void goro_lazy_free(goro_lazy *l)
{
	free(l);
}
