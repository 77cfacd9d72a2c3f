/*
 * tracefile.c - see tracefile.h.
 */
#include "diag/tracefile.h"

#include <limits.h>
#include <string.h>

#include "base/note.h"
#include "base/print.h"
#include "base/sys.h"
#include "base/forked.h"
#include "base/text.h"
#include "diag/traceflight.h"
#include "diag/tracegen.h"
#include "diag/traceout.h"
#include "goro_trace.h"
#include "sched/outside.h"
#include "sched/thread.h"
#include "wait/stopper.h"

/* At the end, for another that writes, or that never will. */
#define PATIENCE INT64_C(2000000000)

enum { NAP = 100000 };

/*
 * The one that has busy writes: the tracer's thread, or whoever ends the file.
 * The trace goes on beside a recorder, so all stop at the cut once it is taken.
 */
static struct {
	atomic_uint busy;
	bool owned;               /* the descriptor is closed at the end */
	struct trace_gen *gen;    /* to be written next; trace.lock */
	struct trace_buf *cursor; /* its last that is written */
	struct trace_cut last;    /* where the file ends; trace.lock */
	struct trace_out out;
} file = {.out = {.fd = -1}};

/* False if the one that has it has written nothing for so long; < 0: never. */
static bool try_busy(int64_t patience)
{
	int64_t began = sys_clock();
	uint64_t taken = goro__trace_out_taken(), now;

	/* Pairs with the release in not_busy(). */
	while (xchg_acquire(&file.busy, 1u)) {
		now = goro__trace_out_taken();
		if (now != taken)
			began = sys_clock();
		else if (patience >= 0 && sys_clock() - began > patience)
			return false;
		taken = now;
		sys_nanosleep(NAP);
	}
	san_acquire(&file);
	return true;
}

static void not_busy(void)
{
	san_release(&file);
	store_release(&file.busy, 0u);
}

/* ---- what is written ------------------------------------------------------------ */

/* Frees the generations that neither the file nor the recorder needs. */
static void forget(void)
{
	uint32_t least = goro__traceflight_needs();

	if (goro__tracefile_needs() < least)
		least = goro__tracefile_needs();
	goro__tracegen_free(goro__trace_remove(least));
}

static void next_gen(struct trace *t)
{
	lock(&t->lock);
	file.gen = file.gen->next;
	file.cursor = NULL;
	unlock(&t->lock);
	forget();
}

/* True if all up to the cut is written.  trace.lock is held. */
static bool at_cut(void)
{
	return file.gen == file.last.gen && file.cursor == file.last.last_full;
}

/* Writes one full buffer, or the end of a generation.  False: there is none. */
static bool write_next(struct trace *t)
{
	struct trace_buf *b = NULL;
	bool closed = false;

	lock(&t->lock);
	if (!at_cut()) {
		b = file.cursor ? file.cursor->next : file.gen->full.first;
		closed = file.gen->closed;
	}
	unlock(&t->lock);
	if (b) {
		goro__trace_out_events(&file.out, file.gen, b,
				       load_relaxed(&b->len));
		file.cursor = b;
	} else if (closed) {
		goro__trace_out_end(&file.out, file.gen);
		next_gen(t);
	}
	return b || closed;
}

static void say_error(int error)
{
	if (error == ETIMEDOUT) {
		print_str("goro: the trace is cut off: its reader is slow\n");
		return;
	}
	print_str("goro: the trace is cut off: write() fails with errno ");
	print_int(error);
	print_str("\n");
}

/* Ends the file; the cut is taken, and the caller has busy. */
static void end_file(void)
{
	int error;

	while (write_next(&goro__trace))
		;
	goro__trace_out_cut(&file.out, &file.last);
	error = goro__trace_out_flush(&file.out);
	if (file.owned && sys_close(file.out.fd) && !error)
		error = errno;
	if (error)
		say_error(error);
	store_relaxed(&goro__trace.to_file, 0u);
}

void goro__tracefile_writer(void)
{
	for (;;) {
		goro__note_sleep(&goro__trace.note, -1);
		goro__traceflight_asked();
		try_busy(-1);
		while (load_acquire(&goro__trace.to_file) &&
		       write_next(&goro__trace))
			;
		not_busy();
	}
}

uint32_t goro__tracefile_needs(void)
{
	struct trace *t = &goro__trace;
	uint32_t needs = UINT32_MAX;

	lock(&t->lock);
	if (load_relaxed(&goro__trace.to_file) && file.gen)
		needs = file.gen->number;
	unlock(&t->lock);
	return needs;
}

void (*goro__tracegen_begun)(void) = forget;

/* ---- start and stop ----------------------------------------------------------------- */

/* The file begins with the generation that has just begun. */
static void begin_file(int fd, bool owned)
{
	struct trace *t = &goro__trace;

	lock(&t->lock);
	file.owned = owned;
	file.gen = t->now;
	file.cursor = NULL;
	file.last = (struct trace_cut){.by = TRACE_FILE};
	unlock(&t->lock);
	goro__trace_out_begin(&file.out, fd, file.gen->number);
	/* Pairs with the acquire in the writer. */
	store_release(&goro__trace.to_file, 1u);
	goro__want_tracer();
}

static int start(int fd, bool owned)
{
	struct trace_gen *gen;

	if (load_relaxed(&goro__trace.to_file))
		return GORO_EBUSY;
	gen = goro__tracegen_new();
	if (!gen)
		return GORO_ENOMEM;
	if (owned)
		sys_empty(fd); /* not before: it may be that of another trace */
	goro__stop_all();
	goro__tracegen_begin(gen);
	begin_file(fd, owned);
	goro__start_all();
	return GORO_OK;
}

int goro_trace_start_fd(int fd)
{
	goro__need_run(__func__);
	AS_GOROUTINE();
	int status;

	if (fd < 0)
		return GORO_EINVAL;
	goro__trace_control();
	status = start(fd, false);
	goro__trace_control_end();
	return status;
}

int goro_trace_start(const char *path)
{
	goro__need_run(__func__);
	AS_GOROUTINE();
	int fd, status;

	if (load_relaxed(&goro__trace.to_file))
		return GORO_EBUSY;
	fd = path ? goro__trace_open(path) : -1;
	if (fd < 0)
		return GORO_EINVAL;
	goro__trace_control();
	status = start(fd, true);
	goro__trace_control_end();
	if (status)
		sys_close(fd);
	return status;
}

static void end_blocking(void *unused)
{
	(void)unused;
	try_busy(-1);
	if (load_relaxed(&goro__trace.to_file)) /* exit() may have ended it */
		end_file();
	not_busy();
}

void goro_trace_stop(void)
{
	AS_GOROUTINE();
	bool off;

	goro__trace_control();
	if (load_relaxed(&goro__trace.to_file)) {
		off = !goro_recorder_enabled();
		goro__trace_take(&file.last, off);
		goro_blocking(end_blocking, NULL);
		forget();
		if (off)
			goro__tracegen_fast();
	}
	goro__trace_control_end();
}

bool goro_trace_enabled(void)
{
	return load_relaxed(&goro__trace.to_file);
}

/* ---- a whole run ------------------------------------------------------------------------ */

void goro__tracefile_boot(void)
{
	const char *name = secure_getenv("GORO_TRACE");
	char path[PATH_MAX];
	struct trace_gen *gen;
	int fd;

	if (!name || !*name)
		return;
	goro__trace_path(name, path, sizeof(path));
	fd = sys_create(path, O_TRUNC);
	gen = fd < 0 ? NULL : goro__tracegen_new();
	if (!gen) {
		print_str("goro: no trace: open() fails with errno ");
		print_int(errno);
		print_str("\n");
		return;
	}
	goro__tracegen_begin(gen);
	goro__m()->trace_gen = 0; /* another thread becomes this M */
	begin_file(fd, true);
}

/* What goes on after this, up to the end of each thread, is not shown. */
void goro__tracefile_main_returned(void)
{
	goro__trace_out_hurry();
	goro__trace_control_for(PATIENCE); /* up to the end of the run */
	if (load_relaxed(&goro__tracing))
		goro__trace_take(&file.last, true);
}

/*
 * Others go on, and one of them may be at the end of this trace, or at the
 * beginning of the next.  The child of a fork() has its parent's file.
 */
static void end_at_last(void)
{
	if (!load_relaxed(&goro__trace.to_file) || goro__forked())
		return;
	goro__trace_out_hurry();
	goro__trace_take(&file.last, true);
	if (!try_busy(PATIENCE))
		return;
	if (load_relaxed(&goro__trace.to_file)) {
		goro__trace_take(&file.last, true);
		end_file();
	}
	not_busy();
}

void goro__tracefile_run_over(void)
{
	end_at_last();
	goro__trace_control_end();
}

void goro__tracefile_die(void)
{
	end_at_last();
}

static __attribute__((destructor)) void at_exit(void)
{
	end_at_last();
}
