//go:build go1.25

/* version_recorder.c - the flight recorder, since Go 1.25. */
#include "_cgo_export.h"

static int recorder_write(const char *path, uint64_t *bytes)
{
	return path ? goRecorderWrite((char *)path, bytes) : ASSAY_EINVAL;
}

const struct assay_recorder_ops assay_go_recorder = {
	.size = sizeof(assay_go_recorder),
	.start = goRecorderStart,
	.stop = goRecorderStop,
	.enabled = goRecorderEnabled,
	.write = recorder_write,
};
