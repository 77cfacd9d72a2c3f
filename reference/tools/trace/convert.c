/*
 * convert.c - see convert.h.
 */
#include "convert.h"

#include <stdio.h>

#include "assay.h"
#include "json.h"

int assay_trace_convert(const char *path, const char *out)
{
	static const int status[] = {[TR_WHOLE] = ASSAY_OK,
				     [TR_CUT_OFF] = ASSAY_EOF,
				     [TR_BROKEN] = ASSAY_EINVAL};
	char error[160];
	FILE *in = path && out ? fopen(path, "rb") : NULL;
	FILE *f = in ? fopen(out, "w") : NULL;
	int result = ASSAY_EINVAL;

	if (f) {
		result = status[tr_read_file(in, tr_json, f, error)];
		if (*error)
			fprintf(stderr, "convert: %s: %s\n", path, error);
		if (fclose(f))
			result = ASSAY_EINVAL;
	}
	if (in)
		fclose(in);
	return result;
}
