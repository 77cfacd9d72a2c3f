/*
 * switch.S (x86-64) - from one stack to another.
 */
#include "arch.h"
#include "../bounds.h"

/* The control bits of mxcsr; those below are flags, which a call may change. */
#define MXCSR_CONTROL $-64

/*
 * Jumps to `changed` unless the floating-point environment is that of
 * goro__fp.  Each value is read back with the size it was written with: that
 * is what a processor forwards.
 */
	.macro UNLESS_FP changed
	stmxcsr -4(%rsp)
	movl -4(%rsp), %ecx
	andl MXCSR_CONTROL, %ecx
	cmpl goro__fp(%rip), %ecx
	jne \changed
	fnstcw -8(%rsp)
	movzwl -8(%rsp), %ecx
	cmpw %cx, goro__fp+4(%rip)
	jne \changed
	.endm

	.macro RESET_FP
	ldmxcsr goro__fp(%rip)
	fldcw goro__fp+4(%rip)
	.endm

/* struct arch_fp: as a process starts. */
	.data
	.globl goro__fp
	.hidden goro__fp
	.type goro__fp, @object
	.p2align 3
goro__fp:
	.long 0x1f80
	.long 0x37f
	.size goro__fp, . - goro__fp

	.text

/*
 * void goro__switch(void **save_sp, void *sp)
 *
 * Keeps the callee-saved registers on this stack, stores its stack pointer
 * through save_sp and goes on where the other stack left off.
 *
 * The control words of the floating-point unit are callee-saved, too.  All but
 * a few goroutines leave them alone, so between goroutines they always are
 * those of goro__fp.  A goroutine with others keeps them, and puts them back
 * when it goes on.  No endbr64: nobody calls this by a pointer.
 *
 * It ends with ret, although a lone switch is 7 ns faster with pop and jmp: the
 * processor predicts that ret goes back to this call, and that is so for two
 * goroutines that park in the same place, as most do.  A jmp leaves the
 * prediction of all returns after it off by one.
 */
	.globl goro__switch
	.hidden goro__switch
	.type goro__switch, @function
	.p2align 4
goro__switch:
	.cfi_startproc
	UNLESS_FP keep_fp
switch:
	pushq %rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbp, 0
	pushq %rbx
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbx, 0
	pushq %r12
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset r12, 0
	pushq %r13
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset r13, 0
	pushq %r14
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset r14, 0
	pushq %r15
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset r15, 0
	movq %rsp, (%rdi)
	movq %rsi, %rsp
go_on:
	testb $1, %spl
	jnz fresh
	popq %r15
	.cfi_adjust_cfa_offset -8
	.cfi_restore r15
	popq %r14
	.cfi_adjust_cfa_offset -8
	.cfi_restore r14
	popq %r13
	.cfi_adjust_cfa_offset -8
	.cfi_restore r13
	popq %r12
	.cfi_adjust_cfa_offset -8
	.cfi_restore r12
	popq %rbx
	.cfi_adjust_cfa_offset -8
	.cfi_restore rbx
	popq %rbp
	.cfi_adjust_cfa_offset -8
	.cfi_restore rbp
	ret
keep_fp:
	subq $8, %rsp
	.cfi_adjust_cfa_offset 8
	stmxcsr 4(%rsp)
	fnstcw (%rsp)
	RESET_FP
	call switch
	fnclex /* flags of others, which this goroutine may not mask */
	fldcw (%rsp)
	ldmxcsr 4(%rsp)
	addq $8, %rsp
	.cfi_adjust_cfa_offset -8
	ret
	.cfi_endproc
	.size goro__switch, . - goro__switch

/*
 * The bottom of every goroutine.  Nobody called it: rip is undefined here and
 * rbp is zero, so that unwinders and debuggers stop.  goro__gomain returns the
 * stack to go on with, once the goroutine has ended: all calls have returned
 * then, and the ret above goes back to the switch that came here.
 */
	.type goro__gostart, @function
	.p2align 4
goro__gostart:
	.cfi_startproc
	.cfi_undefined rip
	.cfi_undefined rbp
fresh:
	decq %rsp
	xorl %ebp, %ebp
	call goro__gomain
	UNLESS_FP reset_fp
ended:
	movq %rax, %rsp
	jmp go_on
reset_fp:
	RESET_FP
	jmp ended
	.cfi_endproc
	.size goro__gostart, . - goro__gostart

/* void goro__leave(void *sp): goes on there, and never back. */
	.globl goro__leave
	.hidden goro__leave
	.type goro__leave, @function
	.p2align 4
goro__leave:
	.cfi_startproc
	RESET_FP
	movq %rdi, %rsp
	jmp go_on
	.cfi_endproc
	.size goro__leave, . - goro__leave

/*
 * void goro__call_on(void *sp, void (*fn)(void *), void *arg, void **save_sp)
 *
 * Calls fn(arg) on the stack that ends at sp and comes back.  What is saved,
 * and stored through save_sp, is as in goro__switch: for unwind.c.  Debuggers
 * take a caller that lies below for a corrupt stack, but not across a signal's
 * frame.
 */
	.globl goro__call_on
	.hidden goro__call_on
	.type goro__call_on, @function
	.p2align 4
goro__call_on:
	.cfi_startproc
	.cfi_signal_frame
	endbr64
	pushq %rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbp, 0
	movq %rsp, %rbp
	.cfi_def_cfa_register rbp
	pushq %rbx
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, (%rcx)
	andq $-16, %rdi
	movq %rdi, %rsp
	movq %rdx, %rdi
	call *%rsi
	movq %rbp, %rsp
	popq %rbp
	.cfi_def_cfa rsp, 8
	ret
	.cfi_endproc
	.size goro__call_on, . - goro__call_on

/* Debuggers know a signal frame by these two instructions. */
	.globl goro__restorer
	.hidden goro__restorer
	.type goro__restorer, @function
	.p2align 4
goro__restorer:
	movq $15, %rax
	syscall
	.size goro__restorer, . - goro__restorer

#include "note.h"
