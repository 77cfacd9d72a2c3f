/*
 * metrics.c - the names of the metrics, and the text that Prometheus reads.
 */
#include <goro_debug.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

static void check(bool ok, const char *what)
{
	failures += !ok;
	if (!ok)
		printf("metrics: not true: %s\n", what);
}

static void check_names(void)
{
	size_t n;
	const struct goro_metric_info *info = goro_metrics_info(&n);
	struct goro_metric wrong[] = {{.name = "/sched/none:nothing"},
				      {.name = NULL},
				      {.name = "/sched/gomaxprocs:threads"}};

	for (size_t i = 0; i < n; i++) {
		struct goro_metric m = {.name = info[i].name};

		check(i == 0 || strcmp(info[i - 1].name, info[i].name) < 0,
		      "names are in order");
		check(goro_metrics_read(&m, 1) == GORO_OK, info[i].name);
		check(m.kind == info[i].kind, "a value has the metric's kind");
		check((goro_metrics_read_p(0, &m, 1) == GORO_OK) ==
			      (info[i].moves == GORO_METRIC_SUM_P),
		      "what is kept for each P can be read for one");
	}
	check(goro_metrics_read(wrong, 3) == GORO_EINVAL, "unknown names");
	check(wrong[0].kind == GORO_METRIC_NONE &&
		      wrong[1].kind == GORO_METRIC_NONE && wrong[2].count == 3,
	      "the known ones are read nevertheless");
	check(goro_metrics_read(NULL, 1) == GORO_EINVAL &&
		      goro_metrics_read(NULL, 0) == GORO_OK,
	      "no metrics");
	check(goro_metrics_read_p(3, wrong, 1) == GORO_EINVAL &&
		      goro_metrics_read_p(-2, wrong, 1) == GORO_EINVAL,
	      "no such P");
}

/* Returns the sum of the samples of a metric: "name{...} value". */
static double sum_of(const char *text, const char *name)
{
	double sum = 0;

	for (const char *at = text; (at = strstr(at, name)) != NULL; at++)
		if ((at == text || at[-1] == '\n') &&
		    strchr(" {", at[strlen(name)]))
			sum += atof(strchr(at, ' '));
	return sum;
}

static uint64_t count_of(const char *name)
{
	struct goro_metric m = {.name = name};

	goro_metrics_read(&m, 1);
	return m.count;
}

static void end(void *unused)
{
	(void)unused;
}

/* Counts of Ps that are gone are in the text too. */
static void check_text(void)
{
	static char text[1 << 16], cut[100];
	size_t n;

	for (int i = 0; i < 300; i++)
		goro_go(end, NULL);
	while (goro_num_goroutine() > 1)
		goro_sleep(GORO_MILLISECOND);
	goro_gomaxprocs(1);
	n = goro_metrics_text(text, sizeof(text));
	check(n > 0 && n == strlen(text), "the length is that of the text");
	check(goro_metrics_text(cut, sizeof(cut)) >= n / 2 &&
		      strlen(cut) == sizeof(cut) - 1,
	      "it is cut to fit");
	check(sum_of(text, "goro_sched_goroutines_created_goroutines") ==
		      (double)count_of("/sched/goroutines-created:goroutines"),
	      "the Ps and those that are gone make all");
	check(sum_of(text, "goro_sched_gomaxprocs_threads") == 1, "a gauge");
	check(sum_of(text, "goro_sched_pauses_total_other_seconds_count") == 1,
	      "a histogram's count");
	check(strstr(text, "seconds_bucket{le=\"+Inf\"} 1\n") != NULL,
	      "a histogram's last class");
	for (char *line = text, *next; *line; line = next) {
		next = strchr(line, '\n') + 1;
		check(strncmp(line, "# HELP goro_", 12) == 0 ||
			      strncmp(line, "# TYPE goro_", 12) == 0 ||
			      strncmp(line, "goro_", 5) == 0,
		      "a line's begin");
	}
}

static void app(void *unused)
{
	(void)unused;
	check_names();
	check_text();
}

int main(void)
{
	struct goro_config c = {.size = sizeof(c), .procs = 3};
	int status = goro_run_with(app, NULL, &c);

	return status || failures;
}
