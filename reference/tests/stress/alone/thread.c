/*
 * thread.c - for the races without the rest of goro: no thread is an M.
 */
#include "sched/types.h"

#include <stdlib.h>

_Thread_local struct m *goro__tls_m
	__attribute__((tls_model("initial-exec"), used));

_Noreturn void goro__lock_overwritten(void)
{
	abort();
}
