/*
 * convert.h - the contract's trace->convert, for any runtime with such traces.
 */
#ifndef GORO_TRACE_CONVERT_H
#define GORO_TRACE_CONVERT_H

/* See abi/assay.h. */
int assay_trace_convert(const char *path, const char *out);

#endif
