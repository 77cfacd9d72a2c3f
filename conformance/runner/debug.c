/*
 * debug.c - see runner.h and debug.h.
 *
 * The case's process has the terminal, and this one is its watchdog.  Under a
 * debugger there is no watchdog, and this process itself becomes the case's,
 * since that is the one that the debugger has.
 */
#define _GNU_SOURCE
#include "debug.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "options.h"
#include "orphans.h"
#include "runner.h"
#include "settings.h"
#include "spawn.h"

enum { DUMP_S = 1 };

/* Sets *first to the first case whose id, or row, is named; counts them. */
static size_t named(const char *name, bool by_row, const struct entry **first)
{
	size_t n = 0;

	for (size_t i = 0; i < registry.nentries; i++) {
		const struct entry *e = &registry.entries[i];

		if (pattern_matches(name, by_row ? e->row_id : e->id) &&
		    n++ == 0)
			*first = e;
	}
	return n;
}

/* Returns the one case that the option names; dies if there is not one. */
static const struct entry *the_case(const char *name)
{
	const struct entry *found = NULL;
	size_t n = named(name, false, &found);

	if (n == 0)
		n = named(name, true, &found);
	if (n == 0)
		die("--debug: there is no case %s", name);
	if (n > 1)
		die("--debug wants one case, and %s names %zu: %s ...", name, n,
		    found->id);
	return found;
}

/* Returns the procs to run the case at: those given, or the first it is for. */
static int procs_for(const struct testcase *tc)
{
	if (options.own_procs && options.nprocs > 1)
		die("--debug runs once: give --procs one number");
	if (options.own_procs)
		return options.procs[0];
	if ((tc->flags & CASE_DEFAULT_PROCS) != 0)
		return 0;
	return tc->procs[0] > 0 ? tc->procs[0] : options.procs[0];
}

/* True if a debugger has the process. */
static bool is_traced(pid_t pid)
{
	char *path = text_of("/proc/%d/status", (int)pid);
	FILE *f = fopen(path, "re");
	char line[256];
	int tracer = 0;

	free(path);
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "TracerPid: %d", &tracer) == 1)
			break;
	if (f != NULL)
		fclose(f);
	return tracer != 0;
}

static void tell_start(const struct result *r, const struct run *run,
		       const struct task *task, bool traced)
{
	const struct testcase *tc = r->entry->tc;

	fprintf(stderr, "debug: %s %s\ndebug: %s:%d on %s, procs %d, seed %llu",
		r->entry->id, tc->title, tc->file, tc->line, r->runtime->label,
		run->procs, (unsigned long long)run->seed);
	if (run->schedule > 0)
		fprintf(stderr, ", schedule %llu",
			(unsigned long long)run->schedule);
	if (traced)
		fputs(", under a debugger: no watchdog\n", stderr);
	else
		fprintf(stderr, ", ends after %.1f s\n",
			(double)task->timeout_ns / 1e9);
}

/* Becomes the case's process; returns only if the case was run in this one. */
static int become(struct watched *w, const struct runtime *r)
{
	int argc = 0;

	spawn_surround(&w->task);
	if (r->host || options.valgrind) {
		execv(w->task.argv[0], w->task.argv);
		die("cannot start %s: %s", w->task.argv[0], strerror(errno));
	}
	while (w->task.argv[argc] != NULL)
		argc++;
	w->status = W_EXITCODE(loader_main(argc, w->task.argv), 0);
	w->ledger = ledger;
	return debug_end(w);
}

/* Shows the child the ledger that it shares with this process. */
static void show_ledger(int fd)
{
	char *number = text_of("%d", fd);

	fcntl(fd, F_SETFD, 0);
	setenv(LEDGER_VARIABLE, number, 1);
	free(number);
}

static void start(struct watched *w)
{
	pid_t runner = getpid();
	int shared = spawn_ledger(&w->ledger);

	fflush(NULL);
	w->pid = shared < 0 ? -1 : fork();
	if (w->pid < 0)
		die("cannot start a child: %s", strerror(errno));
	if (w->pid > 0) {
		close(shared);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != runner)
		_exit(127);
	orphans_mark(getpid());
	spawn_surround(&w->task);
	show_ledger(shared);
	execv(w->task.argv[0], w->task.argv);
	die("cannot start %s: %s", w->task.argv[0], strerror(errno));
}

static bool has_ended(struct watched *w)
{
	if (!w->ended)
		w->ended = waitpid(w->pid, &w->status, WNOHANG) == w->pid;
	return w->ended;
}

/* Waits for the end, but no longer than to a signal that asks to stop. */
static void wait_until(struct watched *w, int64_t until)
{
	enum tasks_stop stop = STOP_NOT;

	while (!has_ended(w) && stop == STOP_NOT && now_ns() < until)
		stop = tasks_wait(until);
	if (stop != STOP_NOT)
		w->stop = stop;
}

/* Makes the child end; first it may dump, if it is asked or was by a key. */
static void make_end(struct watched *w)
{
	if (w->late && !w->task.hang_wanted)
		kill(w->pid, SIGQUIT);
	if (w->late ? !w->task.hang_wanted : w->stop == STOP_GROUP)
		wait_until(w, now_ns() + DUMP_S * NS_PER_S);
	if (w->ended)
		return;
	kill(w->pid, SIGKILL);
	while (waitpid(w->pid, &w->status, 0) < 0 && errno == EINTR)
		;
}

/* Waits for the child, and ends it if it takes too long with no debugger. */
static void watch(struct watched *w)
{
	int64_t time = w->task.timeout_ns + w->task.begin_ns;

	do
		wait_until(w, now_ns() + time);
	while (!w->ended && w->stop == STOP_NOT && is_traced(w->pid));
	w->late = !w->ended && w->stop == STOP_NOT;
	if (w->late)
		fprintf(stderr,
			"debug: %s still runs after %.1f s: ended by "
			"the watchdog\n",
			w->e->id, (double)(now_ns() - w->started) / 1e9);
	if (!w->ended)
		make_end(w);
	if (w->stop == STOP_NOT)
		w->stop = tasks_wait(0); /* it may have ended the child */
}

static bool none_runs(const void *context, pid_t pid)
{
	(void)context;
	(void)pid;
	return false;
}

static int run_it(const struct result *r, const struct run *run)
{
	struct watched w = {
		.e = r->entry,
		.twin = strings_have(&r->runtime->twins, r->entry->id),
		.task = start_of(r, run)};
	bool traced = is_traced(getpid());

	tell_start(r, run, &w.task, traced);
	w.started = now_ns();
	if (traced)
		return become(&w, r->runtime);
	start(&w);
	watch(&w);
	orphans_kill(none_runs, NULL);
	return debug_end(&w);
}

/* Dies if the options ask for more than one run. */
static void need_one_run(void)
{
	if (options.repeat > 1 || options.until_fail)
		die("--debug runs once: not with --repeat, --until-fail or "
		    "--explore");
	if (options.run.n > 0)
		die("--debug names the case: not with %s as well",
		    options.run.v[0]);
	if (options.skip.n > 0 || options.levels.n > 0 ||
	    options.profiles.n > 0 || options.shards > 0 ||
	    options.rerun != NULL)
		die("--debug names the case: not with --skip, --level, "
		    "--profile, --shard or --rerun-failed");
}

/* Returns why the case is not for the runtime, or NULL. */
static const char *why_not(const struct result *r)
{
	const char *lacks = runtime_lacks(r->runtime, r->entry);

	return lacks == NULL && options.explore > 0
		       ? explored_not(r->runtime, r->entry)
		       : lacks;
}

int debug_case(void)
{
	struct runtime *runtimes;
	size_t n;
	struct result r = {.entry = the_case(options.debug)};
	struct run run = {.procs = procs_for(r.entry->tc),
			  .seed = options.seed,
			  .schedule = (uint64_t)options.schedule};
	const char *lacks;

	need_one_run();
	settings_init();
	tasks_init();
	runtimes_open(&runtimes, &n);
	if (n != 1)
		die("--debug runs one case on one runtime");
	r.runtime = runtimes;
	lacks = why_not(&r);
	if (lacks != NULL) {
		complain("%s is not for %s: %s", r.entry->id, runtimes->label,
			 lacks);
		return EXIT_NOTHING;
	}
	return run_it(&r, &run);
}
