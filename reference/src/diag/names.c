/*
 * names.c - which function an address is in.
 *
 * The kernel tells which file is mapped there (/proc/self/maps), and the file
 * has the symbols.  Rejected: dladdr(), which waits for the dynamic linker's
 * lock, and the linker's own list of objects, which may be half changed.
 * Unlike its mapping, a file that is read cannot vanish in the middle: at worst
 * there is no name.
 */
#include "diag/names.h"

#include <elf.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"

void goro__names_open(struct names *n)
{
	n->fd = -1;
	n->lo = n->hi = 0;
	for (int i = 0; i < NAMES_KEPT; i++)
		n->kept[i].pc = 0;
}

static void close_file(struct names *n)
{
	if (n->fd >= 0)
		sys_io(SYS_close, n->fd, NULL, 0, 0);
	n->fd = -1;
}

void goro__names_close(struct names *n)
{
	close_file(n);
}

/* ---- the file that is mapped at an address ------------------------------ */

struct reader {
	int fd;
	size_t at, n;
	char buf[512];
};

/* Returns the next character, or -1. */
static int next(struct reader *r)
{
	if (r->at == r->n) {
		ssize_t n = sys_read(r->fd, r->buf, sizeof(r->buf));

		if (n <= 0)
			return -1;
		r->at = 0;
		r->n = (size_t)n;
	}
	return (unsigned char)r->buf[r->at++];
}

/* Reads a hexadecimal number and the character after it. */
static uint64_t number(struct reader *r)
{
	uint64_t v = 0;
	int c;

	while ((c = next(r)) >= 0) {
		if (c >= '0' && c <= '9')
			v = v * 16 + (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v * 16 + (uint64_t)(c - 'a' + 10);
		else
			break;
	}
	return v;
}

static void skip_word(struct reader *r)
{
	int c;

	do
		c = next(r);
	while (c >= 0 && c != ' ');
}

/* Reads the rest of the line without leading blanks; none if it is too long. */
static void rest_of_line(struct reader *r, char *text)
{
	size_t n = 0;
	int c;

	do
		c = next(r);
	while (c == ' ');
	for (; c >= 0 && c != '\n'; c = next(r), n++)
		if (n < PATH_KEPT - 1)
			text[n] = (char)c;
	text[n < PATH_KEPT ? n : 0] = '\0';
}

/*
 * Reads "LO-HI PERMISSIONS OFFSET DEVICE INODE   PATH", in hexadecimal.  False
 * if there are no more lines.
 */
static bool read_mapping(struct reader *r, struct names *n)
{
	n->lo = number(r);
	n->hi = number(r);
	if (n->hi == 0)
		return false;
	skip_word(r);
	n->offset = number(r);
	skip_word(r);
	number(r);
	rest_of_line(r, n->path);
	return true;
}

/* True if path is the program's own file, which may have lost its name. */
static bool is_program(const char *path)
{
	char exe[PATH_KEPT];
	long n = sys_io(SYS_readlinkat, AT_FDCWD,
			(void *)(uintptr_t) "/proc/self/exe", (size_t)exe,
			sizeof(exe) - 1);

	if (n < 0)
		return false;
	exe[n] = '\0';
	return strcmp(exe, path) == 0;
}

static int open_read(const char *path)
{
	return (int)sys_io(SYS_openat, AT_FDCWD, (void *)(uintptr_t)path,
			   O_RDONLY | O_CLOEXEC, 0);
}

/* Sets n to the mapping that pc is in.  False if there is none. */
static bool find_mapping(struct names *n, uintptr_t pc)
{
	struct reader r;
	bool found = false;

	r.fd = open_read("/proc/self/maps");
	r.at = r.n = 0;
	if (r.fd < 0)
		return false;
	while (!found && read_mapping(&r, n))
		found = pc >= n->lo && pc < n->hi;
	sys_io(SYS_close, r.fd, NULL, 0, 0);
	return found;
}

static bool look_up_file(struct names *n, uintptr_t pc)
{
	if (pc >= n->lo && pc < n->hi)
		return true;
	close_file(n);
	if (!find_mapping(n, pc)) {
		n->lo = n->hi = 0;
		return false;
	}
	if (n->path[0] == '/')
		n->fd = open_read(is_program(n->path) ? "/proc/self/exe"
						      : n->path);
	return true;
}

/* ---- the symbols of a file ---------------------------------------------- */

static bool read_at(struct names *n, void *buf, size_t size, uint64_t offset)
{
	return sys_io(SYS_pread64, n->fd, buf, size, (long)offset) ==
	       (long)size;
}

/* Returns the address that the file's symbols know pc by; 0 without one. */
static uint64_t address_in(struct names *n, const Elf64_Ehdr *e, uintptr_t pc)
{
	uint64_t offset = pc - n->lo + n->offset;
	Elf64_Phdr p;

	for (unsigned i = 0; i < e->e_phnum; i++)
		if (read_at(n, &p, sizeof(p), e->e_phoff + i * sizeof(p)) &&
		    p.p_type == PT_LOAD && offset >= p.p_offset &&
		    offset - p.p_offset < p.p_filesz)
			return offset - p.p_offset + p.p_vaddr;
	return 0;
}

/* Finds the full table of symbols, else the dynamic one. */
static bool find_table(struct names *n, const Elf64_Ehdr *e, Elf64_Shdr *table)
{
	bool found = false;
	Elf64_Shdr s;

	for (unsigned i = 0; i < e->e_shnum; i++) {
		if (!read_at(n, &s, sizeof(s), e->e_shoff + i * sizeof(s)))
			return found;
		if (s.sh_type != SHT_SYMTAB &&
		    (s.sh_type != SHT_DYNSYM || found))
			continue;
		*table = s;
		found = true;
	}
	return found;
}

static bool covers(const Elf64_Sym *s, uint64_t at)
{
	return ELF64_ST_TYPE(s->st_info) == STT_FUNC &&
	       s->st_shndx != SHN_UNDEF && at >= s->st_value &&
	       at - s->st_value < (s->st_size ? s->st_size : 1);
}

/* Finds the function at this address; of several names a global one. */
static bool find_symbol(struct names *n, const Elf64_Shdr *table, uint64_t at,
			Elf64_Sym *found)
{
	Elf64_Sym part[32];
	uint64_t left = table->sh_size / sizeof(*part);
	uint64_t from = table->sh_offset;
	bool any = false;

	while (left > 0) {
		size_t k = left < 32 ? (size_t)left : 32;

		if (!read_at(n, part, k * sizeof(*part), from))
			break;
		for (size_t i = 0; i < k; i++) {
			if (!covers(&part[i], at))
				continue;
			*found = part[i];
			any = true;
			if (ELF64_ST_BIND(part[i].st_info) == STB_GLOBAL)
				return true;
		}
		from += k * sizeof(*part);
		left -= k;
	}
	return any;
}

/* Prints a string of the file; keeps it if it fits. */
static void out_text(struct out *o, struct names *n, uint64_t offset,
		     char *keep)
{
	char part[NAME_MAX_KEPT];
	long got;
	size_t k;

	keep[0] = '\0';
	for (bool first = true;; first = false) {
		got = sys_io(SYS_pread64, n->fd, part, sizeof(part) - 1,
			     (long)offset);
		part[got > 0 ? got : 0] = '\0';
		k = strlen(part);
		goro__out_str(o, part);
		if (k < sizeof(part) - 1) {
			if (first)
				memcpy(keep, part, k + 1);
			return;
		}
		offset += k;
	}
}

static bool out_symbol(struct out *o, struct names *n, const Elf64_Ehdr *e,
		       uint64_t at, char *keep)
{
	Elf64_Shdr table, strings;
	Elf64_Sym s;

	if (!find_table(n, e, &table) || !find_symbol(n, &table, at, &s) ||
	    !read_at(n, &strings, sizeof(strings),
		     e->e_shoff + table.sh_link * sizeof(strings)))
		return false;
	out_text(o, n, strings.sh_offset + s.st_name, keep);
	return true;
}

static bool is_elf(const Elf64_Ehdr *e)
{
	return memcmp(e->e_ident, ELFMAG, SELFMAG) == 0 &&
	       e->e_ident[EI_CLASS] == ELFCLASS64 &&
	       e->e_phentsize == sizeof(Elf64_Phdr) &&
	       (e->e_shnum == 0 || e->e_shentsize == sizeof(Elf64_Shdr));
}

static void out_from_file(struct out *o, struct names *n, uintptr_t pc,
			  char *keep)
{
	Elf64_Ehdr e;
	uint64_t at = 0;

	if (n->fd >= 0 && read_at(n, &e, sizeof(e), 0) && is_elf(&e))
		at = address_in(n, &e, pc);
	if (at && out_symbol(o, n, &e, at, keep))
		return;
	if (n->path[0] == '/') {
		goro__out_str(o, n->path);
		goro__out_str(o, "+");
		goro__out_hex(o, at ? at : pc - n->lo + n->offset);
	} else {
		goro__out_hex(o, pc);
	}
}

void goro__out_name(struct out *o, struct names *n, uintptr_t pc)
{
	unsigned i = (unsigned)(pc >> 2) % NAMES_KEPT;
	int e = errno;

	if (pc && n->kept[i].pc == pc) {
		goro__out_str(o, n->kept[i].text);
		return;
	}
	n->kept[i].pc = 0;
	n->kept[i].text[0] = '\0';
	if (look_up_file(n, pc))
		out_from_file(o, n, pc, n->kept[i].text);
	else
		goro__out_hex(o, pc);
	if (n->kept[i].text[0])
		n->kept[i].pc = pc;
	errno = e;
}
