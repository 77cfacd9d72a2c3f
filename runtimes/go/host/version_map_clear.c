//go:build go1.23

/* version_map_clear.c - the concurrent map can be cleared since Go 1.23. */
#include "_cgo_export.h"

static void clear(assay_map *m)
{
	if (m)
		goMapClear((uintptr_t)m);
}

void assay_go_map_123(void)
{
	assay_go_map.clear = clear;
}
