/*
 * note.h (x86-64) - ends every source in assembler: no executable stack.
 */
	.section .note.GNU-stack, "", @progbits
