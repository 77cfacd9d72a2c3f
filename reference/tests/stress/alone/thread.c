/*
 * thread.c - for the races without the rest of goro: no report is made.
 */
#include <stdlib.h>

#include "base/lock.h"

void (*const goro__lock_overwritten)(void) = abort;
