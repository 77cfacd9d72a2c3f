/*
 * A crawler: each page is fetched once, whoever links to it, no more than two
 * at a time, and none that is more than three links away.
 *
 * The time is virtual: it goes on when all wait.
 */
#include <goro_ext.h>
#include <stdatomic.h>
#include <stdio.h>

enum { PAGES = 8, LINKS = 3, DEEPEST = 3, AT_ONCE = 2 };

/* The web.  Page 0 is the one to start at; -1 ends a list. */
static const struct page {
	const char *name;
	int links[LINKS + 1];
} web[PAGES] = {
	{"/", {1, 2, 3, -1}},     {"/cmd", {0, 2, 4, -1}},
	{"/pkg", {0, 1, 5, -1}},  {"/doc", {6, -1}},
	{"/cmd/go", {1, -1}},     {"/pkg/fmt", {0, 2, -1}},
	{"/doc/mem", {7, 3, -1}}, {"/doc/mem/old", {0, -1}},
};

struct crawl {
	goro_semaphore *slots;
	goro_map *seen;
	goro_context *c;
	goro_waitgroup wg;
	atomic_int now, most;
};

struct visit {
	struct crawl *crawl;
	int page, depth;
};

static void note_load(struct crawl *crawl)
{
	int now = atomic_fetch_add(&crawl->now, 1) + 1;
	int most = atomic_load(&crawl->most);

	while (now > most &&
	       !atomic_compare_exchange_weak(&crawl->most, &most, now))
		;
}

static void fetch(struct crawl *crawl, const struct visit *v)
{
	if (goro_semaphore_acquire(crawl->slots, crawl->c, 1))
		return; /* cancelled */
	note_load(crawl);
	goro_sleep(GORO_MILLISECOND);
	printf("%d links away: %s\n", v->depth, web[v->page].name);
	atomic_fetch_sub(&crawl->now, 1);
	goro_semaphore_release(crawl->slots, 1);
}

static void visit(void *arg);

/* The first to store a page goes there. */
static void follow(struct crawl *crawl, int page, int depth)
{
	struct visit v = {crawl, page, depth};

	if (depth > DEEPEST ||
	    goro_map_load_or_store(crawl->seen, (uint64_t)page, NULL, NULL))
		return;
	goro_wg_add(&crawl->wg, 1);
	if (goro_go_copy(visit, &v, sizeof(v)))
		goro_panic("out of memory");
}

static void visit(void *arg)
{
	const struct visit *v = arg;

	fetch(v->crawl, v);
	for (const int *to = web[v->page].links; *to >= 0; to++)
		follow(v->crawl, *to, v->depth + 1);
	goro_wg_done(&v->crawl->wg);
}

static void app(void *arg)
{
	struct crawl crawl = {.slots = goro_semaphore_new(AT_ONCE),
			      .seen = goro_map_new()};

	(void)arg;
	if (goro_with_timeout(goro_background(), 10 * GORO_SECOND, 0, &crawl.c))
		goro_panic("out of memory");
	follow(&crawl, 0, 0);
	goro_wg_wait(&crawl.wg);
	printf("%d at a time, and never more\n", crawl.most);
	goro_context_free(crawl.c);
	goro_map_free(crawl.seen);
	goro_semaphore_free(crawl.slots);
}

int main(void)
{
	struct goro_config config = {.size = sizeof(config),
				     .virtual_time = true};

	return goro_run_with(app, NULL, &config);
}
