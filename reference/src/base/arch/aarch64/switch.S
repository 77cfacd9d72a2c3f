/*
 * switch.S (aarch64) - from one stack to another.
 *
 * Where branch targets are enforced (BTI) each function may be entered by an
 * indirect call; `bti c` is written as the hint that it is, a nop elsewhere.
 * Return addresses are stored as they are, unsigned: those that the compiler
 * signs (PAC) live in the frames of the callers and are signed with a stack
 * pointer and a key of the process, which moving to another thread keeps.
 */
#include "arch.h"
#include "../bounds.h"

#define BTI_C hint #34

/* Jumps to `changed` unless fpcr is goro__fp. */
	.macro UNLESS_FP changed
	mrs x9, fpcr
	adrp x10, goro__fp
	ldr x10, [x10, :lo12:goro__fp]
	cmp x9, x10
	b.ne \changed
	.endm

	.macro RESET_FP
	adrp x10, goro__fp
	ldr x10, [x10, :lo12:goro__fp]
	msr fpcr, x10
	.endm

/* struct arch_fp: as a process starts. */
	.data
	.globl goro__fp
	.hidden goro__fp
	.type goro__fp, %object
	.p2align 3
goro__fp:
	.quad 0
	.size goro__fp, . - goro__fp

	.text

/*
 * void goro__switch(void **save_sp, void *sp)
 *
 * Keeps the callee-saved registers on this stack, stores its stack pointer
 * through save_sp and goes on where the other stack left off.  An odd address
 * is that of a goroutine that has not run yet.  It ends with
 * ret: BTI lets a ret go anywhere, while the continuation is no place that a
 * br may go to.  The predictor's stack of return addresses stays balanced, and
 * is even right where both goroutines have parked in the same way.
 *
 * All but a few goroutines leave fpcr alone, so between goroutines it always is
 * goro__fp.  A goroutine with another one keeps and restores it.
 */
	.globl goro__switch
	.hidden goro__switch
	.type goro__switch, %function
	.p2align 4
goro__switch:
	.cfi_startproc
	BTI_C
	UNLESS_FP keep_fp
switch:
	stp x29, x30, [sp, #-SAVED_SIZE]!
	.cfi_def_cfa_offset SAVED_SIZE
	.cfi_rel_offset x29, SAVED_X29
	.cfi_rel_offset x30, SAVED_X30
	stp x19, x20, [sp, #SAVED_X19]
	.cfi_rel_offset x19, SAVED_X19
	.cfi_rel_offset x20, SAVED_X20
	stp x21, x22, [sp, #SAVED_X21]
	.cfi_rel_offset x21, SAVED_X21
	.cfi_rel_offset x22, SAVED_X22
	stp x23, x24, [sp, #SAVED_X23]
	.cfi_rel_offset x23, SAVED_X23
	.cfi_rel_offset x24, SAVED_X24
	stp x25, x26, [sp, #SAVED_X25]
	.cfi_rel_offset x25, SAVED_X25
	.cfi_rel_offset x26, SAVED_X26
	stp x27, x28, [sp, #SAVED_X27]
	.cfi_rel_offset x27, SAVED_X27
	.cfi_rel_offset x28, SAVED_X28
	stp d8, d9, [sp, #SAVED_D8]
	.cfi_rel_offset d8, SAVED_D8
	.cfi_rel_offset d9, SAVED_D9
	stp d10, d11, [sp, #SAVED_D10]
	.cfi_rel_offset d10, SAVED_D10
	.cfi_rel_offset d11, SAVED_D11
	stp d12, d13, [sp, #SAVED_D12]
	.cfi_rel_offset d12, SAVED_D12
	.cfi_rel_offset d13, SAVED_D13
	stp d14, d15, [sp, #SAVED_D14]
	.cfi_rel_offset d14, SAVED_D14
	.cfi_rel_offset d15, SAVED_D15
	mov x9, sp
	str x9, [x0]
	mov x9, x1
go_on:
	tbnz x9, #0, fresh
	mov sp, x9
	ldp x19, x20, [sp, #SAVED_X19]
	.cfi_restore x19
	.cfi_restore x20
	ldp x21, x22, [sp, #SAVED_X21]
	.cfi_restore x21
	.cfi_restore x22
	ldp x23, x24, [sp, #SAVED_X23]
	.cfi_restore x23
	.cfi_restore x24
	ldp x25, x26, [sp, #SAVED_X25]
	.cfi_restore x25
	.cfi_restore x26
	ldp x27, x28, [sp, #SAVED_X27]
	.cfi_restore x27
	.cfi_restore x28
	ldp d8, d9, [sp, #SAVED_D8]
	.cfi_restore d8
	.cfi_restore d9
	ldp d10, d11, [sp, #SAVED_D10]
	.cfi_restore d10
	.cfi_restore d11
	ldp d12, d13, [sp, #SAVED_D12]
	.cfi_restore d12
	.cfi_restore d13
	ldp d14, d15, [sp, #SAVED_D14]
	.cfi_restore d14
	.cfi_restore d15
	ldp x29, x30, [sp], #SAVED_SIZE
	.cfi_restore x29
	.cfi_restore x30
	.cfi_def_cfa_offset 0
	ret
keep_fp:
	stp x9, x30, [sp, #-16]!
	.cfi_def_cfa_offset 16
	.cfi_rel_offset x30, 8
	RESET_FP
	bl switch
	ldp x9, x30, [sp], #16
	.cfi_restore x30
	.cfi_def_cfa_offset 0
	msr fpcr, x9
	ret
	.cfi_endproc
	.size goro__switch, . - goro__switch

/*
 * The bottom of every goroutine, on an empty stack: go_on branches here for an
 * odd address.  Nobody called it: x30 is undefined here and x29 is zero, so
 * that unwinders and debuggers stop.  goro__gomain returns the stack to go on
 * with, once the goroutine has ended.
 */
	.type goro__gostart, %function
	.p2align 4
goro__gostart:
	.cfi_startproc
	.cfi_undefined x30
	.cfi_undefined x29
fresh:
	sub x9, x9, #1
	mov sp, x9
	mov x29, xzr
	bl goro__gomain
	UNLESS_FP reset_fp
ended:
	mov x9, x0
	b go_on
reset_fp:
	RESET_FP
	b ended
	.cfi_endproc
	.size goro__gostart, . - goro__gostart

/* void goro__leave(void *sp): goes on there, and never back. */
	.globl goro__leave
	.hidden goro__leave
	.type goro__leave, %function
	.p2align 4
goro__leave:
	.cfi_startproc
	BTI_C
	RESET_FP
	mov x9, x0
	b go_on
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
	.type goro__call_on, %function
	.p2align 4
goro__call_on:
	.cfi_startproc
	.cfi_signal_frame
	BTI_C
	stp x29, x30, [sp, #-SAVED_SIZE]!
	.cfi_def_cfa_offset SAVED_SIZE
	.cfi_rel_offset x29, SAVED_X29
	.cfi_rel_offset x30, SAVED_X30
	mov x29, sp
	.cfi_def_cfa_register x29
	stp x19, x20, [sp, #SAVED_X19]
	stp x21, x22, [sp, #SAVED_X21]
	stp x23, x24, [sp, #SAVED_X23]
	stp x25, x26, [sp, #SAVED_X25]
	stp x27, x28, [sp, #SAVED_X27]
	str x29, [x3]
	and sp, x0, #-16
	mov x0, x2
	blr x1
	mov sp, x29
	.cfi_def_cfa_register sp
	ldp x29, x30, [sp], #SAVED_SIZE
	.cfi_restore x29
	.cfi_restore x30
	.cfi_def_cfa_offset 0
	ret
	.cfi_endproc
	.size goro__call_on, . - goro__call_on

#include "note.h"
