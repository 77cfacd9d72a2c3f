/*
 * Labels of goroutines in the heads of a dump.
 */
#include <stdio.h>
#include <string.h>

#include "kit/sync_kit.h"
#include "ob.h"

enum { ROOM = 1 << 16, MOST = 8 };

#define NEEDS_LABELS                                                           \
	NEEDS(NEED(inspect, set_labels), NEED(inspect, dump),                  \
	      NEED(inspect, goid))
#define LABELS_ON                                                              \
	.env = {"GODEBUG=tracebacklabels=1"}, .traits = ASSAY_TRAIT_GODEBUG

static char dump[ROOM];
static assay_chan *ids, *never;
static const struct assay_label *labels;
static size_t labels_n;

static void tell_id(void)
{
	int64_t id = rt->inspect->goid();

	send(ids, &id);
}

static int64_t an_id(void)
{
	int64_t id = 0;

	REQUIRE(recv(ids, &id));
	return id;
}

static void grandchild(void *arg)
{
	(void)arg;
	tell_id();
	recv(never, NULL);
}

static void child(void *arg)
{
	tell_id();
	go(grandchild, arg);
	recv(never, NULL);
}

static void labelled(void *arg)
{
	CHECK_EQ(rt->inspect->set_labels(labels, labels_n), ASSAY_OK);
	tell_id();
	go(child, arg);
	recv(never, NULL);
}

/* "labels:{...}" of a goroutine in the dump, "" if there is none. */
static const char *labels_of(int64_t id)
{
	static char text[1024];
	char head[40];
	const char *from, *to, *end;

	snprintf(head, sizeof(head), "goroutine %" PRId64 " [", id);
	from = strstr(dump, head);
	REQUIRE(from != NULL);
	to = strstr(from, "]:\n");
	REQUIRE(to != NULL);
	from = strstr(from, " labels:");
	if (from == NULL || from > to)
		return "";
	end = to - from < (ptrdiff_t)sizeof(text) ? to : from;
	snprintf(text, sizeof(text), "%.*s", (int)(end - from) - 1, from + 1);
	return text;
}

/* Starts the three, with these labels, and takes a dump once they wait. */
static void start(const struct assay_label *set, size_t n, int64_t *id)
{
	ids = chan(sizeof(int64_t), 0);
	never = chan_signal(0);
	labels = set;
	labels_n = n;
	go(labelled, NULL);
	for (int i = 0; i < 3; i++)
		id[i] = an_id();
	settle(3);
	REQUIRE_CMP(rt->inspect->dump(dump, sizeof(dump)), <, sizeof(dump));
}

/* All three have exactly these, and main has none. */
static void check_three(const struct assay_label *set, size_t n,
			const char *want)
{
	int64_t id[3];

	start(set, n, id);
	for (int i = 0; i < 3; i++)
		CHECK_STR(labels_of(id[i]), want);
	CHECK_STR(labels_of(1), "");
}

#define CHECK_LABELS(want, ...)                                                \
	do {                                                                   \
		static const struct assay_label set_[] = {__VA_ARGS__};        \
		check_three(set_, sizeof(set_) / sizeof(*set_), want);         \
	} while (0)

CASE(DMP_001, "labels are inherited, sorted and escaped in the heads of a dump",
     NEEDS_LABELS, LABELS_ON)
{
	CHECK_LABELS("labels:{\"a\": \"b\\\"c\", \"k\": \"v\\n\"}",
		     {"k", "v\n"}, {"a", "b\"c"});
}

CASE_OF(DMP_001, escapes, "what is not printable in ASCII is escaped",
	NEEDS_LABELS, LABELS_ON)
{
	CHECK_LABELS("labels:{\"fiz\\\\zl\\re\": \"\\U00045678boop\", "
		     "\"t\": \"\\t\\x1b\\u1234\\u03a3\\u007f~ \"}",
		     {"fiz\\zl\re", "\xf1\x85\x99\xb8"
				    "boop"},
		     {"t", "\t\033\u1234\u03a3\177~ "});
}

CASE_OF(DMP_001, invalid, "bytes that are no UTF-8 are replaced", NEEDS_LABELS,
	LABELS_ON)
{
	CHECK_LABELS("labels:{\"a\": \"\\ufffdx\\ufffd\\ufffd\", \"b\": "
		     "\"\\ufffd\\ufffd\\ufffd\", \"last\": "
		     "\"\\U0010ffff\", \"none\": "
		     "\"\\ufffd\\ufffd\\ufffd\\ufffd\"}",
		     {"a", "\xffx\xc3\xe2"}, {"b", "\xed\xa0\x80"},
		     {"last", "\xf4\x8f\xbf\xbf"},
		     {"none", "\xf4\x90\x80\x80"});
}

CASE_OF(DMP_001, twice, "of two with one key the later one counts",
	NEEDS_LABELS, LABELS_ON)
{
	CHECK_LABELS("labels:{\"a\": \"3\", \"b\": \"2\"}", {"a", "1"},
		     {"b", "2"}, {"a", "3"});
}

CASE_OF(DMP_001, none, "no labels, no word of them", NEEDS_LABELS, LABELS_ON)
{
	int64_t id[3];

	start(NULL, 0, id);
	CHECK(strstr(dump, "labels") == NULL);
}

CASE_OF(DMP_001, off, "a dump has no labels unless it is asked to",
	NEEDS_LABELS, .env = {"GODEBUG=tracebacklabels=0"},
	.traits = ASSAY_TRAIT_GODEBUG)
{
	static const struct assay_label set[] = {{"foobar", "baz"}};
	int64_t id[3];

	start(set, 1, id);
	CHECK(strstr(dump, "labels") == NULL && strstr(dump, "foobar") == NULL);
}

static void changes(void *arg)
{
	static const struct assay_label first[] = {{"a", "1"}},
					second[] = {{"b", "2"}};

	(void)arg;
	CHECK_EQ(rt->inspect->set_labels(first, 1), ASSAY_OK);
	go(child, NULL);
	CHECK_EQ(rt->inspect->set_labels(second, 1), ASSAY_OK);
	tell_id();
	go(grandchild, NULL);
	recv(never, NULL);
}

CASE_OF(DMP_001, change, "a change is the goroutine's own, and its later ones'",
	NEEDS_LABELS, LABELS_ON)
{
	int64_t with_a = 0, with_b = 0;

	ids = chan(sizeof(int64_t), 0);
	never = chan_signal(0);
	go(changes, NULL);
	for (int i = 0; i < 4; i++)
		an_id();
	settle(4);
	REQUIRE_CMP(rt->inspect->dump(dump, sizeof(dump)), <, sizeof(dump));
	for (const char *at = dump; (at = strstr(at, "{\"a\": \"1\"}]")); at++)
		with_a++;
	for (const char *at = dump; (at = strstr(at, "{\"b\": \"2\"}]")); at++)
		with_b++;
	CHECK_EQ(with_a, 2);
	CHECK_EQ(with_b, 2);
}

/* Waits with one label, whose value has n letters. */
static void labelled_so(void *arg)
{
	int n = *(int *)arg;
	char value[201];
	const struct assay_label set[] = {{"n", value}};

	memset(value, 'a' + n % 26, (size_t)n);
	value[n] = '\0';
	CHECK_EQ(rt->inspect->set_labels(set, 1), ASSAY_OK);
	recv(never, NULL);
}

CASE_OF(DMP_001, sizes, "long and short labels beside each other are kept",
	NEEDS_LABELS, LABELS_ON)
{
	static int sizes[] = {200, 1, 150, 2, 3, 100, 5, 180, 7, 60, 9};
	enum { N = sizeof(sizes) / sizeof(*sizes) };

	never = chan_signal(0);
	for (int i = 0; i < N; i++)
		go(labelled_so, &sizes[i]);
	settle(N);
	REQUIRE_CMP(rt->inspect->dump(dump, sizeof(dump)), <, sizeof(dump));
	for (int i = 0; i < N; i++) {
		char want[240];
		int at = snprintf(want, sizeof(want), "labels:{\"n\": \"");

		memset(want + at, 'a' + sizes[i] % 26, (size_t)sizes[i]);
		strcpy(want + at + sizes[i], "\"}");
		CHECK_MSG(strstr(dump, want) != NULL, "no %s", want);
	}
}

/* ---- many at once ------------------------------------------------------------ */

enum { CHANGERS = 4 };

static atomic_int changing;
static struct effort churn;

/* Sets its own label again and again, beside the others. */
static void sets_often(void *unused)
{
	char value[32];
	const struct assay_label set[] = {{"me", value}};

	(void)unused;
	snprintf(value, sizeof(value), "%" PRId64, rt->inspect->goid());
	gather(&changing, CHANGERS);
	do
		for (int i = 0; i < 1000; i++)
			CHECK_EQ(rt->inspect->set_labels(set, 1), ASSAY_OK);
	while (goes_on(&churn));
	tell_id();
	recv(never, NULL);
}

CASE_OF(DMP_001, beside, "of many that set labels at once each keeps its own",
	NEEDS_LABELS, LABELS_ON)
{
	int64_t id[CHANGERS];
	char want[64];

	ids = chan(sizeof(int64_t), 0);
	never = chan_signal(0);
	churn = effort(300 * MS);
	go_many(CHANGERS, sets_often, NULL);
	for (int i = 0; i < CHANGERS; i++)
		id[i] = an_id();
	settle(CHANGERS);
	REQUIRE_CMP(rt->inspect->dump(dump, sizeof(dump)), <, sizeof(dump));
	for (int i = 0; i < CHANGERS; i++) {
		snprintf(want, sizeof(want), "labels:{\"me\": \"%" PRId64 "\"}",
			 id[i]);
		CHECK_STR(labels_of(id[i]), want);
	}
}
