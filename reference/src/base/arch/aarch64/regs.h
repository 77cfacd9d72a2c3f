/*
 * regs.h (aarch64) - the registers that an unwinder follows, by their numbers
 * in DWARF: DWARF for the Arm 64-bit Architecture, section 4.1.
 */
#ifndef GORO_REGS_H
#define GORO_REGS_H

#include <stdint.h>
#include <string.h>
#include <ucontext.h>

#include "arch.h"

enum {
	REGS_X19 = 19,
	REGS_FP = 29,
	REGS_PC = 30, /* where a frame's return address is found: x30 */
	REGS_SP = 31,
	REGS_N,
};

/* What a frame commonly saves; the return address first. */
#define REGS_KEPT                                                              \
	{                                                                      \
		REGS_PC, REGS_FP, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28       \
	}

enum { REGS_KEPT_N = 12 };

/* pc: of the instruction, or where the call of the frame above returns. */
struct regs {
	uint64_t r[REGS_N];
	uint64_t pc;
};

/*
 * Undoes what the machine does to return addresses: takes the signature off
 * (PAC), a nop on processors without; a plain address stays as it is.
 */
static inline uint64_t regs_plain(uint64_t pc)
{
	register uint64_t x30 __asm__("x30") = pc;

	__asm__("hint #7" : "+r"(x30)); /* xpaclri */
	return x30;
}

/*
 * Takes those of a goroutine that does not run: of goro__switch's caller.  *s is
 * what lies at sp, its stack pointer.
 */
static inline void regs_of_saved(struct regs *to, const struct saved *s,
				 uintptr_t sp)
{
	memset(to, 0, sizeof(*to));
	memcpy(&to->r[REGS_X19], &s->x19, 10 * sizeof(uint64_t));
	to->r[REGS_FP] = s->x29;
	to->r[REGS_SP] = sp + SAVED_SIZE;
	to->r[REGS_PC] = to->pc = regs_plain(s->x30);
}

static inline void regs_of_signal(struct regs *to, const ucontext_t *uc)
{
	for (int i = 0; i < REGS_SP; i++)
		to->r[i] = uc->uc_mcontext.regs[i];
	to->r[REGS_SP] = uc->uc_mcontext.sp;
	to->pc = uc->uc_mcontext.pc;
}

/* Takes those of the function that this is inlined into, at this place. */
static inline __attribute__((always_inline)) void regs_here(struct regs *to)
{
	__asm__ volatile("stp x19, x20, [%0, #152]\n\t"
			 "stp x21, x22, [%0, #168]\n\t"
			 "stp x23, x24, [%0, #184]\n\t"
			 "stp x25, x26, [%0, #200]\n\t"
			 "stp x27, x28, [%0, #216]\n\t"
			 "stp x29, x30, [%0, #232]\n\t"
			 "mov x9, sp\n\t"
			 "adr x10, .\n\t"
			 "stp x9, x10, [%0, #248]"
			 :
			 : "r"(to)
			 : "x9", "x10", "memory");
}

_Static_assert(offsetof(struct regs, pc) == 256, "regs_here()");

/* The return from a signal handler: mov x8, #139; svc #0. */
#define REGS_RETURN_FROM_SIGNAL                                                \
	"\x68\x11\x80\xd2"                                                     \
	"\x01\x00\x00\xd4"
/* The ucontext_t lies this far above the stack pointer: behind siginfo_t. */
#define REGS_SIGNAL_CONTEXT 128

#endif
