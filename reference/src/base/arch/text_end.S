/* text_end.S - see text_begin.S. */
	.text
	.globl goro__text_end
	.hidden goro__text_end
goro__text_end:

	.section .text.unlikely, "ax", @progbits
	.globl goro__cold_end
	.hidden goro__cold_end
goro__cold_end:

#include "note.h"
