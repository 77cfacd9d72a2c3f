/*
 * arch.h (aarch64) - what the runtime needs to know about the machine.
 *
 * A goroutine that does not run has its callee-saved registers and its
 * continuation on its own stack, at the offsets below; struct g keeps its stack
 * pointer alone.  x29 and x30 come first, so that they are a frame record.  Of
 * v8 to v15 a callee keeps only the low halves, d8 to d15.  fpcr is there too
 * if the goroutine has changed it.
 */
#ifndef GORO_ARCH_H
#define GORO_ARCH_H

#define SAVED_X29 0x00
#define SAVED_X30 0x08
#define SAVED_X19 0x10
#define SAVED_X20 0x18
#define SAVED_X21 0x20
#define SAVED_X22 0x28
#define SAVED_X23 0x30
#define SAVED_X24 0x38
#define SAVED_X25 0x40
#define SAVED_X26 0x48
#define SAVED_X27 0x50
#define SAVED_X28 0x58
#define SAVED_D8 0x60
#define SAVED_D9 0x68
#define SAVED_D10 0x70
#define SAVED_D11 0x78
#define SAVED_D12 0x80
#define SAVED_D13 0x88
#define SAVED_D14 0x90
#define SAVED_D15 0x98
#define SAVED_SIZE 0xa0

#ifndef __ASSEMBLER__

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

struct saved {
	uint64_t x29, x30, x19, x20, x21, x22, x23, x24, x25, x26, x27, x28;
	uint64_t d8, d9, d10, d11, d12, d13, d14, d15;
};

/* clang-format off */
/* What a debugger takes from there, by its own names; x30: where it goes on. */
#define ARCH_SAVED_MAP(X) X(x29) X(x30) X(x19) X(x20) X(x21) X(x22) X(x23) \
	X(x24) X(x25) X(x26) X(x27) X(x28)
/* clang-format on */

_Static_assert(offsetof(struct saved, x29) == SAVED_X29, "switch.S");
_Static_assert(offsetof(struct saved, x30) == SAVED_X30, "switch.S");
_Static_assert(offsetof(struct saved, x19) == SAVED_X19, "switch.S");
_Static_assert(offsetof(struct saved, x20) == SAVED_X20, "switch.S");
_Static_assert(offsetof(struct saved, x21) == SAVED_X21, "switch.S");
_Static_assert(offsetof(struct saved, x22) == SAVED_X22, "switch.S");
_Static_assert(offsetof(struct saved, x23) == SAVED_X23, "switch.S");
_Static_assert(offsetof(struct saved, x24) == SAVED_X24, "switch.S");
_Static_assert(offsetof(struct saved, x25) == SAVED_X25, "switch.S");
_Static_assert(offsetof(struct saved, x26) == SAVED_X26, "switch.S");
_Static_assert(offsetof(struct saved, x27) == SAVED_X27, "switch.S");
_Static_assert(offsetof(struct saved, x28) == SAVED_X28, "switch.S");
_Static_assert(offsetof(struct saved, d8) == SAVED_D8, "switch.S");
_Static_assert(offsetof(struct saved, d9) == SAVED_D9, "switch.S");
_Static_assert(offsetof(struct saved, d10) == SAVED_D10, "switch.S");
_Static_assert(offsetof(struct saved, d11) == SAVED_D11, "switch.S");
_Static_assert(offsetof(struct saved, d12) == SAVED_D12, "switch.S");
_Static_assert(offsetof(struct saved, d13) == SAVED_D13, "switch.S");
_Static_assert(offsetof(struct saved, d14) == SAVED_D14, "switch.S");
_Static_assert(offsetof(struct saved, d15) == SAVED_D15, "switch.S");
_Static_assert(sizeof(struct saved) == SAVED_SIZE, "switch.S");
_Static_assert(SAVED_SIZE % 16 == 0, "sp is always a multiple of 16");

/* Bytes of a guard: as much as gcc's -fstack-clash-protection assumes. */
#define ARCH_GUARD ((size_t)64 << 10)

/* Defined in switch.S. */
void goro__switch(void **save_sp, void *sp);
_Noreturn void goro__leave(void *sp);
void goro__call_on(void *sp, void (*fn)(void *), void *arg, void **save_sp);

/* The floating-point environment that goroutines begin with. */
struct arch_fp {
	uint64_t fpcr;
};

extern struct arch_fp goro__fp __attribute__((visibility("hidden")));

/* Takes the environment of the calling thread for goroutines. */
static inline void arch_fp_init(void)
{
	__asm__ volatile("mrs %0, fpcr" : "=r"(goro__fp.fpcr));
}

/* True if the stack pointer is below *lo. */
static inline bool arch_sp_below(_Atomic(uintptr_t) *lo)
{
	uintptr_t sp;

	__asm__ volatile("mov %0, sp" : "=r"(sp));
	return sp < *(volatile uintptr_t *)lo;
}

/* Adds one to a counter that only the caller writes. */
static inline void arch_count(_Atomic(uint64_t) *n)
{
	++*(volatile uint64_t *)n;
}

/*
 * Returns where a goroutine that has not run goes on: its stack is empty, and
 * the odd address says so.  Nothing is written there, as the goroutine before
 * it on that stack may still be on its way out.
 */
static inline void *arch_first_frame(void *top)
{
	return (char *)((uintptr_t)top & ~(uintptr_t)15) + 1;
}

/* A counter that is cheaper to read than the clock, and about 20 us of it. */
static inline uint64_t arch_ticks(void)
{
	uint64_t ticks;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
	return ticks;
}

static inline uint64_t arch_ticks_20us(void)
{
	uint64_t hz;

	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(hz));
	return hz / 50000;
}

/* yield is a nop on most cores; isb waits for some tens of cycles. */
static inline void cpu_relax(void)
{
	__asm__ volatile("isb" ::: "memory");
}

/*
 * Hints that this line is needed soon; p may be anything.  Not by a function of
 * __builtin_prefetch() alone: gcc takes that for one without effect.
 */
static inline void arch_prefetch(const void *p)
{
	__asm__ volatile("prfm pldl1keep, %0" : : "Q"(*(const char *)p));
}

/*
 * Copies and zeroes of the runtime: inline, whatever the compiler thinks of
 * memcpy; the empty asm keeps it from calling that.
 */
static inline void arch_copy(void *to, const void *from, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		((char *)to)[i] = ((const char *)from)[i];
		__asm__ volatile("" ::: "memory");
	}
}

static inline void arch_zero(void *to, size_t n)
{
	size_t i = 0;

	for (; i + 16 <= n; i += 16)
		__asm__ volatile("stp xzr, xzr, [%0]"
				 :
				 : "r"((char *)to + i)
				 : "memory");
	for (; i < n; i++) {
		((char *)to)[i] = 0;
		__asm__ volatile("" ::: "memory");
	}
}

/*
 * Asks valgrind: args are a request and its five arguments.  If there is no
 * valgrind, or the request is not for its tool, the answer is `otherwise`.
 */
static inline uint64_t arch_valgrind(const uint64_t args[6], uint64_t otherwise)
{
	register uint64_t answer __asm__("x3") = otherwise;
	register const uint64_t *asked __asm__("x4") = args;

	__asm__ volatile("ror x12, x12, #3; ror x12, x12, #13\n\t"
			 "ror x12, x12, #51; ror x12, x12, #61\n\t"
			 "orr x10, x10, x10"
			 : "+r"(answer)
			 : "r"(asked)
			 : "cc", "memory");
	return answer;
}

/* What a signal interrupted. */
static inline uintptr_t arch_signal_pc(const ucontext_t *uc)
{
	return (uintptr_t)uc->uc_mcontext.pc;
}

static inline uintptr_t arch_signal_sp(const ucontext_t *uc)
{
	return (uintptr_t)uc->uc_mcontext.sp;
}

#define ARCH_SVC UINT32_C(0xd4000001)

/* True if the thread is about to make a system call, or to repeat it. */
static inline bool arch_signal_at_call(const ucontext_t *uc)
{
	return *(const uint32_t *)arch_signal_pc(uc) == ARCH_SVC;
}

/* The number of the system call that it is about to make. */
static inline long arch_signal_call(const ucontext_t *uc)
{
	return (long)uc->uc_mcontext.regs[8];
}

/* True if the signal has ended a system call in which the thread slept. */
static inline bool arch_signal_broke_call(const ucontext_t *uc)
{
	return (int64_t)uc->uc_mcontext.regs[0] == -EINTR &&
	       *(const uint32_t *)(arch_signal_pc(uc) - 4) == ARCH_SVC;
}

/* The kernel has its own. */
#define ARCH_SA_RESTORER 0
#define goro__restorer NULL

/* Where ptrace() puts the stack pointer among the registers; SIMD registers. */
enum { ARCH_REGSET_SP = 31, ARCH_REGSET_FP = 2 /* NT_PRFPREG */ };

struct m;

/*
 * The thread's M.  A goroutine may be on another thread after any call that
 * switches, so the compiler must keep neither the value, nor its address, nor
 * the thread pointer: the volatile asm is evaluated anew each time.
 */
extern _Thread_local struct m *goro__tls_m
	__attribute__((tls_model("initial-exec")));

static inline struct m *goro__m(void)
{
	struct m *m;
	uintptr_t tp;

	__asm__ volatile("adrp %0, :gottprel:goro__tls_m\n\t"
			 "ldr %0, [%0, :gottprel_lo12:goro__tls_m]\n\t"
			 "mrs %1, tpidr_el0\n\t"
			 "ldr %0, [%0, %1]"
			 : "=&r"(m), "=&r"(tp));
	return m;
}

#endif
#endif
