/*
 * libc_text.c - the addresses of the C library's code, read once at the start.
 */
#include "base/libc_text.h"
#include "base/text.h"

#include <link.h>
#include <stddef.h>
#include <string.h>

/* Libraries that take locks of their own, or call libc with one held. */
static const char *const names[] = {
	"libc.so",     "libc-2.", "ld-",       "libpthread",  "libstdc++",
	"libc++",      "libasan", "libubsan",  "libjemalloc", "libtcmalloc",
	"libmimalloc", "libnss_", "libresolv",
};

static struct {
	uintptr_t lo, hi;
} text[32];
static size_t ntext;

static bool is_library(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strncmp(name, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static int note_object(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size, (void)unused;
	if (!is_library(info->dlpi_name))
		return 0;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];

		if (h->p_type != PT_LOAD || !(h->p_flags & PF_X) ||
		    ntext == sizeof(text) / sizeof(*text))
			continue;
		text[ntext].lo = info->dlpi_addr + h->p_vaddr;
		text[ntext].hi = text[ntext].lo + h->p_memsz;
		ntext++;
	}
	return 0;
}

void goro__libc_text_init(void)
{
	dl_iterate_phdr(note_object, NULL);
}

bool goro__in_libc(uintptr_t pc)
{
	for (size_t i = 0; i < ntext; i++)
		if (pc >= text[i].lo && pc < text[i].hi)
			return true;
	return ntext == 0;
}
