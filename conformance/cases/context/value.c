/*
 * value.c - values, names and wrong arguments of contexts (CX-014 to
 * CX-017, CX-023, CX-024, CX-027).
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <time.h>

#include "cx.h"
#include "deadlock/dl.h"

/* ---- CX-014: values ---------------------------------------------------------- */

static const char a[] = "a", b[] = "b", c[] = "c", d[] = "d";

CASE(CX_014, "a value is found along the chain, the nearest wins",
     .flags = CASE_VALGRIND, NEEDS(NEED_CX, NEED_VALUE, NEED_TIMEOUT))
{
	assay_context *one = with_value(background(), 1, 7, a);
	assay_context *two = with_value(one, 1, 8, b);
	assay_context *plain = with_cancel(two);
	assay_context *three = with_value(plain, 1, 7, c);
	assay_context *timed = with_timeout(three, HOUR, 0);
	assay_context *other = with_value(one, 1, 8, d);

	CHECK_PTR(value_of(one, 1, 7), ==, a);
	CHECK_PTR(value_of(one, 1, 8), ==, NULL);
	CHECK_PTR(value_of(two, 1, 7), ==, a);
	CHECK_PTR(value_of(two, 1, 8), ==, b);
	CHECK_PTR(value_of(plain, 1, 7), ==, a);
	CHECK_PTR(value_of(timed, 1, 7), ==, c);
	CHECK_PTR(value_of(timed, 1, 8), ==, b);
	CHECK_PTR(value_of(timed, 1, 9), ==, NULL);
	CHECK_PTR(value_of(other, 1, 8), ==, d);
	CHECK_PTR(value_of(other, 1, 7), ==, a);
	CHECK_PTR(value_of(background(), 1, 7), ==, NULL);
	cancel(plain);
	CHECK_PTR(value_of(timed, 1, 7), ==, c);
	CHECK_PTR(value_of(plain, 1, 8), ==, b);
	free_context(one);
	CHECK_PTR(value_of(timed, 1, 8), ==, b);
	CHECK_PTR(value_of(two, 1, 7), ==, a);
	free_context(two);
	free_context(plain);
	free_context(three);
	free_context(timed);
	free_context(other);
}

CASE_OF(CX_014, types, "keys of two types with one number do not collide",
	NEEDS(NEED_CX, NEED_VALUE))
{
	assay_context *one = with_value(background(), 1, 7, a);
	assay_context *two = with_value(one, 2, 7, b);
	assay_context *big = with_value(two, 1, UINT64_C(7) << 32, c);
	assay_context *far = with_value(big, UINT64_C(1) << 32 | 1, 7, d);

	CHECK_PTR(value_of(one, 2, 7), ==, NULL);
	CHECK_PTR(value_of(far, 1, 7), ==, a);
	CHECK_PTR(value_of(far, 2, 7), ==, b);
	CHECK_PTR(value_of(far, 3, 7), ==, NULL);
	CHECK_PTR(value_of(far, 7, 1), ==, NULL);
	CHECK_PTR(value_of(far, 1, UINT64_C(7) << 32), ==, c);
	CHECK_PTR(value_of(far, 2, UINT64_C(7) << 32), ==, NULL);
	CHECK_PTR(value_of(far, UINT64_C(1) << 32 | 1, 7), ==, d);
	CHECK_PTR(value_of(far, 0, 7), ==, NULL);
	free_context(one);
	free_context(two);
	free_context(big);
	free_context(far);
}

CASE_OF(CX_014, shadow, "a NULL value hides the one above",
	NEEDS(NEED_CX, NEED_VALUE))
{
	assay_context *one = with_value(background(), 1, 0, a);
	assay_context *two = with_value(one, 1, 0, NULL);

	CHECK_PTR(value_of(one, 1, 0), ==, a);
	CHECK_PTR(value_of(two, 1, 0), ==, NULL);
	free_context(two);
	free_context(one);
}

CASE_OF(CX_014, many, "each of many values is found",
	NEEDS(NEED_CX, NEED_VALUE))
{
	enum { DEPTH = 300 };
	static const char values[DEPTH];
	assay_context *chain[DEPTH];

	for (int i = 0; i < DEPTH; i++)
		chain[i] = with_value(i == 0 ? background() : chain[i - 1],
				      1 + (uint64_t)i % 3, (uint64_t)i / 3,
				      &values[i]);
	for (int i = 0; i < DEPTH; i++) {
		CHECK_PTR(value_of(chain[DEPTH - 1], 1 + (uint64_t)i % 3,
				   (uint64_t)i / 3),
			  ==, &values[i]);
		CHECK(i == 0 || value_of(chain[i - 1], 1 + (uint64_t)i % 3,
					 (uint64_t)i / 3) == NULL);
	}
	for (int i = 0; i < DEPTH; i++)
		free_context(chain[i]);
}

/* ---- CX-015, CX-016: what Go panics for ---------------------------------------- */

static int value_status(assay_context *parent, uint64_t type)
{
	assay_context *out = NULL;
	int status = ext->context->with_value(parent, key_of(type, 1),
					      (void *)(uintptr_t)a, &out);

	CHECK_PTR(out, ==, NULL);
	return status;
}

CASE(CX_015, "a nil key and one that cannot be compared are refused",
     NEEDS(NEED_CX, NEED_VALUE))
{
	assay_context *parent = with_cancel(background());

	CHECK_EQ(value_status(background(), ASSAY_KEY_NIL), ASSAY_CTX_NIL_KEY);
	CHECK_EQ(value_status(parent, ASSAY_KEY_NIL), ASSAY_CTX_NIL_KEY);
	CHECK_EQ(value_status(parent, ASSAY_KEY_INCOMPARABLE),
		 ASSAY_CTX_BAD_KEY);
	CHECK(assay_status_is_panic(ASSAY_CTX_BAD_KEY));
	CHECK_ALIVE(parent);
	free_context(parent);
}

#define DIES(text)                                                             \
	ENDS(.status = 2, .first = "panic: " text, .out = "",                  \
	     .match = {"\ngoroutine [0-9]+ "})

CASE_OF(CX_015, nil, "a nil key ends the process",
	NEEDS(NEED_CX, NEED_VALUE, NEED(core, panic)), DIES("nil key"))
{
	raise_status(value_status(background(), ASSAY_KEY_NIL));
}

CASE_OF(CX_015, incomparable, "a key that cannot be compared ends the process",
	NEEDS(NEED_CX, NEED_VALUE, NEED(core, panic)),
	DIES("key is not comparable"))
{
	raise_status(value_status(background(), ASSAY_KEY_INCOMPARABLE));
}

#define NEED_MAKERS                                                            \
	NEED_CX, NEED_VALUE, NEED_TIMEOUT, NEED_EXT(context, with_deadline),   \
		NEED_EXT(context, without_cancel)

/* Without a parent, by the maker of that number. */
static int orphan(int maker)
{
	assay_context *out = NULL;
	int status;

	switch (maker) {
	case 0:
		status = ext->context->with_cancel(NULL, &out);
		break;
	case 1:
		status = ext->context->with_deadline(NULL, in(SEC), 0, &out);
		break;
	case 2:
		status = ext->context->with_timeout(NULL, SEC, ERR_A, &out);
		break;
	case 3:
		status = ext->context->with_value(NULL, key_of(1, 1), NULL,
						  &out);
		break;
	default:
		status = ext->context->without_cancel(NULL, &out);
	}
	CHECK_PTR(out, ==, NULL);
	return status;
}

CASE(CX_016, "no context is made without a parent", NEEDS(NEED_MAKERS))
{
	for (int maker = 0; maker < 5; maker++)
		CHECK_EQ(orphan(maker), ASSAY_CTX_NIL_PARENT);
}

#define NIL_PARENT DIES("cannot create context from nil parent")
#define ORPHAN(variant, maker)                                                 \
	CASE_OF(CX_016, variant, #variant " of a nil parent ends the process", \
		NEEDS(NEED_MAKERS, NEED(core, panic)), NIL_PARENT)             \
	{                                                                      \
		raise_status(orphan(maker));                                   \
	}

ORPHAN(with_cancel, 0)
ORPHAN(with_deadline, 1)
ORPHAN(with_timeout, 2)
ORPHAN(with_value, 3)
ORPHAN(without_cancel, 4)

/* ---- CX-017: names ------------------------------------------------------------- */

static bool named(assay_context *ctx, const char *name)
{
	char buf[200];
	size_t n = ext->context->name(ctx, buf, sizeof(buf));

	CHECK_EQ(n, strlen(buf));
	return check_str(buf, name, __FILE__, __LINE__, "the context's name");
}

static bool ends_with(assay_context *ctx, const char *end)
{
	char buf[400];
	size_t n = ext->context->name(ctx, buf, sizeof(buf));
	size_t tail = strlen(end);

	CHECK_EQ(n, strlen(buf));
	return n > tail && strcmp(buf + n - tail, end) == 0;
}

/* The name starts with that, and ends as it must. */
static void named_like(assay_context *ctx, const char *start, const char *end)
{
	char buf[400];

	ext->context->name(ctx, buf, sizeof(buf));
	CHECK_MSG(strncmp(buf, start, strlen(start)) == 0, "%s is not %s...",
		  buf, start);
	CHECK_MSG(ends_with(ctx, end), "%s is not ...%s", buf, end);
}

CASE(CX_017, "a context's name is that of its layers",
     NEEDS(NEED_MAKERS, NEED_EXT(context, todo), NEED_EXT(context, name)))
{
	assay_context *one = with_cancel(background());
	assay_context *two = with_cancel(one);
	assay_context *timed = with_timeout(background(), HOUR, 0);
	assay_context *value = with_value(background(), 1, 1, a);
	assay_context *below = with_cancel(value);
	assay_context *kept = NULL;

	REQUIRE_EQ(ext->context->without_cancel(one, &kept), ASSAY_OK);
	named(background(), "context.Background");
	named(ext->context->todo(), "context.TODO");
	named(one, "context.Background.WithCancel");
	named(two, "context.Background.WithCancel.WithCancel");
	named(kept, "context.Background.WithCancel.WithoutCancel");
	named_like(timed, "context.Background.WithDeadline(", "])");
	named_like(value, "context.Background.WithValue(", ")");
	CHECK(!ends_with(value, "val <nil>)"));
	named_like(below, "context.Background.WithValue(", ").WithCancel");
	cancel(one);
	named(one, "context.Background.WithCancel");
	free_context(one);
	free_context(two);
	free_context(timed);
	free_context(value);
	free_context(below);
	free_context(kept);
}

/* Returns ns since 1970. */
static int64_t wall_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * SEC + t.tv_nsec;
}

/* Returns the ns that ".25 +0000" begins with, of at most nine digits. */
static int64_t fraction(const char *s)
{
	int64_t ns = 0, unit = SEC;

	while (*++s >= '0' && *s <= '9' && unit > 1)
		ns += (*s - '0') * (unit /= 10);
	CHECK_EQ(*s, ' ');
	return ns;
}

static void check_date(int64_t timeout)
{
	int64_t before = wall_clock(), due;
	assay_context *timed = with_timeout(background(), timeout, 0);
	int64_t after = wall_clock();
	struct tm date = {.tm_year = 0};
	int on_the_clock = 0;
	char buf[400];
	const char *rest;

	ext->context->name(timed, buf, sizeof(buf));
	REQUIRE(strchr(buf, '(') != NULL);
	rest = strptime(strchr(buf, '(') + 1, "%Y-%m-%d %H:%M:%S", &date);
	REQUIRE(rest != NULL);
	due = timegm(&date) * SEC + fraction(rest);
	CHECK_GE(due, before + timeout - 100 * MS);
	CHECK_LE(due, after + timeout + 100 * MS);
	CHECK_EQ(sscanf(rest, ".%*[0-9] +0000 UTC m=+%d.", &on_the_clock), 1);
	CHECK_GE(on_the_clock, in(timeout) / SEC - 60);
	CHECK_LE(on_the_clock, in(timeout) / SEC);
	free_context(timed);
}

/* Some carry a second, some do not, whatever the clock shows. */
CASE_OF(CX_017, date, "a name tells the date of the deadline",
	.env = {"TZ=UTC"}, NEEDS(NEED_MAKERS, NEED_EXT(context, name)))
{
	for (int i = 0; i < 10; i++)
		check_date(HOUR + i * 100 * MS);
}

/* What is left of the time, as its name tells it. */
static void named_with_rest(int64_t timeout, const char *start)
{
	assay_context *timed = with_timeout(background(), timeout, 0);
	char buf[400];
	const char *rest;

	ext->context->name(timed, buf, sizeof(buf));
	rest = strrchr(buf, '[');
	REQUIRE(rest != NULL);
	CHECK_MSG(strncmp(rest, start, strlen(start)) == 0, "%s is not %s...",
		  rest, start);
	free_context(timed);
}

CASE_OF(CX_017, rest, "a name tells the time that is left, no unit for nothing",
	NEEDS(NEED_MAKERS, NEED_EXT(context, name)), .flags = CASE_REAL_TIME)
{
	named_with_rest(100 * HOUR + HOUR / 2, "[100h29m");
	named_with_rest(HOUR + 30 * SEC, "[1h0m");
	named_with_rest(HOUR - 30 * SEC, "[59m");
	named_with_rest(-HOUR - 30 * SEC, "[-1h0m3");
	named_with_rest(19 * SEC, "[1");
}

CASE_OF(CX_017, parts, "below a second in milliseconds",
	NEEDS(NEED_MAKERS, NEED_EXT(context, name)))
{
	assay_context *timed = with_timeout(background(), -50 * MS, 0);

	named_like(timed, "context.Background.WithDeadline(", "ms])");
	free_context(timed);
}

CASE_OF(CX_017, cut, "a name is cut to its buffer, its length is told",
	NEEDS(NEED_CX, NEED_EXT(context, name)))
{
	assay_context *one = with_cancel(background());
	char buf[20];

	memset(buf, '#', sizeof(buf));
	CHECK_EQ(ext->context->name(one, buf, 8),
		 strlen("context.Background.WithCancel"));
	CHECK_STR(buf, "context");
	CHECK_EQ(buf[8], '#');
	free_context(one);
}

/* ---- CX-023: many readers ------------------------------------------------------- */

struct readers {
	assay_context *leaf;
	assay_chan *ended;
	atomic_int wrong;
};

static void read_values(void *arg)
{
	struct readers *r = arg;

	for (int64_t i = rounds(2000); i > 0; i--) {
		assay_context *own = with_value(r->leaf, 9, (uint64_t)i, d);

		if (value_of(own, 1, 1) != a || value_of(own, 1, 2) != b ||
		    value_of(own, 1, 3) != c || value_of(own, 1, 4) != NULL ||
		    value_of(own, 9, (uint64_t)i) != d)
			mark(&r->wrong);
		free_context(own);
	}
	send_signal(r->ended);
}

CASE(CX_023, "values are read by many goroutines at once",
     NEEDS(NEED_CX, NEED_VALUE))
{
	assay_context *one = with_value(background(), 1, 1, a);
	assay_context *two = with_value(one, 1, 2, b);
	assay_context *plain = with_cancel(two);
	struct readers r = {.leaf = with_value(plain, 1, 3, c),
			    .ended = chan_signal(0)};

	free_context(one);
	free_context(two);
	go_many(8, read_values, &r);
	yield();
	cancel(plain);
	join(r.ended, 8);
	CHECK_EQ(count(&r.wrong), 0);
	free_context(plain);
	free_context(r.leaf);
}

/* ---- CX-024: values of a request -------------------------------------------------- */

enum { USER_ID = 1, AUTH_TOKEN = 2, REQUEST_KEY = 77 };

static void handle_response(assay_context *ctx)
{
	char line[100];

	snprintf(line, sizeof(line), "handling response for %s (auth: %s)\n",
		 (const char *)value_of(ctx, REQUEST_KEY, USER_ID),
		 (const char *)value_of(ctx, REQUEST_KEY, AUTH_TOKEN));
	say(line);
}

static void process_request(const char *user, const char *token)
{
	assay_context *id =
		with_value(background(), REQUEST_KEY, USER_ID, user);
	assay_context *ctx = with_value(id, REQUEST_KEY, AUTH_TOKEN, token);

	handle_response(ctx);
	free_context(ctx);
	free_context(id);
}

CASE(CX_024, "values of a request reach the leaf", NEEDS(NEED_CX, NEED_VALUE),
     ENDS_WELL("handling response for jane (auth: abc134)\n"))
{
	process_request("jane", "abc134");
}

/* ---- CX-027: without cancel --------------------------------------------------------- */

static assay_context *without_cancel(assay_context *parent)
{
	assay_context *out = NULL;

	REQUIRE_EQ(ext->context->without_cancel(parent, &out), ASSAY_OK);
	REQUIRE(out != NULL);
	return out;
}

static void check_kept(assay_context *kept)
{
	CHECK_EQ(err_of(kept), 0);
	CHECK_EQ(cause_of(kept), 0);
	CHECK_PTR(done_of(kept), ==, NULL);
	CHECK(!ext->context->deadline(kept, NULL));
	CHECK_PTR(value_of(kept, 1, 1), ==, a);
	CHECK_EQ(ext->context->cancel(kept, 0), ASSAY_CTX_KIND);
}

CASE(CX_027, "without cancel there are only the values",
     NEEDS(NEED_MAKERS, NEED_CAUSE, NEED_EXT(context, deadline)))
{
	assay_context *value = with_value(background(), 1, 1, a);
	assay_context *parent = with_timeout(value, HOUR, ERR_B);
	assay_context *before = without_cancel(parent);
	assay_context *child = with_cancel(before);
	assay_context *after;

	check_kept(before);
	cancel(parent);
	after = without_cancel(parent);
	check_kept(before);
	check_kept(after);
	CHECK_ALIVE(child);
	CHECK_PTR(value_of(child, 1, 1), ==, a);
	cancel_cause(child, ERR_A);
	CHECK_ENDED(child, ASSAY_CANCELED);
	CHECK_EQ(cause_of(child), ERR_A);
	check_kept(before);
	free_context(child);
	free_context(after);
	free_context(before);
	free_context(parent);
	free_context(value);
}

CASE_OF(CX_027, deadline, "a deadline above without cancel does not count",
	NEEDS(NEED_MAKERS, NEED_EXT(context, deadline), NEED_CAUSE))
{
	assay_context *parent = with_timeout(background(), 5 * MS, 0);
	assay_context *kept = without_cancel(parent);
	assay_context *later = with_timeout(kept, HOUR, 0);
	int64_t at = 0;

	CHECK(ext->context->deadline(later, &at));
	CHECK_GT(at, now() + HOUR / 2);
	wait_done(parent);
	sleep_ns(5 * MS);
	CHECK_ALIVE(later);
	CHECK_EQ(err_of(kept), 0);
	free_context(later);
	free_context(kept);
	free_context(parent);
}
