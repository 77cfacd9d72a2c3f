/*
 * Two calls share a slow lookup.  One has a deadline of its own and gives up;
 * that it failed cancels the other, which would have waited on.
 *
 * The time is virtual: a minute costs nothing.
 */
#include <goro_ext.h>
#include <stdio.h>

#define MINUTE (60 * GORO_SECOND)

struct call {
	goro_context *c;
	const char *what;
	int64_t patience; /* 0: that of its caller */
	goro_waitgroup *wg;
};

/* Takes a minute; does not even begin if that is too long. */
static int locale(goro_context *c, const char **out)
{
	int64_t deadline;

	if (goro_context_deadline(c, &deadline) &&
	    deadline - goro_now() < MINUTE)
		return GORO_DEADLINE;
	if (goro_chan_recv(goro_context_done(c), NULL, goro_now() + MINUTE) !=
	    GORO_TIMEOUT)
		return goro_context_err(c);
	*out = "EN/US";
	return 0;
}

static int print_it(struct call *call)
{
	const char *where = NULL;
	goro_context *c;
	int err;

	if (call->patience)
		err = goro_with_timeout(call->c, call->patience, 0, &c);
	else
		err = goro_with_cancel(call->c, &c);
	if (err)
		return err;
	err = locale(c, &where);
	if (!err)
		printf("%s in %s\n", call->what, where);
	goro_context_free(c);
	return err;
}

static void run(void *arg)
{
	struct call *call = arg;
	int err = print_it(call);

	if (err) {
		printf("cannot print %s: %s\n", call->what,
		       goro_status_text(err));
		goro_cancel(call->c, 0);
	}
	goro_wg_done(call->wg);
}

static void app(void *arg)
{
	goro_waitgroup wg = {{0}};
	int64_t start = goro_now();
	goro_context *c;
	char name[60];

	(void)arg;
	if (goro_with_cancel(goro_background(), &c))
		goro_panic("out of memory");
	goro_context_name(c, name, sizeof(name));
	printf("both are below %s\n", name);
	struct call greeting = {c, "greeting", GORO_SECOND, &wg};
	struct call farewell = {c, "farewell", 0, &wg};

	goro_wg_add(&wg, 2);
	goro_go(run, &greeting);
	goro_go(run, &farewell);
	goro_wg_wait(&wg);
	printf("after %lld s\n",
	       (long long)((goro_now() - start) / GORO_SECOND));
	goro_context_free(c);
}

int main(void)
{
	struct goro_config config = {.size = sizeof(config),
				     .virtual_time = true};

	return goro_run_with(app, NULL, &config);
}
