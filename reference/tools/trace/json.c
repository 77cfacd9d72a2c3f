/*
 * json.c - see json.h.
 */
#include "json.h"

const char *tr_name(enum trace_kind kind)
{
	static const char *const names[] = {
		[TR_CLOCK] = "clock",
		[TR_PROCS] = "procs",
		[TR_P_START] = "p-start",
		[TR_P_STOP] = "p-stop",
		[TR_P_STEAL] = "p-steal",
		[TR_P_STATUS] = "p-status",
		[TR_GO_CREATE] = "go-create",
		[TR_GO_CREATE_CALL] = "go-create",
		[TR_GO_CREATE_BLOCKED] = "go-create",
		[TR_GO_START] = "go-start",
		[TR_GO_END] = "go-end",
		[TR_GO_END_CALL] = "go-end",
		[TR_GO_STOP] = "go-stop",
		[TR_GO_BLOCK] = "go-block",
		[TR_GO_UNBLOCK] = "go-unblock",
		[TR_GO_SWITCH] = "go-switch",
		[TR_GO_SWITCH_END] = "go-switch-end",
		[TR_GO_STATUS] = "go-status",
		[TR_GO_STATUS_STACK] = "go-status",
		[TR_CALL] = "call",
		[TR_CALL_END] = "call-end",
		[TR_CALL_END_BLOCKED] = "call-end-blocked",
		[TR_STW] = "stw",
		[TR_STW_END] = "stw-end",
		[TR_TASK] = "task",
		[TR_TASK_END] = "task-end",
		[TR_REGION] = "region",
		[TR_REGION_END] = "region-end",
		[TR_LOG] = "log",
	};

	return kind < sizeof(names) / sizeof(*names) ? names[kind] : NULL;
}

void tr_json_text(FILE *f, const char *s)
{
	putc('"', f);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			fprintf(f, "\\%c", c);
		else if (c < 32)
			fprintf(f, "\\u%04x", c);
		else
			putc(c, f);
	}
	putc('"', f);
}

static void number(FILE *f, const char *name, uint64_t n)
{
	fprintf(f, ",\"%s\":%lld", name, (long long)n);
}

static void text(FILE *f, const char *name, const char *s)
{
	fprintf(f, ",\"%s\":", name);
	tr_json_text(f, s);
}

static void status(FILE *f, const struct tr_event *e)
{
	static const char *const of_g[] = {"", "runnable", "running", "call",
					   "waiting"};
	static const char *const of_p[] = {"", "running", "idle", "call",
					   "call"};

	number(f, "id", e->arg[0]);
	text(f, "status",
	     e->kind == TR_P_STATUS ? of_p[e->arg[1]] : of_g[e->arg[2]]);
}

static void details(FILE *f, const struct tr_event *e)
{
	switch (e->kind) {
	case TR_CLOCK:
		number(f, "mono", e->arg[0]);
		number(f, "wall", e->arg[1] * 1000000000 + e->arg[2]);
		break;
	case TR_PROCS:
		number(f, "n", e->arg[0]);
		break;
	case TR_GO_STATUS:
	case TR_GO_STATUS_STACK:
	case TR_P_STATUS:
		status(f, e);
		break;
	case TR_GO_STOP:
	case TR_GO_BLOCK:
	case TR_STW:
		text(f, "reason", e->text[0]);
		break;
	case TR_TASK:
		number(f, "task", e->arg[0]);
		number(f, "parent", e->arg[1]);
		text(f, "name", e->text[0]);
		break;
	case TR_TASK_END:
		number(f, "task", e->arg[0]);
		break;
	case TR_REGION:
	case TR_REGION_END:
		number(f, "task", e->arg[0]);
		text(f, "name", e->text[0]);
		break;
	case TR_LOG:
		number(f, "task", e->arg[0]);
		text(f, "category", e->text[0]);
		text(f, "message", e->text[1]);
		break;
	case TR_P_STOP:
	case TR_GO_END:
	case TR_CALL:
	case TR_CALL_END:
	case TR_CALL_END_BLOCKED:
	case TR_STW_END:
		break;
	default:
		number(f, "id", e->arg[0]);
	}
}

static void frames(FILE *f, const struct tr_stack *s)
{
	fputs(",\"stack\":[", f);
	for (size_t i = 0; i < s->n; i++) {
		if (i > 0)
			putc(',', f);
		tr_json_text(f, s->frame[i].function);
	}
	putc(']', f);
}

void tr_json(const struct tr_event *e, void *arg)
{
	const char *name = tr_name(e->kind);
	FILE *f = arg;

	if (!name)
		return;
	fprintf(f, "{\"ev\":\"%s\",\"gen\":%llu,\"t\":%lld", name,
		(unsigned long long)e->gen, (long long)e->time);
	fprintf(f, ",\"m\":%lld,\"p\":%lld,\"g\":%lld", (long long)e->m,
		(long long)e->p, (long long)e->g);
	details(f, e);
	if (e->stack)
		frames(f, e->stack);
	fputs("}\n", f);
}
