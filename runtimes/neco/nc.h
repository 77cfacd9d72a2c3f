/* nc.h - what the files of this adapter share. */
#ifndef NC_H
#define NC_H

#include <neco.h>

#include "kit/assay_kit.h"

/* The status of an operation that neco has ended with this code. */
int nc_status(int code, int64_t deadline);

extern const struct assay_chan_ops nc_chan;
extern struct assay_sync_ops nc_sync;

/* Fills in nc_sync. */
void nc_sync_init(void);

#endif
