/*
 * note.h (x86-64) - ends every source in assembler: no executable stack.
 */
/* clang-format off */
	.section .note.GNU-stack, "", @progbits
