/*
 * CH-051: power series as demand-driven streams (M. D. McIlroy, "Squinting at
 * Power Series").  A series is a pair of channels: whoever wants the next
 * coefficient sends a request on one and receives it on the other.  Operators
 * are goroutines between series; exp and tan are networks with feedback,
 * which run only because every operator asks for no more than it must.
 */
#include <stdlib.h>

#include "ch.h"

/* ---- exact rationals, always reduced, den > 0 --------------------------------- */

struct rat {
	int64_t num, den;
};

static int64_t gcd(int64_t a, int64_t b)
{
	while (b != 0) {
		int64_t r = a % b;

		a = b;
		b = r;
	}
	return a < 0 ? -a : a;
}

static struct rat rat(int64_t num, int64_t den)
{
	int64_t g = gcd(num, den);

	if (den < 0)
		g = -g;
	return (struct rat){num / g, den / g};
}

static struct rat rat_add(struct rat a, struct rat b)
{
	return rat(a.num * b.den + b.num * a.den, a.den * b.den);
}

static struct rat rat_mul(struct rat a, struct rat b)
{
	return rat(a.num * b.num, a.den * b.den);
}

/* ---- series ----------------------------------------------------------------------- */

struct series {
	assay_chan *req, *dat;
};

static struct series new_series(void)
{
	return (struct series){chan_signal(0), chan(sizeof(struct rat), 0)};
}

static struct rat get(struct series s)
{
	struct rat r = {0, 0};

	send_signal(s.req);
	REQUIRE(recv(s.dat, &r));
	return r;
}

/* Waits for the request and answers it. */
static void put(struct series s, struct rat r)
{
	wait_for(s.req);
	send(s.dat, &r);
}

/* An operator's inputs, output and constant. */
struct node {
	struct series a, b, out;
	struct rat c;
};

static struct series start(assay_fn fn, struct node n)
{
	n.out = new_series();
	go_copy(fn, &n, sizeof(n));
	return n.out;
}

/* ---- operators -------------------------------------------------------------------- */

static void run_constant(void *arg)
{
	const struct node *n = arg;

	put(n->out, n->c);
	for (;;)
		put(n->out, rat(0, 1));
}

/* c c c ...: 1/(1-x) for c = 1 */
static void run_repeat(void *arg)
{
	const struct node *n = arg;

	for (;;)
		put(n->out, n->c);
}

static void run_add(void *arg)
{
	const struct node *n = arg;

	for (;;) {
		struct rat a, b;

		wait_for(n->out.req);
		a = get(n->a);
		b = get(n->b);
		a = rat_add(a, b);
		send(n->out.dat, &a);
	}
}

static void run_scale(void *arg)
{
	const struct node *n = arg;

	for (;;) {
		struct rat a;

		wait_for(n->out.req);
		a = rat_mul(n->c, get(n->a));
		send(n->out.dat, &a);
	}
}

/* Multiplies coefficient i by c to the power i: a(cx). */
static void run_substitute(void *arg)
{
	const struct node *n = arg;
	struct rat power = rat(1, 1);

	for (;;) {
		struct rat a;

		wait_for(n->out.req);
		a = rat_mul(power, get(n->a));
		power = rat_mul(power, n->c);
		send(n->out.dat, &a);
	}
}

/* c + the integral of a; the first coefficient needs nothing of a. */
static void run_integrate(void *arg)
{
	const struct node *n = arg;

	put(n->out, n->c);
	for (int64_t i = 1;; i++) {
		struct rat a;

		wait_for(n->out.req);
		a = rat_mul(get(n->a), rat(1, i));
		send(n->out.dat, &a);
	}
}

/* All of a: a wire, as feedback needs one. */
static void run_wire(void *arg)
{
	const struct node *n = arg;

	for (;;) {
		struct rat a;

		wait_for(n->out.req);
		a = get(n->a);
		send(n->out.dat, &a);
	}
}

/* c, then all of a: c + x a */
static void run_shift(void *arg)
{
	const struct node *n = arg;

	put(n->out, n->c);
	run_wire(arg);
}

/* ---- split: one series for two readers ------------------------------------------------ */

#define MOST_TERMS 32

/*
 * Either reader may be ahead; what it has had is kept for the other.  While
 * one waits for the source, which in a network with feedback may itself wait
 * for the other, the other is still served: hence select.
 */
struct split {
	struct series in, out[2];
	struct rat had[MOST_TERMS];
	int n;        /* coefficients had from the source */
	int pos[2];   /* the next coefficient of each reader */
	bool want[2]; /* the reader has asked and not been answered */
	bool asked;   /* the source has been asked and has not answered */
};

static void serve_readers(struct split *s)
{
	for (int r = 0; r < 2; r++) {
		if (!s->want[r])
			continue;
		if (s->pos[r] < s->n) {
			s->want[r] = false;
			send(s->out[r].dat, &s->had[s->pos[r]++]);
		} else if (!s->asked) {
			s->asked = true;
			send_signal(s->in.req);
		}
	}
}

static void run_split(void *arg)
{
	struct split *s = arg;

	for (;;) {
		struct rat got;
		struct assay_case cases[3] = {
			case_recv(s->asked ? s->in.dat : NULL, &got),
			case_recv(s->want[0] ? NULL : s->out[0].req, NULL),
			case_recv(s->want[1] ? NULL : s->out[1].req, NULL)};
		size_t chosen = select_cases(cases, 3, NULL);

		if (chosen == 0) {
			REQUIRE_CMP(s->n, <, MOST_TERMS);
			s->had[s->n++] = got;
			s->asked = false;
		} else {
			s->want[chosen - 1] = true;
		}
		serve_readers(s);
	}
}

/* The splitter lives as long as the process. */
static void split(struct series in, struct series out[2])
{
	struct split *s = calloc(1, sizeof(*s));

	REQUIRE(s != NULL);
	s->in = in;
	for (int r = 0; r < 2; r++)
		out[r] = s->out[r] = new_series();
	go(run_split, s);
}

/* ---- the product ------------------------------------------------------------------------ */

static struct series scale(struct rat c, struct series a)
{
	return start(run_scale, (struct node){.a = a, .c = c});
}

static struct series add(struct series a, struct series b)
{
	return start(run_add, (struct node){.a = a, .b = b});
}

static void run_mul(void *arg);

static struct series mul(struct series a, struct series b)
{
	return start(run_mul, (struct node){.a = a, .b = b});
}

/*
 * (f + xF)(g + xG) = fg + x(fG + gF + x FG), where F and G are what is left
 * of the series once f and g have been taken.
 */
static void run_mul(void *arg)
{
	const struct node *n = arg;
	struct series a[2], b[2], rest;
	struct rat f, g, fg;

	wait_for(n->out.req);
	f = get(n->a);
	g = get(n->b);
	fg = rat_mul(f, g);
	send(n->out.dat, &fg);

	wait_for(n->out.req);
	split(n->a, a);
	split(n->b, b);
	rest = start(run_shift,
		     (struct node){.a = mul(a[1], b[1]), .c = rat(0, 1)});
	rest = add(add(scale(f, b[0]), scale(g, a[0])), rest);
	for (;;) {
		struct rat c = get(rest);

		send(n->out.dat, &c);
		wait_for(n->out.req);
	}
}

/* ---- series with feedback ------------------------------------------------------------------ */

/* exp = 1 + integral of exp */
static struct series exponential(void)
{
	struct series x[2], wire = new_series();
	struct node n = {.a = wire, .c = rat(1, 1)};

	split(start(run_integrate, n), x);
	n = (struct node){.a = x[1], .out = wire};
	go_copy(run_wire, &n, sizeof(n));
	return x[0];
}

/* tan = integral of (1 + tan tan) */
static struct series tangent(void)
{
	struct series x[2], y[2], wire = new_series();
	struct series one = start(run_constant, (struct node){.c = rat(1, 1)});
	struct node n = {.a = add(one, wire), .c = rat(0, 1)};

	split(start(run_integrate, n), x);
	split(x[1], y);
	n = (struct node){.a = mul(y[0], y[1]), .out = wire};
	go_copy(run_wire, &n, sizeof(n));
	return x[0];
}

static void check_series(const char *name, struct series s,
			 const struct rat *want, int n)
{
	for (int i = 0; i < n; i++) {
		struct rat got = get(s);

		CHECK_MSG(got.num == want[i].num && got.den == want[i].den,
			  "%s: coefficient %d is %" PRId64 "/%" PRId64
			  ", not %" PRId64 "/%" PRId64,
			  name, i, got.num, got.den, want[i].num, want[i].den);
	}
}

static const struct rat exp_terms[] = {
	{1, 1},   {1, 1},   {1, 2},    {1, 6},     {1, 24},
	{1, 120}, {1, 720}, {1, 5040}, {1, 40320}, {1, 362880}};
static const struct rat tan_terms[] = {{0, 1}, {1, 1},    {0, 1}, {1, 3},
				       {0, 1}, {2, 15},   {0, 1}, {17, 315},
				       {0, 1}, {62, 2835}};
static const struct rat one_terms[8] = {{1, 1}, {0, 1}, {0, 1}, {0, 1},
					{0, 1}, {0, 1}, {0, 1}, {0, 1}};
static const struct rat counting_terms[] = {{1, 1}, {2, 1}, {3, 1}, {4, 1},
					    {5, 1}, {6, 1}, {7, 1}, {8, 1}};

CASE(CH_051, "power series: exp, tan and products, exact",
     .flags = CASE_VALGRIND, NEEDS(NEED(chan, select)))
{
	struct node ones = {.c = rat(1, 1)};
	struct node minus_x = {.a = exponential(), .c = rat(-1, 1)};

	check_series("exp(x)", exponential(), exp_terms, 10);
	check_series("tan(x)", tangent(), tan_terms, 10);
	check_series("1/(1-x)^2",
		     mul(start(run_repeat, ones), start(run_repeat, ones)),
		     counting_terms, 8);
	check_series("exp(x) exp(-x)",
		     mul(exponential(), start(run_substitute, minus_x)),
		     one_terms, 8);
}
