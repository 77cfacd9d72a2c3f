/* map.c - the concurrent map. */
#include "_cgo_export.h"

static assay_map *make(void)
{
	return (assay_map *)goMapNew();
}

static void map_free(assay_map *m)
{
	if (m)
		goMapFree((uintptr_t)m);
}

static bool load(assay_map *m, uint64_t key, void **value)
{
	void *ignored;

	return m && goMapLoad((uintptr_t)m, key, value ? value : &ignored);
}

static int store(assay_map *m, uint64_t key, void *value)
{
	if (!m)
		return ASSAY_EINVAL;
	goMapStore((uintptr_t)m, key, value);
	return ASSAY_OK;
}

static bool load_or_store(assay_map *m, uint64_t key, void *value,
			  void **actual)
{
	void *ignored;

	return m && goMapLoadOrStore((uintptr_t)m, key, value,
				     actual ? actual : &ignored);
}

static bool load_and_delete(assay_map *m, uint64_t key, void **value)
{
	void *ignored;

	return m &&
	       goMapLoadAndDelete((uintptr_t)m, key, value ? value : &ignored);
}

static void delete_(assay_map *m, uint64_t key)
{
	load_and_delete(m, key, NULL);
}

static void range(assay_map *m, visit_fn fn, void *arg)
{
	if (m && fn)
		goMapRange((uintptr_t)m, fn, arg);
}

/* Not constant: see assay_go_map_120() and assay_go_map_123(). */
struct assay_map_ops assay_go_map = {
	.size = sizeof(assay_go_map),
	.make = make,
	.free = map_free,
	.load = load,
	.store = store,
	.load_or_store = load_or_store,
	.load_and_delete = load_and_delete,
	.delete_ = delete_,
	.range = range,
};
