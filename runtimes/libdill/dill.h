/* dill.h - what the files of this adapter share. */
#ifndef ASSAY_DILL_H
#define ASSAY_DILL_H

#define DILL_DISABLE_RAW_NAMES
#include <libdill.h>

#include "kit/assay_kit.h"

/* libdill's deadlines are milliseconds of its own clock: rounded up. */
int64_t dl_deadline(int64_t deadline);

extern const struct assay_chan_ops dl_chan;

#endif
