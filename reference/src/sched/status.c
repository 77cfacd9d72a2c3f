/*
 * status.c - what the statuses say.
 */
#include <goro.h>

#include "base/text.h"

const char *goro_status_text(int status)
{
	switch (status) {
#define TEXT(name, value, text, meaning)                                       \
	case value:                                                            \
		return text;
		GORO_STATUS_MAP(TEXT)
#undef TEXT
	default:
		return "unknown status";
	}
}
