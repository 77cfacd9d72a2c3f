/*
 * libc_text.h - which code belongs to the C library, its loader and the like.
 *
 * A thread that stops for good in such code may hold a lock that others need.
 */
#ifndef GORO_LIBC_TEXT_H
#define GORO_LIBC_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Notes where the loaded libraries have their code.  Takes the loader's lock.
 */
void goro__libc_text_init(void);

/*
 * True if pc is in one of them, or if the program has no C library that can be
 * told from its own code (cc -static).  Takes no lock.
 */
bool goro__in_libc(uintptr_t pc);

#endif
