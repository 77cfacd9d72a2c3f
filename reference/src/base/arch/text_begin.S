/*
 * text_begin.S, text_end.S - the bounds of the runtime's own code.
 *
 * The build joins all objects of the runtime into one, these two first and
 * last, so that a signal handler can tell by the program counter whether it
 * interrupted the runtime (preempt.c).  Compilers put code that is rarely run
 * into a section of its own.
 */
	.text
	.globl goro__text_begin
	.hidden goro__text_begin
goro__text_begin:

	.section .text.unlikely, "ax", @progbits
	.globl goro__cold_begin
	.hidden goro__cold_begin
goro__cold_begin:

#include "note.h"
