/*
 * traceout.c - see traceout.h.
 */
#include "diag/traceout.h"

#include <string.h>

#include "base/print.h"
#include "base/sys.h"
#include "base/text.h"
#include "diag/names.h"
#include "sched/trace.h"

#define NO_THREAD UINT64_MAX

/* ---- bytes -------------------------------------------------------------------- */

#define STALLED INT64_C(1000000000)
#define LOOK INT64_C(50000000) /* how often hurried is looked at */

/* A pipe that can be written takes so much at once. */
enum { PIPE_PART = 4096 };

static _Atomic(int64_t) hurried; /* when the end began; 0: not yet */

void goro__trace_out_hurry(void)
{
	int64_t never = 0;

	(void)cas_acq_rel(&hurried, &never, sys_clock());
}

/* True if whoever reads has had its time for what is staged since `began`. */
static bool too_late(int64_t began)
{
	int64_t end = load_relaxed(&hurried);

	return end && sys_clock() - (began > end ? began : end) > STALLED;
}

static _Atomic(uint64_t) taken;

uint64_t goro__trace_out_taken(void)
{
	return load_relaxed(&taken);
}

/*
 * Writes without waiting for a reader, as the end of the run may come
 * meanwhile.  The descriptor is not set to do so: others may use it.
 */
static ssize_t put(const struct trace_out *o, const uint8_t *at, size_t n)
{
	if (o->kind == S_IFREG)
		return sys_write(o->fd, at, n);
	if (!sys_wait_writable(o->fd, LOOK)) {
		errno = EAGAIN;
		return -1;
	}
	if (o->kind == S_IFSOCK)
		return sys_io(SYS_sendto, o->fd, (void *)(uintptr_t)at, n,
			      MSG_NOSIGNAL | MSG_DONTWAIT);
	return sys_write(o->fd, at, n < PIPE_PART ? n : PIPE_PART);
}

int goro__trace_out_flush(struct trace_out *o)
{
	const uint8_t *at = o->stage;
	int64_t began = sys_clock();

	while (o->staged > 0 && !o->error) {
		ssize_t n = put(o, at, o->staged);

		if (n >= 0) {
			at += n;
			o->staged -= (size_t)n;
			add_relaxed(&taken, (uint64_t)n);
		} else if (errno != EINTR && errno != EAGAIN) {
			o->error = errno;
		} else if (too_late(began)) {
			o->error = ETIMEDOUT;
		}
	}
	o->staged = 0;
	return o->error;
}

static void bytes(struct trace_out *o, const void *p, size_t n)
{
	const uint8_t *from = p;

	while (n > 0) {
		size_t part = sizeof(o->stage) - o->staged;

		if (part > n)
			part = n;
		arch_copy(o->stage + o->staged, from, part);
		o->staged += part;
		from += part;
		n -= part;
		if (o->staged == sizeof(o->stage))
			goro__trace_out_flush(o);
	}
}

static void put_batch(struct trace_out *o, uint64_t gen, uint64_t thread,
		      int64_t time, const void *data, size_t n)
{
	uint8_t head[41], *at = head;

	*at++ = TRACE_BATCH;
	at = goro__trace_varint(at, gen);
	at = goro__trace_varint(at, thread);
	at = goro__trace_varint(at, (uint64_t)time);
	at = goro__trace_varint(at, n);
	bytes(o, head, (size_t)(at - head));
	bytes(o, data, n);
}

/* ---- batches ------------------------------------------------------------------- */

static uint64_t number_of(const struct trace_out *o, const struct trace_gen *g)
{
	return g->number - o->base;
}

void goro__trace_out_begin(struct trace_out *o, int fd, uint32_t first)
{
	static const char header[16] = "go 1.26 trace";

	o->fd = fd;
	o->kind = sys_kind(fd);
	o->error = 0;
	o->base = first - 1;
	o->staged = o->batched = 0;
	bytes(o, header, sizeof(header));
	/* A file is a trace from now on; a pipe may be full, and is not waited for. */
	if (o->kind == S_IFREG)
		goro__trace_out_flush(o);
}

void goro__trace_out_events(struct trace_out *o, const struct trace_gen *gen,
			    const struct trace_buf *b, size_t n)
{
	if (n > 0)
		put_batch(o, number_of(o, gen), b->thread, b->start, b->data,
			  n);
}

static void byte(struct trace_out *o, enum trace_kind kind)
{
	o->batch[o->batched++] = (uint8_t)kind;
}

static void number(struct trace_out *o, uint64_t n)
{
	uint8_t *at = o->batch + o->batched;

	o->batched += (size_t)(goro__trace_varint(at, n) - at);
}

/* Ends a batch that belongs to no thread. */
static void end_batch(struct trace_out *o, const struct trace_gen *gen)
{
	put_batch(o, number_of(o, gen), NO_THREAD, gen->mono, o->batch,
		  o->batched);
	o->batched = 0;
}

/* Times are CLOCK_MONOTONIC's, in ns. */
static void put_clock(struct trace_out *o, const struct trace_gen *gen)
{
	byte(o, TRACE_SYNC);
	byte(o, TRACE_FREQUENCY);
	number(o, 1000000000);
	byte(o, TRACE_CLOCK);
	number(o, 0);
	number(o, (uint64_t)gen->mono);
	number(o, (uint64_t)gen->sec);
	number(o, (uint64_t)gen->nsec);
	end_batch(o, gen);
}

/* ---- strings -------------------------------------------------------------------- */

static void put_string(struct trace_out *o, const struct trace_gen *gen,
		       uint64_t id, const void *s, size_t n)
{
	if (o->batched + n + 32 > sizeof(o->batch))
		end_batch(o, gen);
	if (o->batched == 0)
		byte(o, TRACE_STRINGS_BATCH);
	byte(o, TRACE_STRING);
	number(o, id);
	number(o, n);
	arch_copy(o->batch + o->batched, s, n);
	o->batched += n;
}

/* Returns what Go's tools know, which ask for "network". */
static const char *reason_text(int reason)
{
	switch (reason) {
	case WAIT_NONE:
		return "system goroutine wait";
	case WAIT_CHAN_RECV_NIL:
	case WAIT_CHAN_SEND_NIL:
	case WAIT_SELECT_NO_CASES:
		return "forever";
	case WAIT_IO:
		return "network";
	case WAIT_BUBBLE_RUN:
	case WAIT_BUBBLE_WAIT:
		return "synctest";
	default:
		return goro__wait_text[reason];
	}
}

static void put_text(struct trace_out *o, const struct trace_gen *gen,
		     uint64_t id, const char *text)
{
	put_string(o, gen, id, text, strlen(text));
}

static void put_strings(struct trace_out *o, const struct trace_gen *gen)
{
	struct trace_entry *last =
		goro__tracetab_last(gen->tables, TRACE_STRING_TABLE);
	struct trace_entry *e = gen->tables->first[TRACE_STRING_TABLE];

	for (int i = 0; i < WAIT_REASONS; i++)
		put_text(o, gen, TRACE_REASONS + (uint64_t)i, reason_text(i));
	put_text(o, gen, TRACE_PREEMPTED, "preempted");
	put_text(o, gen, TRACE_YIELD, "runtime.Gosched");
	put_text(o, gen, TRACE_GOMAXPROCS, "GOMAXPROCS");
	for (; last; e = e->next) {
		put_string(o, gen, e->number, e->data, e->len);
		if (e == last)
			break;
	}
	end_batch(o, gen);
}

/* ---- stacks --------------------------------------------------------------------- */

static void find_line(const struct trace_gen *gen, struct names *names,
		      struct trace_line *l)
{
	struct place place;
	char text[64];
	struct out out = {.buf = text, .n = sizeof(text)};

	goro__names_find(names, l->pc, &place);
	if (!place.name) {
		goro__out_str(&out, "0x");
		goro__out_hex(&out, place.path ? place.at : l->pc);
	}
	l->function = goro__tracetab_string(gen->tables,
					    place.name ? place.name : text);
	l->file = goro__tracetab_string(gen->tables,
					place.path ? place.path : "?");
}

static const struct trace_line *line_of(struct trace_out *o,
					const struct trace_gen *gen,
					struct names *names, uintptr_t pc)
{
	struct trace_line *l = &o->lines[(pc >> 2) % TRACE_LINES];

	if (l->pc != pc) {
		l->pc = pc;
		find_line(gen, names, l);
	}
	return l;
}

/* Lines are for goro-symbolize to find, or whoever has the debug information. */
static void put_stack(struct trace_out *o, const struct trace_gen *gen,
		      struct names *names, const struct trace_entry *e)
{
	uintptr_t pcs[TRACE_FRAMES_MAX];
	size_t n = e->len / sizeof(*pcs);

	if (o->batched + 16 + n * 48 > sizeof(o->batch))
		end_batch(o, gen);
	if (o->batched == 0)
		byte(o, TRACE_STACKS);
	arch_copy(pcs, e->data, e->len);
	byte(o, TRACE_STACK);
	number(o, e->number);
	number(o, n);
	for (size_t i = 0; i < n; i++) {
		const struct trace_line *l = line_of(o, gen, names, pcs[i]);

		number(o, pcs[i]);
		number(o, l->function);
		number(o, l->file);
		number(o, 0);
	}
}

static void put_stacks(struct trace_out *o, const struct trace_gen *gen)
{
	struct trace_entry *last =
		goro__tracetab_last(gen->tables, TRACE_STACK_TABLE);
	struct trace_entry *e = gen->tables->first[TRACE_STACK_TABLE];
	struct names names;

	if (!last)
		return;
	memset(o->lines, 0, sizeof(o->lines));
	goro__names_open(&names);
	for (;; e = e->next) {
		put_stack(o, gen, &names, e);
		if (e == last)
			break;
	}
	goro__names_close(&names);
	end_batch(o, gen);
}

void goro__trace_out_end(struct trace_out *o, const struct trace_gen *gen)
{
	static const uint8_t end = TRACE_END;

	put_clock(o, gen);
	put_stacks(o, gen); /* which names strings */
	put_strings(o, gen);
	bytes(o, &end, 1);
	goro__trace_out_flush(o);
}

void goro__trace_out_cut(struct trace_out *o, const struct trace_cut *cut)
{
	for (struct trace_buf *b = cut->active; b; b = b->cut[cut->by])
		goro__trace_out_events(o, cut->gen, b,
				       goro__trace_cut(b, cut->time));
	goro__trace_out_end(o, cut->gen);
}
