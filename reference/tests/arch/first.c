/*
 * first.c - a stack that is given to a goroutine is not written to before that
 * runs: the one before it may still be on its way out on that stack.
 */
#include <string.h>

#include "arch.h"
#include "prog.h"

int main(void)
{
	static _Alignas(64) char stack[4096], before[4096];

	memset(stack, 0xa5, sizeof(stack));
	memcpy(before, stack, sizeof(stack));
	for (size_t below = 0; below < 256; below += 16)
		CHECK(arch_first_frame(stack + sizeof(stack) - below));
	CHECK(memcmp(stack, before, sizeof(stack)) == 0);
	return check_failed;
}
