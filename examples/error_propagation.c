/*
 * Each layer wraps the error of the layer below in its own words; the user
 * sees a message and an id, under which the log has all of it.
 */
#include <goro.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct error {
	char message[120]; /* what happened, to whoever called */
	char inner[200];   /* where and why: for the log only */
	bool known;        /* made for the user to read */
};

static void wrap(struct error *e, const char *where, const char *message)
{
	char inner[200];

	snprintf(inner, sizeof(inner), "%s: %.150s", where, e->message);
	memcpy(e->inner, inner, sizeof(inner));
	snprintf(e->message, sizeof(e->message), "%s", message);
	e->known = true;
}

/* The lowest layer: says what the system said. */
static bool is_executable(const char *path, struct error *e)
{
	snprintf(e->message, sizeof(e->message), "stat %s: not found", path);
	return false;
}

/* The layer between: knows what it was about to do. */
static bool run_job(const char *id, struct error *e)
{
	const char *binary = "/bad/job/binary";
	char text[100];

	if (is_executable(binary, e))
		return true;
	snprintf(text, sizeof(text), "cannot run job %s: no such program", id);
	wrap(e, "run_job", text);
	return false;
}

struct job {
	const char *id;
	goro_chan *errors;
};

static void work(void *arg)
{
	struct job *job = arg;
	struct error e = {.known = false};

	run_job(job->id, &e);
	goro_send(job->errors, &e);
}

/* The top: an error that nobody wrapped would be a bug to report. */
static void app(void *arg)
{
	struct job job = {"1", goro_make(sizeof(struct error), 0)};
	struct error e;

	(void)arg;
	goro_go(work, &job);
	goro_recv(job.errors, &e);
	printf("[log 1] %s\n", e.inner);
	printf("[1] %s\n",
	       e.known ? e.message : "something unexpected: please report it");
}

int main(void)
{
	return goro_run(app, NULL);
}
