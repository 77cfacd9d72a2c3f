/* start.c - the ordinary thread and the main goroutine, see table.h. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "table.h"

/* Below the frames of a body: see assay_go_body(). */
#define PAD (64 * 1024)

static struct go_host host;

/* Of one call of core->run(); guarded by lock, changed tells of a change. */
static struct {
	bool asked;
	bool ended;
	assay_fn fn;
	void *arg;
	struct assay_run_options options;
} run;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void *child_main(void *unused)
{
	int status = assay_child_main_ext(host.argc, host.argv, host.runtime,
					  host.ext);

	(void)unused;
	if (host.argc == 2 && strcmp(host.argv[1], "--assay-describe") == 0)
		fputs(host.twins, stdout);
	fflush(NULL);
	_exit(status);
}

/* No signal ends up on the thread: Go could not dump goroutines from it. */
void assay_go_start(struct go_host h)
{
	pthread_t thread;
	sigset_t all, old;
	int err;

	host = h;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	err = pthread_create(&thread, NULL, child_main, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (err != 0) {
		fprintf(stderr, "go: pthread_create: %s\n", strerror(err));
		_exit(2);
	}
}

int32_t assay_go_wait(void)
{
	pthread_mutex_lock(&lock);
	while (!run.asked)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	return run.options.procs;
}

/*
 * Goroutines that are left over cannot be stopped, and for the moment until
 * the process ends they may look at variables of the body that returned.
 * Whatever the thread does then stays above PAD and leaves its frames alone.
 */
void assay_go_body(void *unused)
{
	volatile char pad[PAD];

	(void)unused;
	pad[0] = 0;
	run.fn(run.arg);
	(void)pad[0];
}

void assay_go_ended(void)
{
	pthread_mutex_lock(&lock);
	run.ended = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	for (;;)
		pause();
}

int assay_go_run(assay_fn fn, void *arg,
		 const struct assay_run_options *options)
{
	struct assay_run_options o = {0};

	if (fn == NULL || (options && options->size < sizeof(o.size)))
		return ASSAY_EINVAL;
	if (options)
		memcpy(&o, options,
		       options->size < sizeof(o) ? options->size : sizeof(o));
	if ((o.flags & ~(uint32_t)ASSAY_RUN_EMBEDDED) != 0)
		return ASSAY_ENOTSUP;
	pthread_mutex_lock(&lock);
	if (o.procs < 0 || run.asked) {
		pthread_mutex_unlock(&lock);
		return ASSAY_EINVAL;
	}
	run.asked = true;
	run.fn = fn;
	run.arg = arg;
	run.options = o;
	pthread_cond_broadcast(&changed);
	while (!run.ended)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	return ASSAY_OK;
}
