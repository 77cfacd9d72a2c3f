/*
 * The parts of one task, no more than three at once.  The first that fails
 * ends the others by their context, and is what wait tells.
 *
 * The time is virtual: it goes on when all wait.
 */
#include <goro_ext.h>
#include <stdatomic.h>
#include <stdio.h>

enum { PARTS = 8, AT_ONCE = 3, NO_SUCH_PAGE = GORO_ERROR_USER + 404 };

struct part {
	goro_context *c;
	int number;
};

static atomic_int fetched, given_up;

/* A page that is not there is found out late; the others take longer still. */
static int fetch(void *arg)
{
	const struct part *p = arg;
	int64_t ms = p->number == 5 ? 20 : p->number < 3 ? 1 : 60000;
	int64_t until = goro_now() + ms * GORO_MILLISECOND;

	if (goro_chan_recv(goro_context_done(p->c), NULL, until) !=
	    GORO_TIMEOUT) {
		atomic_fetch_add(&given_up, 1);
		return goro_context_err(p->c);
	}
	if (p->number == 5)
		return NO_SUCH_PAGE;
	atomic_fetch_add(&fetched, 1);
	return 0;
}

static void app(void *arg)
{
	struct part parts[PARTS];
	goro_context *c;
	goro_group *g;
	int error;

	(void)arg;
	if (goro_group_with_context(goro_background(), &g, &c) ||
	    goro_group_set_limit(g, AT_ONCE))
		goro_panic("%s", goro_group_error());
	for (int i = 0; i < PARTS; i++) {
		parts[i] = (struct part){c, i};
		/* Blocks while three are under way. */
		goro_group_go(g, fetch, &parts[i], GORO_FOREVER);
	}
	error = goro_group_wait(g);
	printf("first error: %d\n", error - GORO_ERROR_USER);
	printf("%d fetched, %d given up\n", fetched, given_up);
	printf("the context: %s, because of %d\n",
	       goro_status_text(goro_context_err(c)),
	       goro_context_cause(c) - GORO_ERROR_USER);
	goro_group_free(g);
	goro_context_free(c);
}

int main(void)
{
	struct goro_config config = {.size = sizeof(config),
				     .virtual_time = true};

	return goro_run_with(app, NULL, &config);
}
