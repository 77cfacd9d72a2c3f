/* map.h - words over the concurrent map. */
#ifndef ASSAY_CASES_WG_MAP_H
#define ASSAY_CASES_WG_MAP_H

#include "kit/sync_kit.h"

#define NEED_MAP                                                               \
	NEED_EXT(map, make), NEED_EXT(map, free), NEED_EXT(map, load),         \
		NEED_EXT(map, store), NEED_EXT(map, load_or_store),            \
		NEED_EXT(map, load_and_delete), NEED_EXT(map, delete_),        \
		NEED_EXT(map, swap), NEED_EXT(map, compare_and_swap),          \
		NEED_EXT(map, compare_and_delete), NEED_EXT(map, range),       \
		NEED_EXT(map, clear)

static inline assay_map *map(void)
{
	assay_map *m = ext->map->make();

	REQUIRE(m != NULL);
	return m;
}

static inline void *word(uint64_t n)
{
	return (void *)(uintptr_t)n;
}

static inline void store(assay_map *m, uint64_t key, void *value)
{
	REQUIRE_EQ(ext->map->store(m, key, value), ASSAY_OK);
}

#endif
