/*
 * traceflight.c - see traceflight.h.
 */
#include "diag/traceflight.h"

#include "base/text.h"
#include "goro_trace.h"

uint32_t goro__traceflight_needs(void)
{
	return UINT32_MAX;
}

bool goro_flight_enabled(void)
{
	return false;
}
