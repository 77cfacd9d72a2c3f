/*
 * registry.h - the runner's registry with one case that is made up.
 */
#ifndef ASSAY_FUZZ_REGISTRY_H
#define ASSAY_FUZZ_REGISTRY_H

#include <stddef.h>
#include <stdint.h>

/*
 * Loads it from bytes in place of the two tables: behaviours.tsv, a NUL, and
 * uncovered.tsv.  They are cut where there is no more room.
 */
void fuzz_registry_load(const uint8_t *data, size_t size);
void fuzz_registry_free(void);

#endif
