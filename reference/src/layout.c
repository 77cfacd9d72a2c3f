/*
 * layout.c - where a debugger finds goroutines in a process or in a core.
 *
 * Debug information may be in another file, or gone.  So the runtime says
 * itself what a debugger needs: a table of names and values, offsets within its
 * structures and addresses of its variables.  reference/gdb/goro-gdb.py reads
 * it; a name once given keeps its meaning.
 *
 * It is found by its symbol, which a shared library exports.  A static program
 * that is stripped has none: there a note in the program, with which every
 * process and core begins, says how far from the note the table is.
 *
 * There is no code here, so base/text.h has nothing to mark.
 */
#include <stddef.h>

#include "base/text_bounds.h"
#include "sched/goroutine.h"
#include "sched/labels.h"
#include "sched/stack.h"

struct entry {
	const char *name; /* NULL: the last */
	uintptr_t value;
};

/* clang-format off */
/* Its offset, and its size in the upper half. */
#define FIELD(type, field)                                                     \
	{#type "." #field, offsetof(struct type, field) |                      \
		sizeof(((struct type *)NULL)->field) << 32}
#define ADDRESS(name, variable) {name, (uintptr_t)&(variable)}
/* clang-format on */

/* Nobody outside can take its place, so the note may lean on it. */
extern const struct entry goro__layout[];

/* clang-format off */
__attribute__((used, visibility("hidden")))
const struct entry goro__layout[] = {
	{"goro", 1},
	FIELD(g, sp),
	FIELD(g, status),
	FIELD(g, reason),
	FIELD(g, system),
	FIELD(g, m),
	FIELD(g, since),
	FIELD(g, lockedm),
	FIELD(g, stack),
	FIELD(g, lockcount),
	FIELD(g, fn),
	FIELD(g, goid),
	FIELD(g, parent),
	FIELD(g, creator),
	FIELD(g, preempted),
	FIELD(g, labels),
	{"g", sizeof(struct g)},
	FIELD(stack, lo),
	FIELD(m, tid),
	FIELD(m, g0_lo),
	FIELD(m, g0_size),
	FIELD(m, curg),
	FIELD(m, p),
	FIELD(m, alllink),
	FIELD(p, id),
	{"GRUNNABLE", GRUNNABLE},
	{"GRUNNING", GRUNNING},
	{"GSYSCALL", GSYSCALL},
	{"GWAITING", GWAITING},
#define SAVED(reg) {"saved." #reg, offsetof(struct saved, reg)},
	ARCH_SAVED_MAP(SAVED)
#undef SAVED
	{"saved", sizeof(struct saved)},
	ADDRESS("allm", goro__sched.allm),
	ADDRESS("seconds", goro__seconds),
	ADDRESS("reasons", goro__wait_text),
	ADDRESS("text", __start_goro_text),
	ADDRESS("text_end", __stop_goro_text),
	ADDRESS("slabs", goro__slab_layout),
	ADDRESS("labels", goro__labels_layout),
	{0},
};
/* clang-format on */

/* The name that a library exports. */
extern const struct entry goro__debug_layout[1]
	__attribute__((alias("goro__layout"), visibility("default")));

/* An ELF note: owner "goro", type 1, the table relative to the last word. */
__asm__(".pushsection .note.goro,\"a\",%note\n\t"
	".balign 4\n\t"
	".long 5, 4, 1\n\t"
	".asciz \"goro\"\n\t"
	".balign 4\n\t"
	".long goro__layout - .\n\t"
	".popsection");
