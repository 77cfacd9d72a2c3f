/*
 * switch_x86_64.S - see switch.h.  It ends by a jump: a ret would go elsewhere
 * than the processor predicts from the calls it saw.
 */
	.text
	.globl	bare_switch
	.hidden	bare_switch
	.type	bare_switch, @function
bare_switch:
	endbr64
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, (%rdi)
	movq	%rsi, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	popq	%rcx
	jmp	*%rcx
	.size	bare_switch, . - bare_switch

/*
 * rdi + rsi is the top of the stack: an empty return address for entry, entry
 * itself, six registers.
 */
	.globl	bare_stack
	.hidden	bare_stack
	.type	bare_stack, @function
bare_stack:
	endbr64
	leaq	(%rdi, %rsi), %rax
	andq	$-16, %rax
	subq	$72, %rax
	movq	%rdx, 48(%rax)
	movq	$0, 56(%rax)
	ret
	.size	bare_stack, . - bare_stack

	.section .note.GNU-stack, "", @progbits
