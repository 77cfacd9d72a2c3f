/*
 * arch.h (x86-64) - what the runtime needs to know about the machine.
 *
 * A goroutine that does not run has its callee-saved registers and its
 * continuation on its own stack, in the order of the offsets below; its stack
 * pointer is all that struct g keeps.  mxcsr and the x87 control word are not
 * switched: a goroutine that changes them shares the change.
 */
#ifndef GORO_ARCH_H
#define GORO_ARCH_H

#define SAVED_R15 0x00
#define SAVED_R14 0x08
#define SAVED_R13 0x10
#define SAVED_R12 0x18
#define SAVED_RBX 0x20
#define SAVED_RBP 0x28
#define SAVED_RIP 0x30
#define SAVED_SIZE 0x38

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

struct saved {
	uint64_t r15, r14, r13, r12, rbx, rbp, rip;
};

_Static_assert(offsetof(struct saved, r15) == SAVED_R15, "switch.S");
_Static_assert(offsetof(struct saved, r14) == SAVED_R14, "switch.S");
_Static_assert(offsetof(struct saved, r13) == SAVED_R13, "switch.S");
_Static_assert(offsetof(struct saved, r12) == SAVED_R12, "switch.S");
_Static_assert(offsetof(struct saved, rbx) == SAVED_RBX, "switch.S");
_Static_assert(offsetof(struct saved, rbp) == SAVED_RBP, "switch.S");
_Static_assert(offsetof(struct saved, rip) == SAVED_RIP, "switch.S");
_Static_assert(sizeof(struct saved) == SAVED_SIZE, "switch.S");

/* Defined in switch.S. */
void goro__switch(void **save_sp, void *sp);
void goro__gostart(void);
void goro__call_on(void *sp, void (*fn)(void *), void *arg);

/*
 * The first frame of a goroutine: goro__switch pops it into goro__gostart,
 * which calls goro__gomain with a 16-byte aligned stack.  Only rbp and rip
 * mean anything; the rest may be garbage.
 */
static inline void *arch_first_frame(void *top)
{
	char *sp = (char *)((uintptr_t)top & ~(uintptr_t)15) - SAVED_SIZE;
	struct saved *s = (struct saved *)sp;

	s->rbp = 0;
	s->rip = (uint64_t)(uintptr_t)goro__gostart;
	return sp;
}

static inline void *arch_saved_pc(const void *sp)
{
	return (void *)(uintptr_t)((const struct saved *)sp)->rip;
}

/* Where the stack of the ucontext_t of a signal handler was. */
#define arch_signal_sp(uc) ((uintptr_t)(uc)->uc_mcontext.gregs[REG_RSP])

static inline void cpu_relax(void)
{
	__builtin_ia32_pause();
}

struct m;

/*
 * The thread's M.  A goroutine may be on another thread after any call that
 * switches, so neither the value nor its address may be kept by the compiler:
 * the volatile asm is evaluated anew each time and its address never exists.
 */
extern _Thread_local struct m *goro__tls_m;

static inline struct m *goro__m(void)
{
	struct m *m;

	__asm__ volatile("movq goro__tls_m@gottpoff(%%rip), %0\n\t"
			 "movq %%fs:(%0), %0"
			 : "=r"(m));
	return m;
}

#endif
#endif
