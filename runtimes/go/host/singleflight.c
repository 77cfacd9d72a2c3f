//go:build singleflight

/* singleflight.c - golang.org/x/sync/singleflight. */
#include "_cgo_export.h"

static assay_flight *flight_make(void)
{
	return (assay_flight *)goFlightNew();
}

static int flight_do_(assay_flight *f, const char *key, assay_call call,
		      void *arg, void **value, bool *shared)
{
	void *no_value;
	bool no_shared;

	if (!f || !key || !call)
		return ASSAY_EINVAL;
	return goFlightDo((uintptr_t)f, (char *)key, call, arg,
			  value ? value : &no_value,
			  shared ? shared : &no_shared);
}

static assay_chan *flight_do_chan(assay_flight *f, const char *key,
				  assay_call call, void *arg)
{
	if (!f || !key || !call)
		return NULL;
	return (assay_chan *)goFlightDoChan((uintptr_t)f, (char *)key, call,
					    arg);
}

static void flight_forget(assay_flight *f, const char *key)
{
	if (f && key)
		goFlightForget((uintptr_t)f, (char *)key);
}

static void flight_free(assay_flight *f)
{
	if (f)
		goFlightFree((uintptr_t)f);
}

const struct assay_flight_ops assay_go_flight = {sizeof(assay_go_flight),
						 ASSAY_FLIGHT_FN(ASSAY_ENTRY)};
