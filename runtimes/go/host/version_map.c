//go:build go1.20

/* version_map.c - what the concurrent map can do since Go 1.20. */
#include "_cgo_export.h"

static bool swap(assay_map *m, uint64_t key, void *value, void **previous)
{
	void *ignored;

	return m && goMapSwap((uintptr_t)m, key, value,
			      previous ? previous : &ignored);
}

static bool compare_and_swap(assay_map *m, uint64_t key, void *old, void *value)
{
	return m && goMapCompareAndSwap((uintptr_t)m, key, old, value);
}

static bool compare_and_delete(assay_map *m, uint64_t key, void *old)
{
	return m && goMapCompareAndDelete((uintptr_t)m, key, old);
}

void assay_go_map_120(void)
{
	assay_go_map.swap = swap;
	assay_go_map.compare_and_swap = compare_and_swap;
	assay_go_map.compare_and_delete = compare_and_delete;
}
