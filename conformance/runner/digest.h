/* digest.h - tells whether two runs had the same suite and runtime. */
#ifndef ASSAY_DIGEST_H
#define ASSAY_DIGEST_H

/*
 * Returns 16 hexadecimal digits of a file's content, "" if it cannot be read;
 * the caller owns them.  They find a mistake, not a forger.
 */
char *digest_of_file(const char *path);

/*
 * The same of the cases, their kit, the contract, the behaviours and the
 * runner, made by the build.
 */
extern const char suite_digest[];

#endif
