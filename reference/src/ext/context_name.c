/*
 * context_name.c - the name of a context, as Go prints it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "context.h"

enum { PIECE_MAX = 160 };

/* The time at which a name is made: its pieces are printed twice. */
struct moment {
	int64_t now;
	struct timespec wall;
};

/* Prints v ns in a unit, without zeros at the end: "1.5ms". */
static int print_fraction(char *s, size_t n, uint64_t v, uint64_t unit,
			  const char *name)
{
	char digits[16] = "";
	int len = 0;

	for (uint64_t u = unit / 10, rest = v % unit; rest; rest %= u, u /= 10)
		digits[len++] = (char)('0' + rest / u);
	return snprintf(s, n, "%" PRIu64 "%s%.*s%s", v / unit, len ? "." : "",
			len, digits, name);
}

/* Prints "1h2m3.5s"; below a second in the largest unit that is not 0. */
static void print_duration(char *s, size_t n, int64_t ns)
{
	uint64_t v = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	uint64_t minutes = v / (60 * GORO_SECOND);
	int len = ns < 0 ? snprintf(s, n, "-") : 0;

	s += len;
	n -= (size_t)len;
	if (v == 0) {
		snprintf(s, n, "0s");
	} else if (v < GORO_MICROSECOND) {
		print_fraction(s, n, v, 1, "ns");
	} else if (v < GORO_MILLISECOND) {
		print_fraction(s, n, v, GORO_MICROSECOND, "\u00b5s");
	} else if (v < GORO_SECOND) {
		print_fraction(s, n, v, GORO_MILLISECOND, "ms");
	} else {
		if (minutes >= 60)
			len = snprintf(s, n, "%" PRIu64 "h%" PRIu64 "m",
				       minutes / 60, minutes % 60);
		else if (minutes)
			len = snprintf(s, n, "%" PRIu64 "m", minutes);
		else
			len = 0;
		print_fraction(s + len, n - (size_t)len, v % (60 * GORO_SECOND),
			       GORO_SECOND, "s");
	}
}

/* Prints the date of a deadline, in UTC, and its time by goro_now(). */
static void print_date(char *s, size_t n, int64_t at, const struct moment *m)
{
	int64_t ns = m->wall.tv_nsec + (at - m->now) % GORO_SECOND;
	time_t sec = m->wall.tv_sec + (at - m->now) / GORO_SECOND;
	char fraction[24], date[40];
	struct tm tm = {.tm_year = 0};

	if (ns < 0 || ns >= GORO_SECOND) {
		sec += ns < 0 ? -1 : 1;
		ns += ns < 0 ? GORO_SECOND : -GORO_SECOND;
	}
	gmtime_r(&sec, &tm);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm);
	print_fraction(fraction, sizeof(fraction), (uint64_t)ns, GORO_SECOND,
		       "");
	snprintf(s, n, "%s%s +0000 UTC m=%+" PRId64 ".%09" PRId64, date,
		 fraction + 1, at / GORO_SECOND,
		 (at < 0 ? -(at % GORO_SECOND) : at % GORO_SECOND));
}

static void print_deadline(char *s, const goro_context *c,
			   const struct moment *m)
{
	char date[96], left[32];

	print_date(date, sizeof(date), c->u.e.deadline, m);
	print_duration(left, sizeof(left), c->u.e.deadline - m->now);
	snprintf(s, PIECE_MAX, ".WithDeadline(%s [%s])", date, left);
}

static void print_value(char *s, const goro_context *c)
{
	char value[24] = "<nil>";

	if (c->u.v.value)
		snprintf(value, sizeof(value), "%p", c->u.v.value);
	snprintf(s, PIECE_MAX,
		 ".WithValue(type %" PRIu64 ":%" PRIu64 ", val %s)",
		 c->u.v.key.type, c->u.v.key.value, value);
}

static size_t print_piece(char *s, const goro_context *c,
			  const struct moment *m)
{
	switch (c->kind) {
	case ROOT:
		snprintf(s, PIECE_MAX, "%s", c->u.root);
		break;
	case FOREIGN:
		snprintf(s, PIECE_MAX,
			 c->parent ? ".Wrap" : "context.FromDone");
		break;
	case WRAP:
		snprintf(s, PIECE_MAX, ".Wrap");
		break;
	case TIMER:
		print_deadline(s, c, m);
		break;
	case VALUE:
		print_value(s, c);
		break;
	case WITHOUT_CANCEL:
		snprintf(s, PIECE_MAX, ".WithoutCancel");
		break;
	case CANCEL:
	case HOOK:
		snprintf(s, PIECE_MAX, ".WithCancel");
		break;
	}
	return strlen(s);
}

/* Writes the pieces from the end to the front: c knows only its parents. */
static void put_pieces(const goro_context *c, size_t end, char *buf, size_t n,
		       const struct moment *m)
{
	char piece[PIECE_MAX];

	for (; c; c = c->parent) {
		size_t len = print_piece(piece, c, m);
		size_t start = end - len;

		if (start < n)
			memcpy(buf + start, piece,
			       len < n - start ? len : n - start);
		end = start;
	}
}

size_t goro_context_name(goro_context *c, char *buf, size_t n)
{
	struct moment m = {.now = goro_now()};
	char piece[PIECE_MAX];
	size_t len = 0;

	clock_gettime(CLOCK_REALTIME, &m.wall);
	for (const goro_context *up = c; up; up = up->parent)
		len += print_piece(piece, up, &m);
	if (buf && n > 0) {
		put_pieces(c, len, buf, n - 1, &m);
		buf[len < n ? len : n - 1] = '\0';
	}
	return len;
}
