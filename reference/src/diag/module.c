/*
 * module.c - the program or library that an address is in.
 *
 * glibc answers without a lock since 2.35 (_dl_find_object, made for unwinders;
 * a thread that is stopped inside dlopen() holds nothing up).  Where it does
 * not, in other libraries, the kernel tells what is mapped there, and the module
 * begins with its ELF header.  Of a static program glibc tells the code alone.
 */
#include "diag/module.h"

#include <elf.h>
#include <link.h>
#include <string.h>

#include "base/procfs.h"
#include "base/sys.h"
#include "base/text.h"
#include "diag/maps.h"
#include "diag/mem.h"

/* struct dl_find_object of <dlfcn.h>, which may be older. */
struct object {
	unsigned long long flags;
	void *map_start, *map_end;
	struct link_map *link_map;
	void *eh_frame;
	unsigned long long reserved[7];
};

extern int dl_find_object(void *at,
			  struct object *found) __asm__("_dl_find_object")
	__attribute__((weak));

static bool by_linker(uintptr_t at, struct module *found)
{
	struct object o;

	if (dl_find_object((void *)at, &o))
		return false;
	*found = (struct module){.lo = (uintptr_t)o.map_start,
				 .hi = (uintptr_t)o.map_end,
				 .eh_hdr = o.eh_frame,
				 .link_map = o.link_map};
	found->bias = ((const struct link_map *)found->link_map)->l_addr;
	return true;
}

/* True if the module's tables are in it. */
static bool is_whole(const struct module *m)
{
	uintptr_t hdr = (uintptr_t)m->eh_hdr;

	return hdr >= m->lo && hdr < m->hi;
}

/* ---- by the kernel --------------------------------------------------------- */

/*
 * Sets found to the mappings around the one that has at: they are of the same
 * file, and the first begins with the file.
 */
static bool find_mappings(uintptr_t at, struct module *found)
{
	struct mapping now, first = {0};
	struct maps m;
	bool seen = false;

	if (!goro__maps_open(&m))
		return false;
	while (goro__maps_next(&m, &now)) {
		if (now.path[0] && strcmp(now.path, first.path) == 0 &&
		    now.offset > 0) {
			found->hi = now.hi;
		} else if (seen) {
			break;
		} else {
			first = now;
			found->lo = now.lo;
			found->hi = now.hi;
		}
		seen |= at >= now.lo && at < now.hi;
	}
	goro__maps_close(&m);
	return seen && first.readable && first.offset == 0;
}

/* Reads the header of the ELF file that lies at found->lo. */
static const Elf64_Phdr *program_headers(const struct module *found, int *n)
{
	const Elf64_Ehdr *e = (const Elf64_Ehdr *)found->lo;
	struct mem mem = {0};
	uintptr_t at;

	if (!goro__mem_has(&mem, found->lo, sizeof(*e)) ||
	    memcmp(e->e_ident, ELFMAG, SELFMAG) != 0 ||
	    e->e_ident[EI_CLASS] != ELFCLASS64 ||
	    e->e_phentsize != sizeof(Elf64_Phdr) ||
	    e->e_phoff > found->hi - found->lo)
		return NULL;
	at = found->lo + e->e_phoff;
	*n = e->e_phnum;
	return goro__mem_has(&mem, at, e->e_phnum * sizeof(Elf64_Phdr))
		       ? (const Elf64_Phdr *)at
		       : NULL;
}

static bool by_kernel(uintptr_t at, struct module *found)
{
	const Elf64_Phdr *p;
	int n = 0;

	*found = (struct module){0};
	if (!find_mappings(at, found) || !(p = program_headers(found, &n)))
		return false;
	for (int i = 0; i < n; i++)
		if (p[i].p_type == PT_LOAD && p[i].p_offset == 0)
			found->bias = found->lo - p[i].p_vaddr;
	for (int i = 0; i < n; i++)
		if (p[i].p_type == PT_GNU_EH_FRAME)
			found->eh_hdr =
				(const uint8_t *)(found->bias + p[i].p_vaddr);
	return true;
}

bool goro__module(uintptr_t at, struct module *found)
{
	if (!dl_find_object)
		return by_kernel(at, found);
	return by_linker(at, found) &&
	       (is_whole(found) || by_kernel(at, found));
}

/* ---- its file --------------------------------------------------------------- */

static void copy_path(char *to, const char *from)
{
	size_t n = strnlen(from, MODULE_PATH);

	if (n < MODULE_PATH)
		memcpy(to, from, n + 1);
}

/* "" if path is the program's own, which may have lost its name. */
static const char *unless_program(const char *path)
{
	char exe[MODULE_PATH];

	goro__proc_exe(exe, sizeof(exe));
	return strcmp(exe, path) == 0 ? "" : path;
}

void goro__module_path(const struct module *m, char *to)
{
	struct mapping now;
	struct maps maps;

	to[0] = '\0';
	if (m->link_map) {
		copy_path(to, ((const struct link_map *)m->link_map)->l_name);
		return;
	}
	if (!goro__maps_open(&maps))
		return;
	while (goro__maps_next(&maps, &now))
		if (now.lo == m->lo)
			copy_path(to, unless_program(now.path));
	goro__maps_close(&maps);
}
