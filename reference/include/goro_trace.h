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
 *	           goro_trace_region_end goro_trace_log goro_recorder_enabled
 *	call:      goro_trace_start goro_trace_start_fd goro_trace_stop
 *	           goro_recorder_start goro_recorder_stop goro_recorder_write
 *	           goro_recorder_write_fd
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
/*
 * Ends the trace: the file is whole when this returns.  Without one: nothing.
 * Blocks as long as a pipe's reader is slow.  Where main returns, or the process
 * ends, in the middle of a trace, it is written as well; but then a reader that
 * takes less than 64 KiB in a second loses the rest.
 */
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

/*
 * The flight recorder keeps the last seconds of a trace in memory, to be written
 * when something has gone wrong.  It works beside a trace, too.
 *
 * GORO_FLIGHT=FILE in the environment turns it on for a whole run.  FILE, in
 * which %p is the number of the process, is written when the program dies of a
 * panic or a fatal error, and at each SIGUSR2, unless the program has a handler
 * for that.
 */
struct goro_recorder_config {
	size_t size;      /* sizeof(struct goro_recorder_config) */
	int64_t min_age;  /* what a snapshot is to reach back, ns; 0: 10 s */
	size_t max_bytes; /* of events, if that is less; 0: 10 MiB */
};

/* Turns it on; NULL: by default.  EBUSY: it is on, ENOMEM. */
GORO_API int goro_recorder_start(const struct goro_recorder_config *config);
/* Turns it off; waits until a snapshot that is under way is written. */
GORO_API void goro_recorder_stop(void);
/* True from start to stop. */
GORO_API bool goro_recorder_enabled(void);
/*
 * Writes a snapshot, a trace of its own, up to now.  Blocks as long as that
 * takes.  EINVAL: the recorder is off, or the file cannot be written to its end;
 * WRITING: another snapshot is being written.
 */
GORO_API int goro_recorder_write(const char *path);
GORO_API int goro_recorder_write_fd(int fd);

#ifdef __cplusplus
}
#endif

#endif
