/*
 * table.h - what the C and the Go side of the host share.
 *
 * A C body runs inside a cgo call of its goroutine, which keeps its thread
 * as long as a C frame is on it.  So a thread-local variable names the
 * goroutine: assay_go_enter() sets it when a goroutine first comes to C.
 *
 * Handles that C sees are numbers of runtime/cgo.Handle, never Go pointers.
 */
#ifndef ASSAY_GO_TABLE_H
#define ASSAY_GO_TABLE_H

#include <stdlib.h>

#include "assay.h"
#include "child.h"

/* What differs between Go versions. */
struct go_features {
	const char *version;
	uint32_t traits;
	uint64_t max_goroutines;
	bool wg_go;
};

/* Fills the table; called once, before anything else. */
const struct assay_runtime *assay_go_table(struct go_features features);

/* Runs fn(arg) as the body of the goroutine g. */
void assay_go_enter(assay_fn fn, void *arg, uintptr_t g);

/* Calls back into C on a goroutine that came from there. */
void assay_go_call(assay_fn fn, void *arg);
typedef void *(*make_fn)(void *arg);
void *assay_go_make(make_fn make, void *arg);

/* The number that a handle is. */
uintptr_t assay_go_handle(const void *p);

/* Flushes stdio, so that Go may write behind it. */
void assay_go_flush(void);

#endif
