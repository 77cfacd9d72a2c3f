/*
 * cx.h - words over the second table's contexts, for all that takes one.
 */
#ifndef ASSAY_CASES_CX_H
#define ASSAY_CASES_CX_H

#include "kit/sync_kit.h"

/* What the words of this file call, but for the makers and cause_of. */
#define NEED_CX                                                                \
	NEED_EXT(context, background), NEED_EXT(context, with_cancel),         \
		NEED_EXT(context, cancel), NEED_EXT(context, free),            \
		NEED_EXT(context, err), NEED_EXT(context, done)
#define NEED_TIMEOUT NEED_EXT(context, with_timeout)
#define NEED_DEADLINE                                                          \
	NEED_EXT(context, with_deadline), NEED_EXT(context, deadline)
#define NEED_VALUE NEED_EXT(context, with_value), NEED_EXT(context, value)
#define NEED_CAUSE NEED_EXT(context, cause)

#define HOUR (3600 * SEC)

/* Errors that a case makes up. */
enum {
	ERR_A = ASSAY_ERROR_USER + 1,
	ERR_B = ASSAY_ERROR_USER + 2,
	ERR_C = INT32_MAX
};

static inline assay_context *background(void)
{
	return ext->context->background();
}

static inline assay_context *with_cancel(assay_context *parent)
{
	assay_context *c = NULL;

	REQUIRE_EQ(ext->context->with_cancel(parent, &c), ASSAY_OK);
	REQUIRE(c != NULL);
	return c;
}

/* cause 0: none of its own. */
static inline assay_context *with_timeout(assay_context *parent, int64_t ns,
					  int cause)
{
	assay_context *c = NULL;

	REQUIRE_EQ(ext->context->with_timeout(parent, ns, cause, &c), ASSAY_OK);
	REQUIRE(c != NULL);
	return c;
}

static inline assay_context *with_deadline(assay_context *parent, int64_t at,
					   int cause)
{
	assay_context *c = NULL;

	REQUIRE_EQ(ext->context->with_deadline(parent, at, cause, &c),
		   ASSAY_OK);
	REQUIRE(c != NULL);
	return c;
}

static inline struct assay_key key_of(uint64_t type, uint64_t value)
{
	return (struct assay_key){.type = type, .value = value};
}

static inline assay_context *with_value(assay_context *parent, uint64_t type,
					uint64_t number, const void *value)
{
	assay_context *c = NULL;

	REQUIRE_EQ(ext->context->with_value(parent, key_of(type, number),
					    (void *)(uintptr_t)value, &c),
		   ASSAY_OK);
	REQUIRE(c != NULL);
	return c;
}

static inline const void *value_of(assay_context *c, uint64_t type,
				   uint64_t number)
{
	return ext->context->value(c, key_of(type, number));
}

static inline void cancel_cause(assay_context *c, int cause)
{
	REQUIRE_EQ(ext->context->cancel(c, cause), ASSAY_OK);
}

static inline void cancel(assay_context *c)
{
	cancel_cause(c, 0);
}

static inline void free_context(assay_context *c)
{
	ext->context->free(c);
}

static inline int err_of(assay_context *c)
{
	return ext->context->err(c);
}

static inline int cause_of(assay_context *c)
{
	return ext->context->cause(c);
}

static inline assay_chan *done_of(assay_context *c)
{
	return ext->context->done(c);
}

static inline bool is_done(assay_context *c)
{
	int status = try_recv(done_of(c), NULL);

	REQUIRE_EITHER(status, ASSAY_CLOSED, ASSAY_AGAIN);
	return status == ASSAY_CLOSED;
}

/* Blocks until the context has ended. */
static inline void wait_done(assay_context *c)
{
	CHECK_EQ(rt->chan->recv(done_of(c), NULL, ASSAY_FOREVER), ASSAY_CLOSED);
}

/* done and err at once: the macros keep the caller's line. */
#define CHECK_ALIVE(c)                                                         \
	do {                                                                   \
		CHECK_EQ(err_of(c), 0);                                        \
		CHECK(!is_done(c));                                            \
	} while (0)

#define CHECK_ENDED(c, error)                                                  \
	do {                                                                   \
		CHECK_EQ(err_of(c), error);                                    \
		CHECK(is_done(c));                                             \
	} while (0)

/* Waits until only n goroutines are left, at most 10 s; how many there are. */
static inline int64_t left_of(int64_t n)
{
	int64_t end = in(10 * SEC), live;

	while ((live = rt->inspect->num_goroutine()) > n && now() < end)
		sleep_ns(MS);
	return live;
}

#endif
