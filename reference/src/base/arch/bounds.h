/*
 * bounds.h - the bounds of a source in assembler, as text.h gives them for C:
 * it has three sections, and code in the first.
 */
/* clang-format off */
	.macro bounds section
	.pushsection \section, "ax", %progbits
	.subsection 8191
771:
	.popsection
	.pushsection goro_text, "a", %progbits
	.balign 4
	.long \section - ., 771b - .
	.popsection
	.endm

	bounds .text
	bounds .text.unlikely
	bounds .text.hot
