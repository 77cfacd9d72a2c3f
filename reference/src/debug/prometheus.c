/*
 * prometheus.c - all metrics in the text form that Prometheus reads.
 *
 * A metric that is kept for each P has a line for each, and one for the Ps that
 * are gone, so that their sum is the whole.
 */
#include <stdarg.h>
#include <stdio.h>

#include "goro_debug.h"

/* Text, cut to n bytes; len is that of all of it. */
struct text {
	char *at;
	size_t n, len;
};

static GORO_PRINTF(2, 3) void add(struct text *t, const char *format, ...)
{
	size_t room = t->len < t->n ? t->n - t->len : 0;
	va_list args;

	va_start(args, format);
	t->len += (size_t)vsnprintf(room ? t->at + t->len : NULL, room, format,
				    args);
	va_end(args);
}

/* "/sched/steals:steals" becomes goro_sched_steals_steals. */
static void add_name(struct text *t, const char *name, const char *part)
{
	add(t, "goro");
	for (; *name; name++)
		add(t, "%c",
		    *name == '/' || *name == ':' || *name == '-' ? '_' : *name);
	add(t, "%s", part);
}

static void add_value(struct text *t, const struct goro_metric *m)
{
	if (m->kind == GORO_METRIC_SECONDS)
		add(t, " %.9f\n", m->seconds);
	else
		add(t, " %llu\n", (unsigned long long)m->count);
}

static void add_by_p(struct text *t, struct goro_metric *m)
{
	for (int p = GORO_METRIC_GONE; goro_metrics_read_p(p, m, 1) == GORO_OK;
	     p++) {
		if (p == GORO_METRIC_GONE) {
			add_name(t, m->name, "{p=\"gone\"}");
		} else {
			add_name(t, m->name, "");
			add(t, "{p=\"%d\"}", p);
		}
		add_value(t, m);
	}
}

/* A class for each power of two: four times as many are too many to read. */
static void add_histogram(struct text *t, const struct goro_metric *m)
{
	unsigned long long n = 0;

	for (size_t i = 0; i < GORO_HISTOGRAM_SIZE - 1; i++) {
		n += m->histogram->n[i];
		if (i % 4 != 0)
			continue;
		add_name(t, m->name, "_bucket");
		add(t, "{le=\"%.9f\"} %llu\n", goro_histogram_from(i + 1), n);
	}
	add_name(t, m->name, "_bucket");
	add(t, "{le=\"+Inf\"} %llu\n", (unsigned long long)m->count);
	add_name(t, m->name, "_sum");
	add(t, " %.9f\n", m->seconds);
	add_name(t, m->name, "_count");
	add(t, " %llu\n", (unsigned long long)m->count);
}

static const char *type_of(const struct goro_metric_info *info)
{
	if (info->kind == GORO_METRIC_HISTOGRAM)
		return "histogram";
	return info->moves == GORO_METRIC_GAUGE ? "gauge" : "counter";
}

static void add_metric(struct text *t, const struct goro_metric_info *info,
		       struct goro_metric *m)
{
	struct goro_histogram h;

	add(t, "# HELP ");
	add_name(t, info->name, " ");
	add(t, "%s\n# TYPE ", info->text);
	add_name(t, info->name, " ");
	add(t, "%s\n", type_of(info));
	if (info->kind == GORO_METRIC_HISTOGRAM) {
		m->histogram = &h;
		goro_metrics_read(m, 1);
		add_histogram(t, m);
	} else if (info->moves == GORO_METRIC_SUM_P) {
		add_by_p(t, m);
	} else {
		add_name(t, info->name, "");
		add_value(t, m);
	}
}

enum { MOST = 64 };

size_t goro_metrics_text(char *buf, size_t n)
{
	struct text t = {.at = buf, .n = buf ? n : 0};
	const struct goro_metric_info *info;
	struct goro_metric all[MOST] = {{0}};
	size_t metrics;

	info = goro_metrics_info(&metrics);
	for (size_t i = 0; i < metrics && i < MOST; i++)
		all[i].name = info[i].name;
	goro_metrics_read(all, metrics < MOST ? metrics : MOST);
	for (size_t i = 0; i < metrics && i < MOST; i++)
		add_metric(&t, &info[i], &all[i]);
	return t.len;
}
