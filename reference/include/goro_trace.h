/*
 * goro_trace.h - the execution trace: what goroutines and Ps did, and when.
 *
 * The file is in Go's own format (that of Go 1.26):
 *
 *	go tool trace FILE              the viewer
 *	go tool trace -d=parsed FILE    every event
 *	goro-trace FILE                 statistics; also JSON for Perfetto
 *
 * GORO_TRACE=FILE in the environment traces a whole run; %p in FILE is the
 * number of the process.
 *
 * Who may call what (goro.h has the words):
 *
 *	anywhere:  goro_trace_enabled goro_trace_task_begin
 *	           goro_trace_task_end goro_trace_region_begin
 *	           goro_trace_region_end goro_trace_log goro_flight_enabled
 *	call:      goro_trace_start goro_trace_start_fd goro_trace_stop
 */
#ifndef GORO_TRACE_H
#define GORO_TRACE_H

#include "goro.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Begins a trace into the file at path, which is made or emptied.  Stops the
 * world for a moment.  EBUSY: there is one already, EINVAL: the file cannot be
 * opened, ENOMEM.
 */
GORO_API int goro_trace_start(const char *path);
/* The same for a descriptor, which stays open after the trace. */
GORO_API int goro_trace_start_fd(int fd);
/* Ends the trace: the file is whole when this returns.  Without one: nothing. */
GORO_API void goro_trace_stop(void);
/* True from start to stop. */
GORO_API bool goro_trace_enabled(void);

/*
 * Tasks, regions and logs show in a trace what the program does.  They say it
 * on goroutines; elsewhere, and without a trace, they do nothing.  A reader
 * takes 1024 bytes of a text.
 *
 * A task is something that many goroutines may work at, until it ends.  Returns
 * its number, also without a trace; parent is that of the task that it is a part
 * of, 0 if there is none.  What ends a second time has ended already.
 */
GORO_API uint64_t goro_trace_task_begin(uint64_t parent, const char *name);
GORO_API void goro_trace_task_end(uint64_t task);
/*
 * A region is a part of a goroutine's time, perhaps for a task (else 0).  The
 * goroutine itself ends it, with the same task and name, and after the regions
 * that began in it: else the trace cannot be read.
 */
GORO_API void goro_trace_region_begin(uint64_t task, const char *name);
GORO_API void goro_trace_region_end(uint64_t task, const char *name);
/* Shows a message at this point in time, perhaps of a task (else 0). */
GORO_API void goro_trace_log(uint64_t task, const char *category,
			     const char *message);

/* True while the flight recorder is on. */
GORO_API bool goro_flight_enabled(void);

#ifdef __cplusplus
}
#endif

#endif
