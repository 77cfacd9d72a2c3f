/*
 * main.c - goro-trace: what is in an execution trace.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "perfetto.h"
#include "stats.h"

static const char usage[] =
	"goro-trace: reads an execution trace, of goro or of Go\n"
	"\n"
	"  goro-trace FILE             statistics: goroutines, reasons, Ps\n"
	"  goro-trace perfetto FILE    JSON for ui.perfetto.dev, "
	"chrome://tracing\n"
	"  goro-trace events FILE      every event as JSON, one a line\n"
	"  goro-trace check FILE       one line, if the trace is right\n"
	"\n"
	"FILE may be a pipe that is still written.\n"
	"Status: 0; 1 the trace is broken or cannot be read, 2 wrong usage,\n"
	"3 the trace is cut off, and all up to there is told.\n";

static struct {
	uint64_t events, generations;
	int64_t first, last;
} seen;

static void count(const struct tr_event *e, void *unused)
{
	(void)unused;
	if (seen.events++ == 0)
		seen.first = e->time;
	seen.last = e->time;
	seen.generations += e->kind == TR_CLOCK;
}

static void print_count(void)
{
	printf("%llu events in %llu generations over %.1f s\n",
	       (unsigned long long)seen.events,
	       (unsigned long long)seen.generations,
	       (double)(seen.last - seen.first) * 1e-9);
}

static const struct way {
	const char *name;
	void (*begin)(void);
	tr_sink sink;
	void (*end)(void);
} ways[] = {
	{"stats", NULL, tr_stats, tr_stats_print},
	{"perfetto", tr_perfetto_begin, tr_perfetto, tr_perfetto_end},
	{"events", NULL, tr_json, NULL},
	{"check", NULL, count, print_count},
};

static const struct way *find(const char *name)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (strcmp(ways[i].name, name) == 0)
			return &ways[i];
	return NULL;
}

static int show(const struct way *way, const char *path)
{
	static const int status[] = {
		[TR_WHOLE] = 0, [TR_CUT_OFF] = 3, [TR_BROKEN] = 1};
	char error[160];
	FILE *file = fopen(path, "rb");
	enum tr_end end;

	if (!file) {
		perror(path);
		return 1;
	}
	if (way->begin)
		way->begin();
	end = tr_read_file(file, way->sink, stdout, error);
	fclose(file);
	if (way->end)
		way->end();
	if (end == TR_BROKEN)
		fprintf(stderr, "goro-trace: %s: %s\n", path, error);
	if (end == TR_CUT_OFF)
		fprintf(stderr, "goro-trace: %s: cut off\n", path);
	return fflush(stdout) ? 1 : status[end];
}

int main(int argc, char **argv)
{
	const struct way *way = argc == 2   ? &ways[0]
				: argc == 3 ? find(argv[1])
					    : NULL;

	if (!way || argv[1][0] == '-') {
		fputs(usage, argc == 2 ? stdout : stderr);
		return argc == 2 && strcmp(argv[1], "--help") == 0 ? 0 : 2;
	}
	return show(way, argv[argc - 1]);
}
