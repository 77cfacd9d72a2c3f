/*
 * regs.h (x86-64) - the registers that an unwinder follows, by their numbers in
 * DWARF: System V ABI, AMD64, figure 3.36.
 */
#ifndef GORO_REGS_H
#define GORO_REGS_H

#include <stdint.h>
#include <string.h>
#include <ucontext.h>

#include "arch.h"

enum {
	REGS_RBX = 3,
	REGS_RBP = 6,
	REGS_SP = 7,
	REGS_R12 = 12,
	REGS_R13,
	REGS_R14,
	REGS_R15,
	REGS_PC, /* where a frame's return address is found */
	REGS_N,
};

/* What a frame commonly saves; the return address first. */
#define REGS_KEPT                                                              \
	{                                                                      \
		REGS_PC, REGS_RBP, REGS_RBX, REGS_R12, REGS_R13, REGS_R14,     \
			REGS_R15                                               \
	}

enum { REGS_KEPT_N = 7 };

/* pc: of the instruction, or where the call of the frame above returns. */
struct regs {
	uint64_t r[REGS_N];
	uint64_t pc;
};

/*
 * Takes those of a goroutine that does not run: of goro__switch's caller.  *s is
 * what lies at sp, its stack pointer.
 */
static inline void regs_of_saved(struct regs *to, const struct saved *s,
				 uintptr_t sp)
{
	memset(to, 0, sizeof(*to));
	to->r[REGS_RBX] = s->rbx;
	to->r[REGS_RBP] = s->rbp;
	to->r[REGS_R12] = s->r12;
	to->r[REGS_R13] = s->r13;
	to->r[REGS_R14] = s->r14;
	to->r[REGS_R15] = s->r15;
	to->r[REGS_SP] = sp + SAVED_SIZE;
	to->r[REGS_PC] = to->pc = s->rip;
}

static inline void regs_of_signal(struct regs *to, const ucontext_t *uc)
{
	static const uint8_t at[REGS_N] = {
		REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI,
		REG_RBP, REG_RSP, REG_R8,  REG_R9,  REG_R10, REG_R11,
		REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP,
	};

	for (int i = 0; i < REGS_N; i++)
		to->r[i] = (uint64_t)uc->uc_mcontext.gregs[at[i]];
	to->pc = to->r[REGS_PC];
}

/* Takes those of the function that this is inlined into, at this place. */
static inline __attribute__((always_inline)) void regs_here(struct regs *to)
{
	__asm__ volatile("leaq 0(%%rip), %%rax\n\t"
			 "movq %%rax, 128(%0)\n\t"
			 "movq %%rax, 136(%0)\n\t"
			 "movq %%rbx, 24(%0)\n\t"
			 "movq %%rbp, 48(%0)\n\t"
			 "movq %%rsp, 56(%0)\n\t"
			 "movq %%r12, 96(%0)\n\t"
			 "movq %%r13, 104(%0)\n\t"
			 "movq %%r14, 112(%0)\n\t"
			 "movq %%r15, 120(%0)"
			 :
			 : "r"(to)
			 : "rax", "memory");
}

_Static_assert(offsetof(struct regs, pc) == 136, "regs_here()");

/* Undoes what the machine does to return addresses. */
static inline uint64_t regs_plain(uint64_t pc)
{
	return pc;
}

/* The return from a signal handler: mov $15, %rax; syscall. */
#define REGS_RETURN_FROM_SIGNAL                                                \
	"\x48\xc7\xc0\x0f\x00\x00\x00"                                         \
	"\x0f\x05"
/* The ucontext_t lies this far above the stack pointer there. */
#define REGS_SIGNAL_CONTEXT 0

#endif
