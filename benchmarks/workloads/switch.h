/*
 * switch.h - the least a switch between two stacks can cost: the registers
 * that a call preserves and the stack pointer, nothing else.
 */
#ifndef ASSAY_SWITCH_H
#define ASSAY_SWITCH_H

#include <stddef.h>

/* Saves the caller on its stack, its address to *save; resumes to. */
void bare_switch(void **save, void *to);

/*
 * What bare_switch needs to start entry, which must not return, on a stack of
 * size bytes.
 */
void *bare_stack(void *stack, size_t size, void (*entry)(void));

#endif
