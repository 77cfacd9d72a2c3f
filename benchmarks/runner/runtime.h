/* runtime.h - loads the runtime that is measured. */
#ifndef ASSAY_BENCH_RUNTIME_H
#define ASSAY_BENCH_RUNTIME_H

#include <assay.h>

/*
 * Loads the shared object and fills rt (../workloads/workload.h).  A name
 * without a slash stands for runtimes/NAME.so beside this program.  Returns
 * the runtime's run; a runtime that cannot be used is a line on stderr and
 * the status 2.
 */
typedef int (*runtime_run)(assay_fn fn, void *arg,
			   const struct assay_run_options *options);
runtime_run runtime_load(const char *name);

/* The path of a file beside this program; the caller frees it. */
char *beside(const char *directory, const char *name, const char *suffix);

#endif
