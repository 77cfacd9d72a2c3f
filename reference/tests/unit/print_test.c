/*
 * print_test.c - text without stdio.
 */
#include "base/print.h"

#include <string.h>
#include <unistd.h>

#include "unit.h"

static char buf[64];
static struct out o;

static void begin(size_t n)
{
	memset(buf, '#', sizeof(buf));
	o = (struct out){.buf = buf, .n = n};
}

static void integer(int64_t v, const char *text)
{
	begin(sizeof(buf));
	goro__out_int(&o, v);
	UNIT_STR(buf, text);
	UNIT_EQ(o.len, strlen(text));
}

static void integers(void)
{
	integer(0, "0");
	integer(7, "7");
	integer(-1, "-1");
	integer(1000000000, "1000000000");
	integer(INT64_MAX, "9223372036854775807");
	integer(INT64_MIN, "-9223372036854775808");
}

static void hex(void)
{
	begin(sizeof(buf));
	goro__out_hex(&o, 0);
	goro__out_str(&o, " ");
	goro__out_hex(&o, 0xdeadbeef);
	goro__out_str(&o, " ");
	goro__out_hex(&o, UINT64_MAX);
	UNIT_STR(buf, "0x0 0xdeadbeef 0xffffffffffffffff");
}

/* As snprintf: the length of all, what fits in the buffer, and its end. */
static void cut_at(size_t n)
{
	char want[32] = "goroutine 12 [select]";

	begin(n);
	goro__out_str(&o, "goroutine ");
	goro__out_int(&o, 12);
	goro__out_str(&o, "");
	goro__out_str(&o, " [select]");
	UNIT_EQ(o.len, 21);
	if (n > 0 && n < sizeof(want))
		want[n - 1] = '\0';
	if (n > 0)
		UNIT_STR(buf, want);
	for (size_t i = n; i < sizeof(buf); i++)
		UNIT_EQ(buf[i], '#');
}

static void cut(void)
{
	for (size_t n = 0; n < 30; n++)
		cut_at(n);
}

/* What print_str and print_int write to stderr comes out of a pipe. */
static void to_stderr(void)
{
	int fd[2];
	int saved = dup(STDERR_FILENO);
	ssize_t n;

	CU_ASSERT_FATAL(pipe(fd) == 0);
	dup2(fd[1], STDERR_FILENO);
	print_str("p");
	print_int(-42);
	print_str("\n");
	dup2(saved, STDERR_FILENO);
	memset(buf, 0, sizeof(buf));
	n = read(fd[0], buf, sizeof(buf) - 1);
	UNIT_EQ(n, 5);
	UNIT_STR(buf, "p-42\n");
	close(fd[0]);
	close(fd[1]);
	close(saved);
}

static const struct unit_test tests[] = {
	{"integers", integers},
	{"hexadecimal", hex},
	{"cut to the buffer", cut},
	{"stderr", to_stderr},
	{NULL, NULL},
};

const struct unit_suite print_suite = {"print", tests};
