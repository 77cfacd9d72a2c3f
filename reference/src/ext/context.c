/*
 * context.c - contexts: made, asked, given up.
 */
#include "context.h"

#include "sched/outside.h"

static goro_context background = {.kind = ROOT, .u.root = "context.Background"};
static goro_context todo = {.kind = ROOT, .u.root = "context.TODO"};

goro_context *goro_background(void)
{
	return &background;
}

goro_context *goro_todo(void)
{
	return &todo;
}

void goro_context_free(goro_context *c)
{
	AS_GOROUTINE();

	if (!c || c->kind == ROOT)
		return;
	if (can_be_ended(c)) {
		goro__context_end(c, GORO_CANCELED, 0);
		goro__context_unwatch(c);
	}
	goro__context_unref(c);
}

/* ---- made --------------------------------------------------------------- */

static int check(goro_context *parent, goro_context **out)
{
	if (!out)
		return GORO_EINVAL;
	return parent ? GORO_OK : GORO_CTX_NIL_PARENT;
}

/* Frees c, which could not be completed, and returns GORO_ENOMEM. */
static int undo(goro_context *c)
{
	goro_context_free(c);
	return GORO_ENOMEM;
}

static int with_cancel(goro_context *parent, bool takes_cause,
		       goro_context **out)
{
	goro_context *c;

	c = goro__context_new(CANCEL, parent);
	if (!c)
		return GORO_ENOMEM;
	c->u.e.takes_cause = takes_cause;
	if (goro__context_join(c))
		return undo(c);
	*out = c;
	return GORO_OK;
}

int goro_with_cancel(goro_context *parent, goro_context **out)
{
	AS_GOROUTINE();
	int status = check(parent, out);

	return status ? status : with_cancel(parent, true, out);
}

/* Starts c's timer, locked: the timer may fire before e->timer is set. */
static bool start_timer(goro_context *c, int64_t ns)
{
	struct canceler *e = &c->u.e;
	bool ok = true;

	goro_mutex_lock(&e->lock);
	if (!atomic_load_explicit(&e->err, memory_order_relaxed)) {
		goro__context_ref(c);
		e->timer = goro_after_func(ns, goro__context_expire, c);
		ok = e->timer != NULL;
	}
	goro_mutex_unlock(&e->lock);
	if (!ok)
		goro__context_unref(c);
	return ok;
}

static int with_timer(goro_context *parent, int64_t deadline, int64_t now,
		      int cause, goro_context **out)
{
	goro_context *c;

	c = goro__context_new(TIMER, parent);
	if (!c)
		return GORO_ENOMEM;
	c->u.e.deadline = deadline;
	c->u.e.clock = goro__clock_of_caller();
	c->u.e.timeout_cause = cause;
	if (goro__context_join(c))
		return undo(c);
	if (deadline <= now)
		goro__context_end(c, GORO_DEADLINE, cause);
	else if (!start_timer(c, deadline - now))
		return undo(c);
	*out = c;
	return GORO_OK;
}

static int until(goro_context *parent, int64_t deadline, int64_t now, int cause,
		 goro_context **out)
{
	int64_t earlier;

	if (goro__context_deadline(parent, &earlier) && earlier < deadline)
		return with_cancel(parent, false, out);
	return with_timer(parent, deadline, now, cause, out);
}

int goro_with_deadline(goro_context *parent, int64_t deadline, int cause,
		       goro_context **out)
{
	AS_GOROUTINE();
	int status = check(parent, out);

	return status ? status
		      : until(parent, deadline, goro_now(), cause, out);
}

int goro_with_timeout(goro_context *parent, int64_t ns, int cause,
		      goro_context **out)
{
	AS_GOROUTINE();
	int status = check(parent, out);
	int64_t now, deadline;

	if (status)
		return status;
	now = goro_now();
	if (__builtin_add_overflow(now, ns, &deadline))
		deadline = INT64_MAX;
	return until(parent, deadline, now, cause, out);
}

int goro_with_value(goro_context *parent, struct goro_key key, void *value,
		    goro_context **out)
{
	int status = check(parent, out);
	goro_context *c;

	if (status)
		return status;
	if (key.type == GORO_KEY_NIL)
		return GORO_CTX_NIL_KEY;
	if (key.type == GORO_KEY_INCOMPARABLE)
		return GORO_CTX_BAD_KEY;
	c = goro__context_new(VALUE, parent);
	if (!c)
		return GORO_ENOMEM;
	c->u.v.key = key;
	c->u.v.value = value;
	*out = c;
	return GORO_OK;
}

int goro_without_cancel(goro_context *parent, goro_context **out)
{
	int status = check(parent, out);
	goro_context *c;

	if (status)
		return status;
	c = goro__context_new(WITHOUT_CANCEL, parent);
	if (!c)
		return GORO_ENOMEM;
	*out = c;
	return GORO_OK;
}

static int foreign(goro_context *inner, goro_chan *done,
		   const struct goro_end_hooks *hooks, goro_context **out)
{
	goro_context *c = goro__context_new(FOREIGN, inner);

	if (!c)
		return GORO_ENOMEM;
	c->u.foreign.done = done;
	if (hooks)
		c->u.foreign.hooks = *hooks;
	*out = c;
	return GORO_OK;
}

int goro_context_from_done(goro_chan *done, goro_context **out)
{
	return done && out ? foreign(NULL, done, NULL, out) : GORO_EINVAL;
}

int goro_context_from_hooks(goro_chan *done, const struct goro_end_hooks *hooks,
			    goro_context **out)
{
	if (!done || !out || !hooks || !hooks->add || !hooks->remove)
		return GORO_EINVAL;
	return foreign(NULL, done, hooks, out);
}

int goro_context_wrap(goro_context *inner, goro_chan *done, goro_context **out)
{
	int status = check(inner, out);
	goro_context *c;

	if (status)
		return status;
	if (done)
		return foreign(inner, done, NULL, out);
	c = goro__context_new(WRAP, inner);
	if (!c)
		return GORO_ENOMEM;
	*out = c;
	return GORO_OK;
}

/* ---- ended and asked ---------------------------------------------------- */

int goro_cancel(goro_context *c, int cause)
{
	AS_GOROUTINE();

	if (!c)
		return GORO_EINVAL;
	if (!can_be_ended(c) || (cause && !c->u.e.takes_cause))
		return GORO_CTX_KIND;
	goro__context_end(c, GORO_CANCELED, cause);
	return GORO_OK;
}

/* Returns the context that c has its deadline from, or NULL. */
static goro_context *timer_of(goro_context *c)
{
	while (c && c->kind != TIMER && c->kind != WITHOUT_CANCEL)
		c = c->parent;
	return c && c->kind == TIMER ? c : NULL;
}

bool goro_context_deadline(goro_context *c, int64_t *deadline)
{
	c = timer_of(c);
	if (c && deadline)
		*deadline = c->u.e.deadline;
	return c;
}

bool goro__context_deadline(goro_context *c, int64_t *deadline)
{
	c = timer_of(c);
	return c && c->u.e.clock == goro__clock_of_caller() &&
	       goro_context_deadline(c, deadline);
}

void *goro_context_value(goro_context *c, struct goro_key key)
{
	for (; c; c = c->parent)
		if (c->kind == VALUE && c->u.v.key.type == key.type &&
		    c->u.v.key.value == key.value)
			return c->u.v.value;
	return NULL;
}

int64_t goro_context_children(goro_context *c)
{
	AS_GOROUTINE();
	int64_t n;

	if (!c || !can_be_ended(c))
		return 0;
	goro_mutex_lock(&c->u.e.lock);
	n = c->u.e.nchildren;
	goro_mutex_unlock(&c->u.e.lock);
	return n;
}

bool goro_error_timeout(int error)
{
	return error == GORO_DEADLINE || error == GORO_TIMEOUT;
}

bool goro_error_temporary(int error)
{
	return goro_error_timeout(error) || error == GORO_NET_MFILE;
}

/* ---- hooks -------------------------------------------------------------- */

/* A hook is a context without children that runs fn when it ends. */
struct goro_hook {
	goro_context c;
};

int goro_context_after_func(goro_context *parent, goro_fn fn, void *arg,
			    goro_hook **out)
{
	AS_GOROUTINE();
	goro_context *c;

	if (!parent || !fn || !out)
		return GORO_EINVAL;
	c = goro__context_new(HOOK, parent);
	if (!c)
		return GORO_ENOMEM;
	c->u.e.fn = fn;
	c->u.e.arg = arg;
	if (goro__context_join(c)) {
		goro_hook_stop((goro_hook *)(void *)c);
		return undo(c);
	}
	*out = (goro_hook *)(void *)c;
	return GORO_OK;
}

bool goro_hook_stop(goro_hook *h)
{
	AS_GOROUTINE();
	int waits = HOOK_WAITS;

	/* Relaxed, as in finish_end(): the CAS only decides. */
	if (!h || !atomic_compare_exchange_strong_explicit(
			  &h->c.u.e.hook, &waits, HOOK_STOPPED,
			  memory_order_relaxed, memory_order_relaxed))
		return false;
	goro__context_end(&h->c, GORO_CANCELED, 0);
	return true;
}

void goro_hook_free(goro_hook *h)
{
	AS_GOROUTINE();

	if (!h)
		return;
	/* The caller may free the foreign channel next, if the hook has ended. */
	if (atomic_load_explicit(&h->c.u.e.err, memory_order_relaxed))
		goro__context_unwatch(&h->c);
	goro__context_unref(&h->c);
}
