/*
 * corners.c - shapes that the main cases of their rows leave out: the other side
 * of a pair, a second call, many where two are usual.
 */
#include "kit/sync_kit.h"
#include "lib/group.h"

CASE_OF(CX_017, equal, "a deadline that is the parent's is one of its own",
	NEEDS(NEED_CX, NEED_DEADLINE, NEED_EXT(context, name)))
{
	int64_t at = in(HOUR);
	assay_context *p = with_deadline(background(), at, 0),
		      *c = with_deadline(p, at, 0),
		      *later = with_deadline(p, at + 1, 0);
	char name[512];
	const char *first;

	ext->context->name(c, name, sizeof(name));
	first = strstr(name, ".WithDeadline(");
	CHECK(first && strstr(first + 1, ".WithDeadline("));
	ext->context->name(later, name, sizeof(name));
	CHECK(strstr(name, "].WithCancel") || strstr(name, ").WithCancel"));
	free_context(later);
	free_context(c);
	free_context(p);
}
