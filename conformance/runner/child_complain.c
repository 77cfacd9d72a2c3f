/* child_complain.c - the message of a child that cannot go on. */
#include <stdarg.h>
#include <stdio.h>

#include "child_internal.h"

void child_complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}
