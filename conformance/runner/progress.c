/* progress.c - see progress.h. */
#include "progress.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "human.h"
#include "options.h"

#define REDRAW_NS (NS_PER_S / 20)

static struct {
	int64_t repetition;
	size_t total, ended, failed;
	int64_t drawn; /* when the line was drawn; 0: no line is shown */
} state;

static bool shown(void)
{
	return !options.tap && isatty(STDOUT_FILENO);
}

static int width(void)
{
	struct winsize size = {0};

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20)
		return 79;
	return size.ws_col - 1;
}

void progress_clear(void)
{
	if (state.drawn == 0)
		return;
	state.drawn = 0;
	fputs("\r\033[K", stdout);
	fflush(stdout);
}

static void draw(const char *id)
{
	char line[256], again[48] = "";
	int64_t now = now_ns();

	if (!shown() || (state.drawn != 0 && now - state.drawn < REDRAW_NS))
		return;
	if (options.repeat > 0 || options.until_fail)
		snprintf(again, sizeof(again), "repetition %lld, ",
			 (long long)state.repetition);
	snprintf(line, sizeof(line), "[%zu/%zu] %s%zu failed, %s", state.ended,
		 state.total, again, state.failed, id);
	printf("\r\033[K%.*s", width(), line);
	fflush(stdout);
	state.drawn = now;
}

void progress_repetition(int64_t number, size_t runs)
{
	state.repetition = number;
	state.total = runs;
	state.ended = 0;
}

void progress_started(const struct result *r, const struct run *run)
{
	(void)run;
	draw(r->entry->id);
}

void progress_ended(const struct result *r, const struct run *run)
{
	state.ended++;
	if (run_failed(run) && r->expectation == NULL) {
		state.failed++;
		if (!options.tap) {
			progress_clear();
			human_failure(r, run);
			fflush(stdout);
		}
	}
	draw(r->entry->id);
}
