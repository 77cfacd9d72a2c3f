/*
 * handles.h - includes the contract with goro's types as its handles.  A handle
 * points to what only the runtime knows.  Here the contract's handles get the
 * names of goro's types, so that goro's functions have the types of the
 * contract's and can stand in the tables as they are.
 */
#ifndef GORO_HANDLES_H
#define GORO_HANDLES_H

#define assay_chan goro_chan
#define assay_timer goro_timer
#define assay_ticker goro_ticker
#define assay_pool goro_pool
#define assay_conn goro_conn
#define assay_listener goro_listener
#define assay_context goro_context
#define assay_group goro_group
#define assay_semaphore goro_semaphore
#define assay_flight goro_flight
#define assay_limiter goro_limiter
#define assay_reservation goro_reservation
#define assay_bucket goro_bucket
#define assay_sometimes goro_sometimes
#define assay_lazy goro_lazy
#define assay_map goro_map
#define assay_after goro_hook

#include <assay_fn.h>
#include <goro_debug.h>
#include <goro_ext.h>
#include <goro_net.h>
#include <goro_trace.h>

#include "convert.h"

#define SAME(a, b) _Static_assert((int)(a) == (int)(b), #a " is not " #b)

extern const struct assay_sync_ops goro_adapter_sync;

#endif
