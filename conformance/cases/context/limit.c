/*
 * limit.c - a deadline is never beyond those above it, whatever lies between
 * (CX-034, see also CX-009).
 */
#include "lib/group.h"

#define NEED_LIMITS                                                            \
	NEED_WITH_CONTEXT, NEED_TIMEOUT, NEED_DEADLINE, NEED_VALUE, NEED_CAUSE

/* What lies between parent and child: v a value, c a cancel, g a group. */
static const char *const layers[] = {"",   "v",   "vv",  "c",   "g",
				     "cv", "vcv", "gvc", "vgv", "vvvvcvvvv"};

#define LAYERS (sizeof(layers) / sizeof(layers[0]))
#define DEEPEST 10

struct stack {
	assay_context *c[DEEPEST];
	assay_group *g[DEEPEST];
	int n;
};

/* Puts the layers on top; the uppermost of them, or parent. */
static assay_context *lay(struct stack *s, const char *kinds,
			  assay_context *parent)
{
	*s = (struct stack){.n = 0};
	for (; *kinds != '\0'; kinds++) {
		assay_context **c = &s->c[s->n];

		if (*kinds == 'g')
			REQUIRE_EQ(ext->group->with_context(parent, &s->g[s->n],
							    c),
				   ASSAY_OK);
		else
			*c = *kinds == 'v' ? with_value(parent, 1, 1, "v")
					   : with_cancel(parent);
		parent = *c;
		s->n++;
	}
	return parent;
}

static void take_down(struct stack *s)
{
	while (s->n-- > 0) {
		if (s->g[s->n] != NULL) {
			CHECK_EQ(wait_all(s->g[s->n]), 0);
			free_group(s->g[s->n]);
		}
		free_context(s->c[s->n]);
	}
}

static void deadline_is(assay_context *c, int64_t at)
{
	int64_t told = 0;

	CHECK(ext->context->deadline(c, &told));
	CHECK_EQ(told, at);
}

/* The children ask for more, by time and by deadline, and a little less. */
static void children_of(assay_context *top, assay_context **c, int64_t at)
{
	c[0] = with_timeout(top, at - now() + 5 * SEC, ERR_A);
	c[1] = with_deadline(top, at + HOUR, ERR_B);
	c[2] = with_deadline(c[1], at - MS, ERR_C);
	deadline_is(c[0], at);
	deadline_is(c[1], at);
	deadline_is(c[2], at - MS);
}

CASE(CX_034, "a child's deadline is never beyond its parent's",
     NEEDS(NEED_LIMITS))
{
	assay_context *parent[LAYERS], *c[LAYERS][3];
	struct stack s[LAYERS];
	int64_t at = in(20 * MS);

	for (size_t i = 0; i < LAYERS; i++) {
		parent[i] = with_deadline(background(), at, 0);
		children_of(lay(&s[i], layers[i], parent[i]), c[i], at);
	}
	for (size_t i = 0; i < LAYERS; i++) {
		for (int k = 0; k < 2; k++) {
			wait_done(c[i][k]);
			CHECK_GE(now(), at);
			CHECK_LT(now(), at + upto(2 * SEC));
			CHECK_ENDED(c[i][k], ASSAY_DEADLINE);
			CHECK_EQ(cause_of(c[i][k]), ASSAY_DEADLINE);
		}
		wait_done(c[i][2]);
		CHECK_ENDED(c[i][2], ASSAY_DEADLINE);
		for (int k = 2; k >= 0; k--)
			free_context(c[i][k]);
		take_down(&s[i]);
		free_context(parent[i]);
	}
}

CASE_OF(CX_034, cancel, "it ends early with its parent, and tells as before",
	NEEDS(NEED_LIMITS))
{
	for (size_t i = 0; i < LAYERS; i++) {
		int64_t at = in(HOUR);
		assay_context *parent = with_deadline(background(), at, 0);
		assay_context *c[3];
		struct stack s;

		children_of(lay(&s, layers[i], parent), c, at);
		CHECK_ALIVE(c[2]);
		cancel(parent);
		for (int k = 2; k >= 0; k--) {
			CHECK_ENDED(c[k], ASSAY_CANCELED);
			CHECK_EQ(cause_of(c[k]), ASSAY_CANCELED);
			deadline_is(c[k], k == 2 ? at - MS : at);
			free_context(c[k]);
		}
		take_down(&s);
		free_context(parent);
	}
}

CASE_OF(CX_034, late, "a child of one that has ended has its deadline, too",
	NEEDS(NEED_LIMITS))
{
	for (size_t i = 0; i < LAYERS; i++) {
		int64_t at = now() - 1;
		assay_context *parent = with_deadline(background(), at, 0);
		assay_context *c[3];
		struct stack s;

		children_of(lay(&s, layers[i], parent), c, at);
		for (int k = 2; k >= 0; k--) {
			CHECK_ENDED(c[k], ASSAY_DEADLINE);
			free_context(c[k]);
		}
		take_down(&s);
		free_context(parent);
	}
}
