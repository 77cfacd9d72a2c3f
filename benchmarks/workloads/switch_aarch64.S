/* switch_aarch64.S - see switch.h. */
	.text
	.globl	bare_switch
	.hidden	bare_switch
	.type	bare_switch, %function
bare_switch:
	bti	c
	sub	sp, sp, #160
	stp	x19, x20, [sp, #0]
	stp	x21, x22, [sp, #16]
	stp	x23, x24, [sp, #32]
	stp	x25, x26, [sp, #48]
	stp	x27, x28, [sp, #64]
	stp	x29, x30, [sp, #80]
	stp	d8, d9, [sp, #96]
	stp	d10, d11, [sp, #112]
	stp	d12, d13, [sp, #128]
	stp	d14, d15, [sp, #144]
	mov	x2, sp
	str	x2, [x0]
	mov	sp, x1
	ldp	x19, x20, [sp, #0]
	ldp	x21, x22, [sp, #16]
	ldp	x23, x24, [sp, #32]
	ldp	x25, x26, [sp, #48]
	ldp	x27, x28, [sp, #64]
	ldp	x29, x16, [sp, #80]
	ldp	d8, d9, [sp, #96]
	ldp	d10, d11, [sp, #112]
	ldp	d12, d13, [sp, #128]
	ldp	d14, d15, [sp, #144]
	add	sp, sp, #160
	br	x16
	.size	bare_switch, . - bare_switch

/* x0 + x1 is the top of the stack; entry goes where x30 is saved. */
	.globl	bare_stack
	.hidden	bare_stack
	.type	bare_stack, %function
bare_stack:
	bti	c
	add	x0, x0, x1
	and	x0, x0, #-16
	sub	x0, x0, #160
	stp	xzr, x2, [x0, #80]
	ret
	.size	bare_stack, . - bare_stack

	.section .note.GNU-stack, "", %progbits
