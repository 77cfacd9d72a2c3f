/* digest.c - see digest.h.  The hash is FNV-1a of 64 bits. */
#include "digest.h"

#include <inttypes.h>
#include <stdio.h>

#include "util.h"

uint64_t digest_add(uint64_t digest, const void *bytes, size_t n)
{
	const unsigned char *at = bytes;

	while (n-- > 0)
		digest = (digest ^ *at++) * UINT64_C(0x100000001b3);
	return digest;
}

char *digest_text(uint64_t digest)
{
	return text_of("%016" PRIx64, digest);
}

char *digest_of_file(const char *path)
{
	FILE *f = fopen(path, "re");
	uint64_t digest = DIGEST_NONE;
	unsigned char block[1 << 16];
	size_t n;

	if (f == NULL)
		return copy_text("");
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		digest = digest_add(digest, block, n);
	fclose(f);
	return digest_text(digest);
}
