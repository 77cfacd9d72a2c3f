/*
 * names.c - which function an address is in.
 *
 * The names are in the symbols of the file that is mapped there, static
 * functions' too; these are not in memory.  A file that is read cannot vanish
 * in the middle, as its mapping might: at worst there is no name.  Rejected:
 * dladdr(), which waits for the dynamic linker's lock and knows no static
 * function.
 *
 * Each name is kept up to the end of the dump, as thousands of goroutines wait
 * in few places.
 */
#include "diag/names.h"

#include <elf.h>
#include <string.h>

#include "base/procfs.h"
#include "base/sys.h"
#include "base/text.h"
#include "diag/module.h"

enum {
	FILES = 16,
	SETS = 256,
	WAYS = 4,
	SYMBOLS = 512, /* read at once */
	TEXT = 1 << 18,
	LONGEST = 4096, /* name */
};

struct file {
	struct module module;
	int fd;
	Elf64_Shdr symbols;
	uint64_t strings; /* where these begin in the file; 0: no symbols */
	char path[MODULE_PATH];
};

struct names_memory {
	struct file files[FILES];
	unsigned next_file;
	char exe[MODULE_PATH];
	struct kept {
		uintptr_t pc;
		struct place place;
	} kept[SETS][WAYS];
	unsigned next_way;
	Elf64_Sym part[SYMBOLS];
	size_t used; /* of text */
	char text[TEXT];
};

/* ---- files ------------------------------------------------------------------ */

static bool read_at(const struct file *f, void *buf, size_t size,
		    uint64_t offset)
{
	return sys_io(SYS_pread64, f->fd, buf, size, (long)offset) ==
	       (long)size;
}

static bool is_elf(const Elf64_Ehdr *e)
{
	return memcmp(e->e_ident, ELFMAG, SELFMAG) == 0 &&
	       e->e_ident[EI_CLASS] == ELFCLASS64 &&
	       e->e_shentsize == sizeof(Elf64_Shdr);
}

/* Finds the full table of symbols, else the dynamic one. */
static void find_symbols(struct file *f)
{
	Elf64_Shdr s, strings;
	Elf64_Ehdr e;

	if (!read_at(f, &e, sizeof(e), 0) || !is_elf(&e))
		return;
	for (unsigned i = 0; i < e.e_shnum; i++) {
		if (!read_at(f, &s, sizeof(s), e.e_shoff + i * sizeof(s)))
			return;
		if (s.sh_type != SHT_SYMTAB &&
		    (s.sh_type != SHT_DYNSYM || f->strings))
			continue;
		if (!read_at(f, &strings, sizeof(strings),
			     e.e_shoff + s.sh_link * sizeof(strings)))
			return;
		f->symbols = s;
		f->strings = strings.sh_offset;
	}
}

static int open_read(const char *path)
{
	return (int)sys_io(SYS_openat, AT_FDCWD, (void *)(uintptr_t)path,
			   O_RDONLY | O_CLOEXEC, 0);
}

static void close_file(struct file *f)
{
	if (f->fd >= 0)
		sys_io(SYS_close, f->fd, NULL, 0, 0);
	f->fd = -1;
	f->module.hi = 0;
}

static void open_file(struct file *f, const struct module *m)
{
	char own[PROC_PATH];

	close_file(f);
	f->module = *m;
	f->strings = 0;
	goro__module_path(m, f->path);
	if (!f->path[0])
		goro__proc_path(own, "exe");
	f->fd = open_read(f->path[0] ? f->path : own);
	if (f->fd >= 0)
		find_symbols(f);
}

/* Forgets all names. */
static void forget(struct names_memory *n)
{
	n->used = 0;
	for (int i = 0; i < SETS; i++)
		for (int way = 0; way < WAYS; way++)
			n->kept[i][way].pc = 0;
}

/* Returns the file that is mapped at pc, or NULL. */
static struct file *file_at(struct names_memory *n, uintptr_t pc)
{
	struct module m;
	struct file *f;

	for (int i = 0; i < FILES; i++)
		if (pc >= n->files[i].module.lo && pc < n->files[i].module.hi)
			return &n->files[i];
	if (!goro__module(pc, &m))
		return NULL;
	f = &n->files[n->next_file++ % FILES];
	if (f->module.hi)
		forget(n); /* some are of that file */
	open_file(f, &m);
	return f;
}

/* ---- symbols ---------------------------------------------------------------- */

static bool covers(const Elf64_Sym *s, uint64_t at)
{
	return ELF64_ST_TYPE(s->st_info) == STT_FUNC &&
	       s->st_shndx != SHN_UNDEF && at >= s->st_value &&
	       at - s->st_value < (s->st_size ? s->st_size : 1);
}

/* Finds the function at this address; of several names a global one. */
static bool find_symbol(struct names_memory *n, const struct file *f,
			uint64_t at, Elf64_Sym *found)
{
	uint64_t left = f->symbols.sh_size / sizeof(*n->part);
	uint64_t from = f->symbols.sh_offset;
	bool any = false;

	for (size_t k; left > 0; from += k * sizeof(*n->part), left -= k) {
		k = left < SYMBOLS ? (size_t)left : SYMBOLS;
		if (!read_at(f, n->part, k * sizeof(*n->part), from))
			break;
		for (size_t i = 0; i < k; i++) {
			if (!covers(&n->part[i], at))
				continue;
			*found = n->part[i];
			any = true;
			if (ELF64_ST_BIND(found->st_info) == STB_GLOBAL)
				return true;
		}
	}
	return any;
}

/* Cuts off what compilers add to a part of a function: ".isra.0", ".cold". */
static void plain(char *name)
{
	char *dot = strchr(name, '.');

	if (dot && dot > name)
		*dot = '\0';
}

/* Reads a name from the file; what is too long is cut. */
static const char *keep_text(struct names_memory *n, const struct file *f,
			     uint64_t offset)
{
	char *to;
	long got;

	if (TEXT - n->used < LONGEST)
		forget(n);
	to = n->text + n->used;
	got = sys_io(SYS_pread64, f->fd, to, LONGEST - 1, (long)offset);
	to[got > 0 ? got : 0] = '\0';
	plain(to);
	n->used += strlen(to) + 1;
	return to[0] ? to : NULL;
}

/* ---- one address ------------------------------------------------------------ */

static void look_up(struct names_memory *n, uintptr_t pc, struct place *to)
{
	struct file *f = file_at(n, pc);
	Elf64_Sym s;

	if (!f)
		return;
	to->path = f->path[0] ? f->path : n->exe;
	to->at = pc - f->module.bias;
	if (!f->strings || !find_symbol(n, f, to->at, &s))
		return;
	to->name = keep_text(n, f, f->strings + s.st_name);
	to->offset = to->at - s.st_value;
}

static struct kept *find_kept(struct names_memory *n, uintptr_t pc)
{
	struct kept *set = n->kept[pc * UINT64_C(0x9e3779b97f4a7c15) >> 56];
	struct kept *k;

	for (int way = 0; way < WAYS; way++)
		if (set[way].pc == pc)
			return &set[way];
	k = &set[n->next_way++ % WAYS];
	k->place = (struct place){0};
	look_up(n, pc, &k->place);
	k->pc = pc;
	return k;
}

void goro__names_find(struct names *n, uintptr_t pc, struct place *to)
{
	int e = errno;

	*to = (struct place){0};
	if (n->memory && pc)
		*to = find_kept(n->memory, pc)->place;
	errno = e;
}

void goro__names_open(struct names *n)
{
	int e = errno;

	n->memory = sys_map(sizeof(*n->memory));
	if (n->memory) {
		for (int i = 0; i < FILES; i++)
			n->memory->files[i].fd = -1;
		goro__proc_exe(n->memory->exe, sizeof(n->memory->exe));
	}
	errno = e;
}

void goro__names_close(struct names *n)
{
	if (!n->memory)
		return;
	for (int i = 0; i < FILES; i++)
		close_file(&n->memory->files[i]);
	sys_unmap(n->memory, sizeof(*n->memory));
}
