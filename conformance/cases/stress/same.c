/*
 * same.c - programs of goroutines that have one answer have it with any
 * number of P, every time (ST-004).
 */
#include "kit/sync_kit.h"

/* ---- the sieve of primes ------------------------------------------------ */

struct filter {
	assay_chan *in, *out;
	int prime;
};

static void count_up(void *arg)
{
	assay_chan *out = arg;

	for (int i = 2; i < 600; i++)
		send_int(out, i);
	close_chan(out);
}

static void let_through(void *arg)
{
	const struct filter *f = arg;
	int v;

	while (recv(f->in, &v))
		if (v % f->prime != 0)
			send_int(f->out, v);
	close_chan(f->out);
}

static uint64_t sieve(void)
{
	assay_chan *in = chan_int(0);
	uint64_t sum = 0;
	int prime;

	go(count_up, in);
	while (recv(in, &prime)) {
		struct filter f = {in, chan_int(prime % 3), prime};

		sum = sum * 31 + (uint64_t)prime;
		go_copy(let_through, &f, sizeof(f));
		in = f.out;
	}
	return sum;
}

/* ---- merge sort --------------------------------------------------------- */

struct part {
	int *v;
	int n;
	assay_chan *done;
};

static void merge(int *v, int half, int n)
{
	int sorted[512], a = 0, b = half;

	for (int i = 0; i < n; i++)
		sorted[i] =
			b == n || (a < half && v[a] <= v[b]) ? v[a++] : v[b++];
	memcpy(v, sorted, (size_t)n * sizeof(v[0]));
}

static void sort_part(void *arg)
{
	const struct part *p = arg;

	if (p->n > 1) {
		int half = p->n / 2;
		struct part left = {p->v, half, chan_signal(2)};
		struct part right = {p->v + half, p->n - half, left.done};

		go_copy(sort_part, &left, sizeof(left));
		go_copy(sort_part, &right, sizeof(right));
		join(left.done, 2);
		drop(left.done);
		merge(p->v, half, p->n);
	}
	send_signal(p->done);
}

static uint64_t merge_sort(void)
{
	static int v[512];
	struct part all = {v, 512, chan_signal(0)};
	uint32_t x = 12345;

	for (int i = 0; i < all.n; i++) {
		x = x * 1664525 + 1013904223;
		v[i] = (int)(x >> 16);
	}
	go_copy(sort_part, &all, sizeof(all));
	join(all.done, 1);
	return checksum(v, sizeof(v));
}

/* ---- work in any order, results in one ---------------------------------- */

struct task {
	int number;
	uint64_t result;
};

static void work(void *arg)
{
	assay_chan **c = arg;
	struct task t;

	while (recv(c[0], &t)) {
		t.result = checksum(&t.number, sizeof(t.number));
		if (t.number % 5 == 0)
			yield();
		send(c[1], &t);
	}
	send(c[1], &(struct task){.number = -1});
}

static void hand_out(void *arg)
{
	assay_chan *tasks = arg;

	for (int i = 0; i < 300; i++)
		send(tasks, &(struct task){.number = i});
	close_chan(tasks);
}

static uint64_t fan(void)
{
	assay_chan *c[2] = {chan(sizeof(struct task), 3),
			    chan(sizeof(struct task), 0)};
	uint64_t results[300] = {0};
	struct task t;

	go_many(7, work, c);
	go(hand_out, c[0]);
	for (int workers = 7; workers > 0;) {
		REQUIRE(recv(c[1], &t));
		if (t.number < 0)
			workers--;
		else
			results[t.number] = t.result;
	}
	return checksum(results, sizeof(results));
}

/* ---- a ring ------------------------------------------------------------- */

struct node {
	assay_chan *in, *out;
	uint64_t factor;
};

static void pass_on(void *arg)
{
	const struct node *n = arg;
	uint64_t v;

	while (recv(n->in, &v)) {
		v = v * n->factor + 1;
		send(n->out, &v);
	}
	close_chan(n->out);
}

static uint64_t ring(void)
{
	assay_chan *first = chan(sizeof(uint64_t), 0), *last = first;
	uint64_t v = 7;

	for (uint64_t i = 0; i < 40; i++) {
		struct node n = {last, chan(sizeof(uint64_t), 0), 2 * i + 3};

		go_copy(pass_on, &n, sizeof(n));
		last = n.out;
	}
	for (int turn = 0; turn < 30; turn++) {
		send(first, &v);
		REQUIRE(recv(last, &v));
	}
	close_chan(first);
	REQUIRE(!recv(last, NULL));
	return v;
}

/* ---- two streams, by select, merged by their numbers -------------------- */

static void count_in_steps(void *arg)
{
	const struct filter *f = arg;

	for (int i = f->prime; i < 2000; i += f->prime)
		send_int(f->out, i);
	close_chan(f->out);
}

/* The sum over numbers that both, one or none of the streams have. */
static uint64_t join_streams(void)
{
	struct filter f[2] = {{NULL, chan_int(0), 3}, {NULL, chan_int(4), 7}};
	static unsigned char from[2000];
	struct assay_case cases[2];
	int v, status;

	memset(from, 0, sizeof(from));
	for (int i = 0; i < 2; i++) {
		go_copy(count_in_steps, &f[i], sizeof(f[i]));
		cases[i] = case_recv(f[i].out, &v);
	}
	while (cases[0].c != NULL || cases[1].c != NULL) {
		size_t i = select_cases(cases, 2, &status);

		if (status == ASSAY_CLOSED)
			cases[i].c = NULL;
		else
			from[v] = (unsigned char)(from[v] | 1u << i);
	}
	return checksum(from, sizeof(from));
}

/* ---- the answers -------------------------------------------------------- */

static const struct {
	const char *name;
	uint64_t (*fn)(void);
	uint64_t answer;
} programs[] = {
	{"sieve", sieve, UINT64_C(0x35b7cf53d1c4a5c0)},
	{"merge sort", merge_sort, UINT64_C(0x24abe4e3e8646611)},
	{"fan", fan, UINT64_C(0xfe2242c193cacef9)},
	{"ring", ring, UINT64_C(0x88801040432d4077)},
	{"streams", join_streams, UINT64_C(0xbda925fd9db9c33d)},
};

static void check_answers(void)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		uint64_t answer = programs[i].fn();

		CHECK_MSG(answer == programs[i].answer,
			  "%s: %#" PRIx64 ", not %#" PRIx64, programs[i].name,
			  answer, programs[i].answer);
	}
}

CASE(ST_004, "programs with one answer have it, with any number of P",
     .procs = {1, 2, 4, 8}, NEEDS(NEED(chan, select)))
{
	for (int i = 0; i < 3; i++)
		check_answers();
}

CASE_OF(ST_004, changing, "nor do they mind a change of GOMAXPROCS",
	.procs = {1}, NEEDS(NEED(chan, select), NEED(inspect, gomaxprocs)))
{
	static const int32_t procs[] = {2, 8, 1, 4};

	for (size_t i = 0; i < 4; i++) {
		(void)rt->inspect->gomaxprocs(procs[i]);
		check_answers();
	}
}
