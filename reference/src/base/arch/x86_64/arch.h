/*
 * arch.h (x86-64) - what the runtime needs to know about the machine.
 *
 * A goroutine that does not run has its callee-saved registers and its
 * continuation on its own stack, in the order of the offsets below; struct g
 * keeps its stack pointer alone.  mxcsr and the x87 control word are there too
 * if the goroutine has changed them.
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

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

struct saved {
	uint64_t r15, r14, r13, r12, rbx, rbp, rip;
};

/* What a debugger takes from there, by its own names of the registers. */
#define ARCH_SAVED_MAP(X) X(r15) X(r14) X(r13) X(r12) X(rbx) X(rbp) X(rip)

_Static_assert(offsetof(struct saved, r15) == SAVED_R15, "switch.S");
_Static_assert(offsetof(struct saved, r14) == SAVED_R14, "switch.S");
_Static_assert(offsetof(struct saved, r13) == SAVED_R13, "switch.S");
_Static_assert(offsetof(struct saved, r12) == SAVED_R12, "switch.S");
_Static_assert(offsetof(struct saved, rbx) == SAVED_RBX, "switch.S");
_Static_assert(offsetof(struct saved, rbp) == SAVED_RBP, "switch.S");
_Static_assert(offsetof(struct saved, rip) == SAVED_RIP, "switch.S");
_Static_assert(sizeof(struct saved) == SAVED_SIZE, "switch.S");

/* Bytes of a guard: -fstack-clash-protection touches a frame page by page. */
#define ARCH_GUARD ((size_t)16 << 10)

/* Defined in switch.S. */
void goro__switch(void **save_sp, void *sp);
_Noreturn void goro__leave(void *sp);
void goro__call_on(void *sp, void (*fn)(void *), void *arg, void **save_sp);

/* The floating-point controls that goroutines begin with. */
struct arch_fp {
	uint32_t mxcsr, x87;
};

extern struct arch_fp goro__fp __attribute__((visibility("hidden")));

/* Takes the environment of the calling thread for goroutines. */
static inline void arch_fp_init(void)
{
	uint32_t mxcsr;
	uint16_t x87;

	__asm__ volatile("stmxcsr %0\n\tfnstcw %1" : "=m"(mxcsr), "=m"(x87));
	goro__fp.mxcsr = mxcsr & ~UINT32_C(63);
	goro__fp.x87 = x87;
}

/* True if the stack pointer is below *lo. */
static inline bool arch_sp_below(_Atomic(uintptr_t) *lo)
{
	bool below;

	__asm__ volatile("cmpq %1, %%rsp" : "=@ccb"(below) : "m"(*lo));
	return below;
}

/* Adds one to a counter that only the caller writes, in one instruction. */
#define arch_count(n) __asm__ volatile("incq %0" : "+m"(*(n)))

/*
 * Returns where a goroutine that has not run goes on: its stack is empty, and
 * the odd address says so.  goro__switch then jumps to goro__gostart, which
 * uses up no predicted return address.
 */
static inline void *arch_first_frame(void *top)
{
	return (char *)((uintptr_t)top & ~(uintptr_t)15) + 1;
}

static inline void cpu_relax(void)
{
	__builtin_ia32_pause();
}

/*
 * Hints that this line is needed soon; p may be anything.  Not by a function of
 * __builtin_prefetch() alone: gcc takes that for one without effect.
 */
static inline void arch_prefetch(const void *p)
{
	__asm__ volatile("prefetcht0 %0" : : "m"(*(const char *)p));
}

/* A counter that is cheaper to read than the clock, and about 20 us of it. */
static inline uint64_t arch_ticks(void)
{
	return __builtin_ia32_rdtsc();
}

static inline uint64_t arch_ticks_20us(void)
{
	return 50000; /* at 2.5 GHz */
}

/*
 * Copies and zeroes of the runtime: inline, whatever the compiler thinks of
 * memcpy.  The microcode of rep takes some 15 ns before it is fast.
 */
#define COPY_WORTH_REP 512

static inline void arch_copy16(char *to, const char *from)
{
	__asm__ volatile("movups (%1), %%xmm0\n\t"
			 "movups %%xmm0, (%0)"
			 :
			 : "r"(to), "r"(from)
			 : "xmm0", "memory");
}

static inline void arch_copy(void *to, const void *from, size_t n)
{
	if (n >= 16 && n <= COPY_WORTH_REP) {
		for (size_t i = 0; i < n - 16; i += 16)
			arch_copy16((char *)to + i, (const char *)from + i);
		arch_copy16((char *)to + n - 16, (const char *)from + n - 16);
		return;
	}
	__asm__ volatile("rep movsb"
			 : "+D"(to), "+S"(from), "+c"(n)
			 :
			 : "memory");
}

static inline void arch_zero16(char *to)
{
	__asm__ volatile("pxor %%xmm0, %%xmm0\n\t"
			 "movups %%xmm0, (%0)"
			 :
			 : "r"(to)
			 : "xmm0", "memory");
}

static inline void arch_zero(void *to, size_t n)
{
	if (n >= 16 && n <= COPY_WORTH_REP) {
		for (size_t i = 0; i < n - 16; i += 16)
			arch_zero16((char *)to + i);
		arch_zero16((char *)to + n - 16);
		return;
	}
	__asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(0) : "memory");
}

/*
 * Asks valgrind: args are a request and its five arguments.  If there is no
 * valgrind, or the request is not for its tool, the answer is `otherwise`.
 */
static inline uint64_t arch_valgrind(const uint64_t args[6], uint64_t otherwise)
{
	uint64_t answer = otherwise;

	__asm__ volatile("rolq $3, %%rdi; rolq $13, %%rdi\n\t"
			 "rolq $61, %%rdi; rolq $51, %%rdi\n\t"
			 "xchgq %%rbx, %%rbx"
			 : "+d"(answer)
			 : "a"(args)
			 : "cc", "memory");
	return answer;
}

/* What a signal interrupted. */
static inline uintptr_t arch_signal_pc(const ucontext_t *uc)
{
	return (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
}

static inline uintptr_t arch_signal_sp(const ucontext_t *uc)
{
	return (uintptr_t)uc->uc_mcontext.gregs[REG_RSP];
}

/* True if the thread is about to make a system call, or to repeat it. */
static inline bool arch_signal_at_call(const ucontext_t *uc)
{
	const uint8_t *code = (const uint8_t *)arch_signal_pc(uc);

	return code[0] == 0x0f && code[1] == 0x05;
}

/* The number of the system call that it is about to make. */
static inline long arch_signal_call(const ucontext_t *uc)
{
	return (long)uc->uc_mcontext.gregs[REG_RAX];
}

/* True if the signal has ended a system call in which the thread slept. */
static inline bool arch_signal_broke_call(const ucontext_t *uc)
{
	const uint8_t *code = (const uint8_t *)arch_signal_pc(uc);

	return uc->uc_mcontext.gregs[REG_RAX] == -EINTR && code[-2] == 0x0f &&
	       code[-1] == 0x05;
}

/* The return from a handler that is installed without libc. */
#define ARCH_SA_RESTORER 0x04000000
void goro__restorer(void);

/* Where ptrace() puts the stack pointer among the registers; SIMD registers. */
enum { ARCH_REGSET_SP = 19, ARCH_REGSET_FP = 0x202 /* NT_X86_XSTATE */ };

struct m;

/*
 * The thread's M.  A goroutine may be on another thread after any call that
 * switches, so the compiler must keep neither the value nor its address: the
 * volatile asm is evaluated anew each time and its address never exists.
 */
extern _Thread_local struct m *goro__tls_m
	__attribute__((tls_model("initial-exec")));

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
