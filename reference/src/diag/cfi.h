/*
 * cfi.h - call frame information: where a function's caller, and what it kept
 * of the caller's registers, are found.
 *
 * Compilers write it for every function, into .eh_frame (DWARF 5, section 6.4,
 * in the dialect of the Linux Standard Base).  The tables are looked at as they
 * lie in memory and may be wrong: nothing outside of them is read, and what
 * makes no sense is no row.
 */
#ifndef GORO_CFI_H
#define GORO_CFI_H

#include "diag/bytes.h"
#include "diag/mem.h"
#include "regs.h"

/* A module's tables: of .eh_frame_hdr, and the bytes that all lies within. */
struct cfi_table {
	const uint8_t *hdr;
	const uint8_t *lo, *hi;
};

/* Where the caller's value of a register is.  CFA: the caller's sp. */
enum cfi_how {
	CFI_SAME,      /* still in the register */
	CFI_UNDEFINED, /* nowhere */
	CFI_AT,        /* in memory at CFA + n */
	CFI_IS,        /* it is CFA + n */
	CFI_IN,        /* in register n */
	CFI_AT_EXPR,   /* in memory at what the expression at n gives */
	CFI_IS_EXPR,   /* it is what the expression at n gives */
};

struct cfi_rule {
	uint8_t how;
	int32_t n;
};

/* What holds at one instruction. */
struct cfi_row {
	struct cfi_rule cfa; /* CFI_IS: register cfa_reg + n; CFI_IS_EXPR */
	uint8_t cfa_reg;
	uint8_t ra;      /* the register that has the return address */
	bool signal;     /* what is above was interrupted, not called */
	uintptr_t start; /* of the function */
	const uint8_t *base, *end; /* expressions are at base + n */
	struct cfi_rule reg[REGS_N];
};

/* Finds the row of the function that pc is in.  False if there is none. */
bool goro__cfi_row(const struct cfi_table *t, uintptr_t pc,
		   struct cfi_row *row);

/* Returns the expression at base + n: a length and as many bytes. */
struct bytes goro__cfi_expression(const struct cfi_row *row, int32_t n);
/* Its value, beginning with *first on the stack.  False if it has none. */
bool goro__cfi_eval(struct bytes e, const struct regs *r, const uint64_t *first,
		    struct mem *m, uint64_t *value);

#endif
