/*
 * text.h - marks the code of the file that includes it as the runtime's own,
 * which a signal handler never stops (preempt.c).  Every source of base, sched,
 * wait, io and diag includes it; the folders above are users like any other.
 *
 * Each file writes down the bounds of its own code, so nothing depends on the
 * order in which files are linked.  The end is in a subsection that the
 * assembler puts behind all others.  Rejected: marks in the objects that are
 * linked first and last (a wrong order is not noticed), and a section attribute
 * at each function.
 */
#ifndef GORO_TEXT_H
#define GORO_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/* Bounds relative to the place where they are written: no relocation. */
#define TEXT_BOUNDS(section)                                                   \
	".pushsection " section ",\"ax\",%progbits\n\t"                        \
	".subsection 8191\n"                                                   \
	"771:\n\t"                                                             \
	".popsection\n\t"                                                      \
	".pushsection goro_text,\"a\",%progbits\n\t"                           \
	".balign 4\n\t"                                                        \
	".long " section " - ., 771b - .\n\t"                                  \
	".popsection\n"

/* Compilers put code that is rarely or often run into sections of its own. */
__asm__(TEXT_BOUNDS(".text") TEXT_BOUNDS(".text.unlikely")
		TEXT_BOUNDS(".text.hot"));

/* True if the code at pc is the runtime's. */
bool goro__in_runtime(uintptr_t pc);

/*
 * False if the bounds cannot be trusted: functions are in sections of their own
 * (-ffunction-sections) or files were compiled as one (-flto).
 */
bool goro__text_known(void);

#endif
