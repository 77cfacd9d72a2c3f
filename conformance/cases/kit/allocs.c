/*
 * allocs.c - see allocs.h.
 *
 * A call from one object to a function of another goes through a slot in the
 * caller's table of addresses. allocs_begin() points the slots of the
 * allocator's functions at the counting ones here.
 */
#define _GNU_SOURCE
#include "allocs.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "case.h"

static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static int (*real_posix_memalign)(void **, size_t, size_t);
static void *(*real_aligned_alloc)(size_t, size_t);

/* relaxed: the counter publishes no data */
static _Atomic(int64_t) calls;

static void counted(void)
{
	atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
}

static void *count_malloc(size_t n)
{
	counted();
	return real_malloc(n);
}

static void *count_calloc(size_t n, size_t size)
{
	counted();
	return real_calloc(n, size);
}

static void *count_realloc(void *p, size_t n)
{
	counted();
	return real_realloc(p, n);
}

static int count_posix_memalign(void **out, size_t align, size_t n)
{
	counted();
	return real_posix_memalign(out, align, n);
}

static void *count_aligned_alloc(size_t align, size_t n)
{
	counted();
	return real_aligned_alloc(align, n);
}

#define FUNCTION(f)                                                            \
	{                                                                      \
#f, (void **)&real_##f, (void *)count_##f                      \
	}

static const struct function {
	const char *name;
	void **real;
	void *counting;
} functions[] = {FUNCTION(malloc), FUNCTION(calloc), FUNCTION(realloc),
		 FUNCTION(posix_memalign), FUNCTION(aligned_alloc)};

enum { FUNCTIONS = sizeof(functions) / sizeof(functions[0]) };

/* ---- one object's table --------------------------------------------------- */

#if defined(__x86_64__)
enum { CALLED = R_X86_64_JUMP_SLOT, POINTED_TO = R_X86_64_GLOB_DAT };
#elif defined(__aarch64__)
enum { CALLED = R_AARCH64_JUMP_SLOT, POINTED_TO = R_AARCH64_GLOB_DAT };
#else
enum { CALLED = -1, POINTED_TO = -1 };
#endif

struct object {
	const ElfW(Sym) * symbols;
	const char *names;
	const ElfW(Rela) * tables[2]; /* relocations of calls, and of data */
	size_t bytes[2];
};

static struct object read_object(const struct dl_phdr_info *info)
{
	struct object o = {.symbols = NULL};
	const ElfW(Dyn) *d = NULL;

	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			d = (const void *)(info->dlpi_addr +
					   info->dlpi_phdr[i].p_vaddr);
	for (; d != NULL && d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_SYMTAB)
			o.symbols = (const void *)d->d_un.d_ptr;
		else if (d->d_tag == DT_STRTAB)
			o.names = (const void *)d->d_un.d_ptr;
		else if (d->d_tag == DT_JMPREL)
			o.tables[0] = (const void *)d->d_un.d_ptr;
		else if (d->d_tag == DT_PLTRELSZ)
			o.bytes[0] = d->d_un.d_val;
		else if (d->d_tag == DT_RELA)
			o.tables[1] = (const void *)d->d_un.d_ptr;
		else if (d->d_tag == DT_RELASZ)
			o.bytes[1] = d->d_un.d_val;
	}
	return o;
}

static void set_slot(void **slot, void *to)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t at = (uintptr_t)slot & ~(page - 1);

	REQUIRE_EQ(mprotect((void *)at, page, PROT_READ | PROT_WRITE), 0);
	*slot = to;
}

static void redirect_slot(const struct object *o, const ElfW(Rela) * r,
			  uintptr_t base)
{
	unsigned type = (unsigned)ELF64_R_TYPE(r->r_info);
	const char *name;

	if (type != (unsigned)CALLED && type != (unsigned)POINTED_TO)
		return;
	name = o->names + o->symbols[ELF64_R_SYM(r->r_info)].st_name;
	for (int i = 0; i < FUNCTIONS; i++)
		if (strcmp(name, functions[i].name) == 0)
			set_slot((void **)(base + r->r_offset),
				 functions[i].counting);
}

static int redirect_object(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct object o = read_object(info);

	(void)size;
	(void)arg;
	/* nobody has relocated the addresses in the kernel's vdso */
	if (strstr(info->dlpi_name, "vdso") != NULL || o.symbols == NULL)
		return 0;
	for (int k = 0; k < 2; k++)
		for (size_t i = 0; i < o.bytes[k] / sizeof(ElfW(Rela)); i++)
			redirect_slot(&o, &o.tables[k][i], info->dlpi_addr);
	return 0;
}

/* ---- all of them ---------------------------------------------------------- */

/*
 * Runs before there are threads: one that the runtime starts later may allocate
 * at any time.
 */
static __attribute__((constructor)) void find_real(void)
{
	for (int i = 0; i < FUNCTIONS; i++)
		*functions[i].real = dlsym(RTLD_DEFAULT, functions[i].name);
}

void allocs_begin(void)
{
	void *volatile probe;
	int64_t before;

	for (int i = 0; i < FUNCTIONS; i++)
		REQUIRE(*functions[i].real != NULL);
	dl_iterate_phdr(redirect_object, NULL);
	before = allocs();
	probe = malloc(1);
	free(probe);
	if (allocs() == before)
		skip("calls of malloc cannot be counted here");
}

int64_t allocs(void)
{
	return atomic_load_explicit(&calls, memory_order_relaxed);
}
