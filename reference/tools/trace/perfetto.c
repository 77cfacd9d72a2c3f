/*
 * perfetto.c - see perfetto.h.
 *
 * The form: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */
#include "perfetto.h"

#include <stdio.h>

#include "json.h"
#include "states.h"

/*
 * What Perfetto has for processes, and the tracks in them for threads.  No track
 * may have the number of a process, which would be its main thread, nor 0.
 */
enum { BY_P = 2000000001, BY_G, REGIONS, TASKS };

static const char *const state_names[] = {"", "runnable", "running",
					  "in a call", "waiting"};

static FILE *out;
static int64_t first = -1, last;
static uint64_t flows;
static const char *comma = "";
static struct {
	int64_t g, since; /* what runs on a P */
} on[1024];
/* The flow that ends where the goroutine goes on; the ids are few. */
static struct {
	int64_t id;
	uint64_t flow;
} woken[4096];

static void begin(const char *phase, int process, int64_t track, int64_t time)
{
	fprintf(out, "%s{\"ph\":\"%s\",\"pid\":%d,\"tid\":%lld", comma, phase,
		process, (long long)track);
	comma = ",\n";
	if (time >= 0)
		fprintf(out, ",\"ts\":%.3f", (double)(time - first) / 1000);
}

static void name(const char *s)
{
	fputs(",\"name\":", out);
	tr_json_text(out, s);
}

static void name_track(const char *what, int process, int64_t track,
		       const char *s)
{
	begin("M", process, track, -1);
	name(what);
	fputs(",\"args\":{\"name\":", out);
	tr_json_text(out, s);
	fputs("}}", out);
}

void tr_perfetto_begin(void)
{
	out = stdout;
	fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n", out);
	name_track("process_name", BY_P, BY_P, "Ps");
	name_track("process_name", BY_G, BY_G, "goroutines");
	name_track("process_name", REGIONS, REGIONS, "regions, logs");
	name_track("process_name", TASKS, TASKS, "tasks");
}

static void spell(const struct life *l, int64_t now, void *arg)
{
	(void)arg;
	begin("X", BY_G, l->id, l->since);
	fprintf(out, ",\"dur\":%.3f", (double)(now - l->since) / 1000);
	name(l->state == S_WAITING && l->reason[0] ? l->reason
						   : state_names[l->state]);
	putc('}', out);
}

/* ---- Ps ------------------------------------------------------------------------------ */

static void leave_p(int64_t p, int64_t now)
{
	char text[32];

	if (p < 0 || p >= 1024 || on[p].g == 0)
		return;
	begin("X", BY_P, p + 1, on[p].since);
	fprintf(out, ",\"dur\":%.3f", (double)(now - on[p].since) / 1000);
	snprintf(text, sizeof(text), "G%lld", (long long)on[p].g);
	name(text);
	putc('}', out);
	on[p].g = 0;
}

/* A goroutine that runs on may be told again, as a generation begins. */
static void enter_p(int64_t p, int64_t g, int64_t now)
{
	if (p < 0 || p >= 1024 || on[p].g == g)
		return;
	on[p].g = g;
	on[p].since = now;
}

static void flow(const char *phase, int64_t p, uint64_t id, int64_t time)
{
	begin(phase, BY_P, p + 1, time);
	name("wake");
	fprintf(out, ",\"cat\":\"wake\",\"id\":%llu,\"bp\":\"e\"}",
		(unsigned long long)id);
}

static void wakes(const struct tr_event *e)
{
	size_t i = e->arg[0] % 4096;

	if (e->g < 0 || e->p < 0)
		return;
	woken[i].id = (int64_t)e->arg[0];
	woken[i].flow = ++flows;
	flow("s", e->p, flows, e->time);
}

static void goes_on(const struct tr_event *e)
{
	size_t i = e->arg[0] % 4096;

	enter_p(e->p, (int64_t)e->arg[0], e->time);
	if (woken[i].id == (int64_t)e->arg[0] && woken[i].flow)
		flow("f", e->p, woken[i].flow, e->time);
	woken[i].flow = 0;
}

/* ---- what the program says ------------------------------------------------------------- */

static void span(const char *phase, int process, int64_t track,
		 const struct tr_event *e, const char *text)
{
	begin(phase, process, track, e->time);
	if (text)
		name(text);
	putc('}', out);
}

static void task(const char *phase, const struct tr_event *e)
{
	begin(phase, TASKS, (int64_t)e->arg[0], e->time);
	name(e->kind == TR_TASK ? e->text[0] : "");
	fprintf(out, ",\"cat\":\"task\",\"id\":%llu}",
		(unsigned long long)e->arg[0]);
}

static void said(const struct tr_event *e)
{
	begin("i", REGIONS, e->g, e->time);
	name(e->text[1]);
	fputs(",\"s\":\"t\",\"args\":{\"category\":", out);
	tr_json_text(out, e->text[0]);
	fprintf(out, ",\"task\":%llu}}", (unsigned long long)e->arg[0]);
}

void tr_perfetto(const struct tr_event *e, void *unused)
{
	(void)unused;
	if (first < 0)
		first = e->time;
	last = e->time;
	tr_follow(e, spell, NULL);
	switch (e->kind) {
	case TR_GO_START:
		goes_on(e);
		break;
	case TR_GO_UNBLOCK:
		wakes(e);
		break;
	case TR_GO_STATUS:
	case TR_GO_STATUS_STACK:
		if (e->arg[2] == TR_G_RUNNING)
			enter_p(e->p, (int64_t)e->arg[0], e->time);
		break;
	case TR_GO_STOP:
	case TR_GO_BLOCK:
	case TR_GO_END:
	case TR_CALL_END_BLOCKED:
		leave_p(e->p, e->time);
		break;
	case TR_P_STEAL:
		leave_p((int64_t)e->arg[0], e->time);
		break;
	case TR_REGION:
		span("B", REGIONS, e->g, e, e->text[0]);
		break;
	case TR_REGION_END:
		span("E", REGIONS, e->g, e, NULL);
		break;
	case TR_TASK:
		task("b", e);
		break;
	case TR_TASK_END:
		task("e", e);
		break;
	case TR_LOG:
		said(e);
		break;
	case TR_PROCS:
		begin("C", BY_P, BY_P, e->time);
		name("GOMAXPROCS");
		fprintf(out, ",\"args\":{\"n\":%llu}}",
			(unsigned long long)e->arg[0]);
		break;
	default:
		break;
	}
}

static void name_ps(void)
{
	char text[32];

	for (int64_t p = 0; p < 1024; p++)
		if (on[p].since) {
			snprintf(text, sizeof(text), "P %d", (int)p);
			name_track("thread_name", BY_P, p + 1, text);
			leave_p(p, last);
		}
}

void tr_perfetto_end(void)
{
	char text[160];
	size_t n;
	struct life *l;

	tr_follow_end(spell, NULL);
	l = tr_lives(&n);
	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "G%lld %s", (long long)l[i].id,
			 l[i].name);
		name_track("thread_name", BY_G, l[i].id, text);
		if (l[i].speaks)
			name_track("thread_name", REGIONS, l[i].id, text);
	}
	name_ps();
	fputs("\n]}\n", out);
}
