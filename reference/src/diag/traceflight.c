/*
 * traceflight.c - see traceflight.h.
 */
#include "diag/traceflight.h"

#include <limits.h>
#include <signal.h>
#include <string.h>

#include "base/config.h"
#include "base/note.h"
#include "base/print.h"
#include "base/sys.h"
#include "base/forked.h"
#include "base/text.h"
#include "diag/tracegen.h"
#include "diag/traceout.h"
#include "goro_trace.h"
#include "sched/die.h"
#include "sched/outside.h"
#include "sched/thread.h"
#include "wait/stopper.h"

#define MIN_AGE INT64_C(10000000000)
#define MAX_BYTES ((size_t)10 << 20)

/* on is set and cleared under goro__trace_control(). */
static struct {
	atomic_uint on, writing;
	uint32_t first;  /* the generation with which it began */
	uint32_t pinned; /* being written; 0: none.  trace.lock */
	int64_t min_age;
	size_t max_bytes;
	atomic_uint asked; /* a signal asks for the file */
	char path[PATH_MAX];
	struct trace_out out;
} flight;

bool goro_recorder_enabled(void)
{
	return load_relaxed(&flight.on);
}

/* ---- what is kept --------------------------------------------------------------- */

/* True if the generations after gen are enough.  trace.lock is held. */
static bool can_go(const struct trace_gen *gen)
{
	size_t bytes = 0;

	if (!gen->next)
		return false;
	if (sys_clock() - gen->next->mono >= flight.min_age)
		return true;
	for (; gen; gen = gen->next)
		bytes += gen->bytes;
	return bytes > flight.max_bytes;
}

static uint32_t oldest(const struct trace *t)
{
	const struct trace_gen *gen = t->oldest;

	if (flight.pinned)
		return flight.pinned;
	while (gen && (gen->number < flight.first || can_go(gen)))
		gen = gen->next;
	return gen ? gen->number : flight.first;
}

uint32_t goro__traceflight_needs(void)
{
	struct trace *t = &goro__trace;
	uint32_t needs = UINT32_MAX;

	lock(&t->lock);
	if (load_relaxed(&flight.on) || flight.pinned)
		needs = oldest(t);
	unlock(&t->lock);
	return needs;
}

/*
 * Returns the oldest generation for a snapshot, which stays from now on.  NULL:
 * there is none.
 */
static struct trace_gen *pin(void)
{
	struct trace *t = &goro__trace;
	struct trace_gen *gen;

	lock(&t->lock);
	flight.pinned = oldest(t);
	for (gen = t->oldest; gen && gen->number < flight.pinned;
	     gen = gen->next)
		;
	unlock(&t->lock);
	return gen;
}

static void unpin(void)
{
	lock(&goro__trace.lock);
	flight.pinned = 0;
	unlock(&goro__trace.lock);
}

/* ---- a snapshot --------------------------------------------------------------------- */

struct snapshot {
	struct trace_gen *first;
	struct trace_cut cut;
	int fd;
	int error;
};

static void put_full(const struct trace_gen *gen, const struct trace_buf *last)
{
	for (struct trace_buf *b = gen->full.first; last && b; b = b->next) {
		goro__trace_out_events(&flight.out, gen, b,
				       load_relaxed(&b->len));
		if (b == last)
			break;
	}
}

static void put_snapshot(void *arg)
{
	struct snapshot *s = arg;
	struct trace_gen *gen = s->first;

	goro__trace_out_begin(&flight.out, s->fd, gen->number);
	for (; gen != s->cut.gen; gen = gen->next) {
		put_full(gen, gen->full.last);
		goro__trace_out_end(&flight.out, gen);
	}
	put_full(gen, s->cut.last_full);
	goro__trace_out_cut(&flight.out, &s->cut);
	s->error = goro__trace_out_flush(&flight.out);
}

/* The caller has control. */
static int snapshot(int fd, void (*call)(goro_fn fn, void *arg))
{
	struct snapshot s = {.fd = fd, .cut.by = TRACE_RECORDER};

	s.first = pin();
	if (s.first) {
		goro__trace_take(&s.cut, false);
		call(put_snapshot, &s);
	}
	unpin();
	return s.error || !s.first ? GORO_EINVAL : GORO_OK;
}

/* A file of the recorder's own is emptied, but not while another writes it. */
static int write_it(int fd, bool own)
{
	int status = GORO_EINVAL;

	if (xchg_acquire(&flight.writing, 1u))
		return GORO_WRITING;
	san_acquire(&flight);
	goro__trace_control();
	if (load_relaxed(&flight.on)) {
		if (own)
			sys_empty(fd);
		status = snapshot(fd, goro_blocking);
	}
	goro__trace_control_end();
	san_release(&flight);
	store_release(&flight.writing, 0u);
	return status;
}

int goro_recorder_write_fd(int fd)
{
	AS_GOROUTINE();

	if (fd < 0 || !load_relaxed(&flight.on))
		return GORO_EINVAL;
	return write_it(fd, false);
}

int goro_recorder_write(const char *path)
{
	AS_GOROUTINE();
	int fd, status;

	if (!path || !load_relaxed(&flight.on))
		return GORO_EINVAL;
	if (load_relaxed(&flight.writing))
		return GORO_WRITING;
	fd = goro__trace_open(path);
	if (fd < 0)
		return GORO_EINVAL;
	status = write_it(fd, true);
	if (sys_close(fd) && !status)
		status = GORO_EINVAL;
	return status;
}

/* ---- start and stop -------------------------------------------------------------------- */

static void begin(struct trace_gen *gen, int64_t min_age, size_t max_bytes)
{
	flight.min_age = min_age > 0 ? min_age : MIN_AGE;
	flight.max_bytes = max_bytes > 0 ? max_bytes : MAX_BYTES;
	goro__tracegen_begin(gen);
	flight.first = gen->number;
	store_relaxed(&flight.on, 1u);
}

static int start(const struct goro_recorder_config *c)
{
	struct trace_gen *gen;

	if (load_relaxed(&flight.on))
		return GORO_EBUSY;
	gen = goro__tracegen_new();
	if (!gen)
		return GORO_ENOMEM;
	goro__stop_all();
	begin(gen, c->min_age, c->max_bytes);
	goro__start_all();
	return GORO_OK;
}

int goro_recorder_start(const struct goro_recorder_config *config)
{
	goro__need_run(__func__);
	AS_GOROUTINE();
	struct goro_recorder_config c = {0};
	int status;

	if (!config_copy(&c, sizeof(c), config) || c.min_age < 0)
		return GORO_EINVAL;
	goro__trace_control();
	status = start(&c);
	goro__trace_control_end();
	return status;
}

void goro_recorder_stop(void)
{
	AS_GOROUTINE();
	struct trace_cut unused = {.by = TRACE_RECORDER};

	goro__trace_control();
	if (load_relaxed(&flight.on)) {
		store_relaxed(&flight.on, 0u);
		if (!load_relaxed(&goro__trace.to_file)) {
			goro__trace_take(&unused, true);
			goro__tracegen_fast();
		}
		goro__tracegen_begun();
	}
	goro__trace_control_end();
}

/* ---- a whole run -------------------------------------------------------------------------- */

static void on_signal(int sig)
{
	int e = errno;

	(void)sig;
	store_relaxed(&flight.asked, 1u);
	goro__note_wake(&goro__trace.note);
	errno = e;
}

static void catch_signal(void)
{
	struct sigaction act = {.sa_handler = on_signal,
				.sa_flags = SA_RESTART | SA_ONSTACK};
	struct sigaction old;

	if (sigaction(SIGUSR2, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
		sigaction(SIGUSR2, &act, NULL);
}

void goro__traceflight_boot(void)
{
	const char *name = secure_getenv("GORO_FLIGHT");
	struct trace_gen *gen;

	if (!name || !*name)
		return;
	gen = goro__tracegen_new();
	if (!gen)
		return;
	goro__trace_path(name, flight.path, sizeof(flight.path));
	begin(gen, 0, 0);
	goro__m()->trace_gen = 0; /* another thread becomes this M */
	goro__want_tracer();
	catch_signal();
}

static void call_here(goro_fn fn, void *arg)
{
	fn(arg);
}

/*
 * Writes the file.  The caller is no goroutine, and does not wait for somebody
 * to read a named pipe.
 */
static void write_file(void)
{
	int fd = sys_create(flight.path, O_TRUNC | O_NONBLOCK);
	bool failed = fd < 0 || snapshot(fd, call_here);

	if (fd >= 0 && sys_close(fd))
		failed = true;
	if (failed)
		print_str("goro: cannot write the file of GORO_FLIGHT\n");
}

void goro__traceflight_asked(void)
{
	if (!load_relaxed(&flight.on) || !flight.path[0] ||
	    !xchg_acquire(&flight.asked, 0u))
		return;
	if (xchg_acquire(&flight.writing, 1u))
		return;
	if (goro__trace_try_control()) {
		write_file();
		goro__trace_control_end();
	}
	store_release(&flight.writing, 0u);
}

/* Another may stay in control: it is not waited for without end. */
void goro__traceflight_die(void)
{
	bool mine;

	if (!load_relaxed(&flight.on) || !flight.path[0] || goro__forked())
		return;
	goro__trace_out_hurry();
	mine = goro__trace_try_control();
	if (!xchg_acquire(&flight.writing, 1u))
		write_file();
	if (mine)
		goro__trace_control_end();
}
