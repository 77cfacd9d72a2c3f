/* digest.h - tells whether two runs had the same suite and runtime. */
#ifndef ASSAY_DIGEST_H
#define ASSAY_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_NONE UINT64_C(0xcbf29ce484222325) /* of no bytes */

/* Returns the digest of what `digest` is of, and of n bytes that follow. */
uint64_t digest_add(uint64_t digest, const void *bytes, size_t n);

/*
 * Returns a digest as 16 hexadecimal digits, which the caller owns.  They find
 * a mistake, not a forger.
 */
char *digest_text(uint64_t digest);

/* The same of a file's content; "" if it cannot be read. */
char *digest_of_file(const char *path);

/*
 * The same of the cases, their kit, the contract, the behaviours and the
 * runner, made by the build.
 */
extern const char suite_digest[];

#endif
