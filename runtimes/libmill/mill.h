/* mill.h - what the files of this adapter share. */
#ifndef ASSAY_MILL_H
#define ASSAY_MILL_H

#define MILL_USE_PREFIX
#include <libmill.h>

#include "kit/assay_kit.h"

/* libmill's deadlines are milliseconds of its own clock: rounded up. */
int64_t ml_deadline(int64_t deadline);

extern const struct assay_chan_ops ml_chan;

#endif
