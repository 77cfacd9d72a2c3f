/*
 * note.h (aarch64) - ends every source in assembler: no executable stack; and
 * GNU_PROPERTY_AARCH64_FEATURE_1_AND with BTI, which one object without it
 * would take from the whole program.
 */
/* clang-format off */
	.section .note.gnu.property, "a", %note
	.p2align 3
	.word 4, 16, 5
	.asciz "GNU"
	.word 0xc0000000, 4, 1, 0

	.section .note.GNU-stack, "", %progbits
