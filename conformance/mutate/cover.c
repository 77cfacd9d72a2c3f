/*
 * cover.c - notes which blocks of goro's code have run, for reach.py.
 *
 * The compiler calls __sanitizer_cov_trace_pc() in each block.  The notes are
 * in a file that all processes of a case share, so they outlive each of them,
 * however it ends.  The code is marked as the runtime's own: it is called from
 * there, and no signal may stop a goroutine in it.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/text.h"

#define SIZE ((uintptr_t)1 << 23) /* more than goro has of code */

extern const char base[] __asm__("__ehdr_start")
	__attribute__((visibility("hidden")));

static unsigned char *ran; /* a byte for each address behind base */

void __sanitizer_cov_trace_pc(void);

void __sanitizer_cov_trace_pc(void)
{
	uintptr_t at = (uintptr_t)__builtin_return_address(0) - (uintptr_t)base;

	if (ran && at < SIZE && !ran[at])
		ran[at] = 1;
}

__attribute__((constructor)) static void begin(void)
{
	const char *name = getenv("ASSAY_COVER");
	int fd = name ? open(name, O_RDWR | O_CLOEXEC) : -1;
	void *map = fd < 0 ? MAP_FAILED
			   : mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
				  MAP_SHARED, fd, 0);

	if (map != MAP_FAILED)
		ran = map;
}
