/*
 * table.h - what the C and the Go side of the host share.
 *
 * A C body runs inside a cgo call of its goroutine, which keeps its thread
 * as long as a C frame is on it.  So a thread-local variable names the
 * goroutine: assay_go_enter() sets it when a goroutine first comes to C, and at
 * each deferred call: a panic may have taken the goroutine to another thread.
 *
 * Handles that C sees are numbers of runtime/cgo.Handle, never Go pointers.
 */
#ifndef ASSAY_GO_TABLE_H
#define ASSAY_GO_TABLE_H

#include <stdlib.h>

#include "assay_fn.h"
#include "convert.h"
#include "child.h"

/* What differs between Go versions. */
struct go_features {
	const char *version;
	const char *go_version;
	uint32_t traits;
	uint64_t max_goroutines;
	bool wg_go;
	bool leaks;     /* an experiment since 1.26 */
	bool trace;     /* in the form of 1.22 */
	bool recorder;  /* since 1.25 */
	bool bubble;    /* since 1.25 */
	bool keepalive; /* as a config: since 1.23 */
};

/* Fills the table; called once, before anything else. */
const struct assay_runtime *assay_go_table(struct go_features features);

/* Since Go 1.25. */
extern const struct assay_recorder_ops assay_go_recorder;
extern const struct assay_bubble_ops assay_go_bubble;

/* Runs fn(arg) as the body of the goroutine g; or what has a result. */
void assay_go_enter(assay_fn fn, void *arg, uintptr_t g);
int assay_go_enter_task(assay_task task, void *arg, uintptr_t g);
int assay_go_enter_call(assay_call call, void *arg, void **value, uintptr_t g);

/* The goroutine that is in C on this thread. */
uintptr_t assay_go_self(void);

/* Calls back into C on a goroutine that came from there. */
void assay_go_call(assay_fn fn, void *arg);
typedef void *(*make_fn)(void *arg);
void *assay_go_make(make_fn make, void *arg);
typedef const char *(*text_fn)(void *arg);
const char *assay_go_error(text_fn text, void *arg);
int assay_go_result(assay_call call, void *arg, void **value);
typedef bool (*visit_fn)(void *arg, uint64_t key, void *value);
typedef bool (*raw_fn)(void *arg, int fd);
bool assay_go_raw(raw_fn fn, void *arg, int fd);
bool assay_go_visit(visit_fn visit, void *arg, uint64_t key, void *value);

/*
 * Texts of errors, kept per goroutine: a thread-local variable again.  A new
 * goroutine has none; a longer text is cut.
 */
enum go_text { GO_TEXT_NET, GO_TEXT_GROUP, GO_TEXT_RATE, GO_TEXTS };

void assay_go_set_text(int which, const char *text);
const char *assay_go_text(int which);

/* The groups that do not stand in table.c. */
extern struct assay_net_ops assay_go_net;
extern struct assay_context_ops assay_go_context;
extern const struct assay_group_ops assay_go_group;
extern const struct assay_semaphore_ops assay_go_semaphore;
extern const struct assay_flight_ops assay_go_flight;
extern const struct assay_rate_ops assay_go_rate;
extern const struct assay_lazy_ops assay_go_lazy;
extern struct assay_map_ops assay_go_map;

/*
 * The second table.  What this Go or this build lacks is NULL in it; the Go
 * file of what it has, chosen by build tags, enters that in its init().
 */
extern struct assay_runtime_ext assay_go_ext;

/* Enter the functions that Go has since 1.21, 1.20 and 1.23. */
void assay_go_context_121(void);
void assay_go_map_120(void);
void assay_go_map_123(void);

/* A foreign context's hooks, with the handle of what they are to call. */
void *assay_go_hook_add(const struct assay_end_hooks *hooks, uintptr_t h);
bool assay_go_hook_remove(const struct assay_end_hooks *hooks, void *added);

/* The number that a handle is. */
uintptr_t assay_go_handle(const void *p);

/*
 * The process has two sides.  An ordinary thread runs assay_child_main_ext() and
 * ends the process with its status; what it calls core->run() with is run by
 * Go's main goroutine, which waits for it.
 */
struct go_host {
	int argc;
	char **argv;
	const struct assay_runtime *runtime;
	const struct assay_runtime_ext *ext;
	char *twins; /* lines for --assay-describe */
};

/* Starts the thread. */
void assay_go_start(struct go_host host);

/* Waits in the main goroutine for core->run(); gives its procs. */
int32_t assay_go_wait(void);
/* Then the body is this function, */
void assay_go_body(void *unused);
/* and then run() returns; this does not. */
_Noreturn void assay_go_ended(void);

/* core->run() */
int assay_go_run(assay_fn fn, void *arg,
		 const struct assay_run_options *options);

#endif
