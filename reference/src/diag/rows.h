/*
 * rows.h - what an unwinder needs to know at an instruction, in two words and a
 * half: nearly all rows of call frame information say little.
 */
#ifndef GORO_ROWS_H
#define GORO_ROWS_H

#include "diag/cfi.h"

/* The row of a frame whose function was called and keeps what is usual. */
struct simple_row {
	int32_t cfa_offset;
	uint8_t cfa_reg;
	bool bottom; /* no frame at all: below here is nothing to see */
	bool last;   /* nobody called this one */
	/* Of REGS_KEPT: at CFA - 8 * depth; 0: still in the register. */
	uint16_t depth[REGS_KEPT_N];
};

/* False if row is not that simple. */
bool goro__rows_simplify(const struct cfi_row *row, struct simple_row *to);
/* Finds what was kept for pc. */
bool goro__rows_find(uintptr_t pc, struct simple_row *row);
void goro__rows_keep(uintptr_t pc, const struct simple_row *row);

/* The registers of depth[]. */
extern const uint8_t goro__rows_kept[REGS_KEPT_N]
	__attribute__((visibility("hidden")));

#endif
