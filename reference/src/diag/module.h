/*
 * module.h - the program or library that an address is in.  Takes no lock and
 * allocates nothing: a goroutine may be stopped inside dlopen().
 */
#ifndef GORO_MODULE_H
#define GORO_MODULE_H

#include <stdbool.h>
#include <stdint.h>

struct module {
	uintptr_t lo, hi; /* where it lies in memory */
	uintptr_t bias;   /* of an address over that in the file's tables */
	const uint8_t *eh_hdr; /* .eh_frame_hdr; NULL: it has none */
	const void *link_map;  /* the linker's; NULL: it did not tell */
};

enum { MODULE_PATH = 256 };

/* False if at is in none. */
bool goro__module(uintptr_t at, struct module *found);
/* Writes its file's path to to[MODULE_PATH]; "" for the program itself. */
void goro__module_path(const struct module *m, char *to);

#endif
