/*
 * mem.c - a look at memory that may not be there.
 *
 * The kernel is asked by a futex: a wait for a value that the word does not
 * have ends at once, with EFAULT if there is no word.  If it happens to have
 * that value, the wait of no time ends too.  Rejected: process_vm_readv(),
 * which filters of system calls refuse; rt_sigprocmask(), whose pointer an
 * emulator does not look at; a handler of SIGSEGV, which is the program's.
 */
#include "diag/mem.h"

#include "base/sys.h"
#include "base/text.h"

#define PAGE ((uintptr_t)4096) /* or more: then some are asked for twice */
#define UNLIKELY_VALUE UINT32_C(0x5ca1ab1e)

static bool page_is_there(uintptr_t page)
{
	int e = errno;
	bool fault;

	fault = sys_futex_wait((const void *)page, UNLIKELY_VALUE, 0) != 0 &&
		errno == EFAULT;
	errno = e;
	return !fault;
}

bool goro__mem_has(struct mem *m, uintptr_t at, size_t n)
{
	uintptr_t end;

	if (at >= m->lo && at < m->hi && n <= m->hi - at)
		return true;
	if (__builtin_add_overflow(at, n, &end) || at < PAGE)
		return false;
	for (uintptr_t p = at & ~(PAGE - 1); p < end; p += PAGE) {
		if (p == m->page)
			continue;
		if (!page_is_there(p))
			return false;
		m->page = p;
	}
	return true;
}

/*
 * The next two are not looked at by AddressSanitizer: they read the frames of
 * others, and these have places that their functions may not use.
 */
__attribute__((no_sanitize("address"))) bool
goro__mem_copy(struct mem *m, uintptr_t at, void *to, size_t n)
{
	if (!goro__mem_has(m, at, n))
		return false;
	for (size_t i = 0; i < n; i++)
		((volatile uint8_t *)to)[i] = ((const volatile uint8_t *)at)[i];
	return true;
}

__attribute__((no_sanitize("address"))) bool
goro__mem_read(struct mem *m, uintptr_t at, size_t n, uint64_t *to)
{
	uint64_t v = 0;

	if (n == sizeof(v) && at % sizeof(v) == 0) {
		if (!goro__mem_has(m, at, n))
			return false;
		*to = *(const volatile uint64_t *)at;
		return true;
	}
	if (!goro__mem_copy(m, at, &v, n))
		return false;
	*to = v; /* little-endian, as both machines are */
	return true;
}
