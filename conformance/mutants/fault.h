/*
 * fault.h - faults of a runtime, planted one at a time.
 *
 *	FAULT(close_twice_ok, "CH-014", "closing twice is no panic")
 *	{
 *		my.chan.close = close_twice_ok;
 *	}
 *
 * A fault names the row of the suite that must fail with it.  Its body plants
 * the fault: it replaces functions in `my`, the table that the suite gets, by
 * functions that do one thing wrong.  `was` is the table of the runtime
 * underneath.  A function that the runtime lacks stays NULL even if a fault
 * replaces it.
 */
#ifndef ASSAY_FAULT_H
#define ASSAY_FAULT_H

#include <stdatomic.h>

#include "assay_fn.h"

struct fault {
	const char *name;
	const char *row; /* or the id of a case: DL-003/mutex */
	const char *text;
	void (*plant)(void);
};

#define FAULT(tag, row_, text_)                                                \
	static void plant_##tag(void);                                         \
	static const struct fault fault_##tag = {.name = #tag,                 \
						 .row = row_,                  \
						 .text = text_,                \
						 .plant = plant_##tag};        \
	static const struct fault *const ref_##tag                             \
		__attribute__((section("assay_faults"), used)) = &fault_##tag; \
	static void plant_##tag(void)

/* The linker sets these to the ends of the section. */
extern const struct fault *const __start_assay_faults[]
	__attribute__((visibility("hidden")));
extern const struct fault *const __stop_assay_faults[]
	__attribute__((visibility("hidden")));

struct groups {
	ASSAY_GROUPS(ASSAY_FULL_SIZE)
	ASSAY_EXT_GROUPS(ASSAY_FULL_SIZE)
};

extern struct groups was, my;

/* ---- what faults are made of -------------------------------------------- */

/* True once in k calls with this n: the k-th, the 2k-th ... */
static inline bool every(atomic_uint *n, unsigned k)
{
	return (atomic_fetch_add(n, 1) + 1) % k == 0;
}

/* Parks for ever. */
void block(void);

/* Returns a full-size copy of the options of run(), for a fault to change. */
struct assay_run_options options_of(const struct assay_run_options *o);

/*
 * Returns zeroed memory that is never freed; ends the process if there is none.
 */
void *take(size_t n);

/*
 * Keep and return a number for a handle; 0 if none was kept.  A new handle at
 * the address of a freed one starts with that one's number.
 */
void keep(const void *handle, int64_t n);
int64_t recall(const void *handle);

/* How a channel was made.  Nothing is known of a timer's channel. */
struct info {
	assay_chan *c;
	size_t elem;
	int64_t cap;
	atomic_bool closed;
	atomic_int woken;   /* receivers that close has woken */
	atomic_int sending; /* goroutines in a send that may block */
	struct info *next;
};

/* Makes info_of() work.  A fault that uses it must call this. */
void track_channels(void);
struct info *info_of(assay_chan *c);

/* Returns the size of c's elements; 0 if it is not known. */
size_t elem_of(assay_chan *c);

#endif
