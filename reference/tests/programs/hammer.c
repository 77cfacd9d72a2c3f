/*
 * hammer.c - preemption in the middle of C: `hammer MODE [MS]`.  Goroutines
 * are stopped inside malloc, stdio and the loader with their locks held, with
 * errno's address in a register and all vector registers in use, and what
 * they compute is compared with what it must be.  Built by the strongest
 * optimiser there is.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fenv.h>
#include <netdb.h>
#include <pthread.h>
#include <pwd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "hammer.h"

enum { WORKERS = 6 };

static long duration = 300; /* milliseconds */
static atomic_int wrong, workers_begun;

static void expect(bool ok)
{
	if (!ok)
		atomic_fetch_add_explicit(&wrong, 1, memory_order_relaxed);
}

static int my_number(void)
{
	return atomic_fetch_add_explicit(&workers_begun, 1,
					 memory_order_relaxed);
}

static void hammer(goro_fn fn)
{
	hammer_for(fn, WORKERS, duration);
	CHECK(atomic_load_explicit(&wrong, memory_order_relaxed) == 0);
}

/* ---- malloc ------------------------------------------------------------- */

enum { SLOTS = 48 };

struct block {
	unsigned char *at;
	size_t n;
	unsigned char fill;
};

static bool is_whole(const struct block *b)
{
	for (size_t i = 0; i < b->n; i += 61)
		if (b->at[i] != b->fill)
			return false;
	return b->n == 0 || b->at[b->n - 1] == b->fill;
}

static void renew(struct block *b, uint32_t r)
{
	size_t n = r % 64 == 0 ? 200000 : r % 3000;

	expect(is_whole(b));
	if (r & 0x10000) {
		unsigned char *at = realloc(b->at, n + 1);

		expect(at != NULL);
		b->at = at;
	} else {
		free(b->at);
		b->at = malloc(n + 1);
		expect(b->at != NULL);
	}
	b->n = n;
	b->fill = (unsigned char)(r >> 8);
	memset(b->at, b->fill, n);
}

static void use_malloc(void *arg)
{
	struct block blocks[SLOTS] = {{NULL, 0, 0}};
	uint32_t x = 12345u + (uint32_t)my_number();

	(void)arg;
	while (!stopped())
		renew(&blocks[next_random(&x) % SLOTS], next_random(&x));
	for (int i = 0; i < SLOTS; i++) {
		expect(is_whole(&blocks[i]));
		free(blocks[i].at);
	}
}

static void run_malloc(void *arg)
{
	(void)arg;
	hammer(use_malloc);
}

/* ---- stdio -------------------------------------------------------------- */

static FILE *shared;
static long written[WORKERS];

static void print_lines(void *arg)
{
	int me = my_number();

	(void)arg;
	while (!stopped() && written[me] < 100000)
		expect(fprintf(shared, "%d %ld %.3f\n", me, written[me]++,
			       (double)me / 8) > 0);
	while (!stopped())
		expect(fflush(shared) == 0);
}

/* Each line is whole, and each worker's are in order. */
static void read_lines(void)
{
	long next[WORKERS] = {0}, k = 0;
	double x = 0;
	char line[100];
	int me = 0;

	rewind(shared);
	while (fgets(line, sizeof(line), shared)) {
		char end = 0;

		if (sscanf(line, "%d %ld %lf%c", &me, &k, &x, &end) != 4 ||
		    end != '\n' || me < 0 || me >= WORKERS || k != next[me]++ ||
		    x != (double)me / 8) {
			printf("line: %s", line);
			check(false, "a whole line", __FILE__, __LINE__);
			return;
		}
	}
	for (int i = 0; i < WORKERS; i++)
		CHECK(next[i] == written[i]);
}

static void run_stdio(void *arg)
{
	(void)arg;
	shared = tmpfile();
	CHECK(shared != NULL);
	hammer(print_lines);
	read_lines();
	fclose(shared);
}

static void print_and_read(void *arg)
{
	uint32_t x = 777u + (uint32_t)my_number();

	(void)arg;
	while (!stopped()) {
		double v = (double)next_random(&x) / 1048583.0, w = 0;
		unsigned n = next_random(&x), m = 0;
		char text[200], word[20] = "";
		struct tm tm;
		time_t t = (time_t)(n >> 2);

		snprintf(text, sizeof(text), "%.17g %u %s", v, n, "word");
		expect(sscanf(text, "%lg %u %19s", &w, &m, word) == 3);
		expect(v == w && n == m && strcmp(word, "word") == 0);
		expect(localtime_r(&t, &tm) && mktime(&tm) == t);
	}
}

static void run_snprintf(void *arg)
{
	(void)arg;
	setenv("TZ", "UTC0", 1);
	hammer(print_and_read);
}

/* ---- errno -------------------------------------------------------------- */

static void use_errno(void *arg)
{
	int me = 1000 * (1 + my_number()), n = 0;

	(void)arg;
	while (!stopped()) {
		errno = me + ++n % 1000;
		for (int i = 0; i < 2000; i++)
			if (errno != me + n % 1000)
				expect(false);
		expect(close(-1) == -1 && errno == EBADF);
		errno = 0;
		expect(access("/no/such/file", F_OK) == -1 && errno == ENOENT);
	}
}

static void run_errno(void *arg)
{
	(void)arg;
	hammer(use_errno);
}

/* ---- registers ---------------------------------------------------------- */

typedef double vector __attribute__((vector_size(32)));

enum { LANES = 10 };

struct result {
	vector v[LANES];
	double x, y;
	uint64_t a, b, c;
};

/* Enough at once to fill all vector and most integer registers. */
static __attribute__((noinline)) void compute(struct result *r)
{
	vector v[LANES];
	double x = 1.0, y = 0.5;
	uint64_t a = 1, b = 2, c = 3;

	for (int k = 0; k < LANES; k++)
		v[k] = (vector){1.0 + k, 2.0 + k, 3.0 - k, 0.25 * k};
	for (int i = 0; i < 20000; i++) {
		for (int k = 0; k < LANES; k++)
			v[k] = v[k] * 0.75 + v[(k + 1) % LANES] * 0.125;
		v[0] += x;
		x = x * 0.999 + y;
		y = y * 0.5 + (double)(i & 7);
		a = a * UINT64_C(6364136223846793005) + b;
		b ^= a >> 29;
		c = (c << 7 | c >> 57) + a;
	}
	memcpy(r->v, v, sizeof(v));
	r->x = x;
	r->y = y;
	r->a = a;
	r->b = b;
	r->c = c;
}

static struct result right;

/* The rounding mode is the thread's, and stays while the goroutine does. */
static void use_registers(void *arg)
{
	static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD,
				    FE_TOWARDZERO};
	int mode = modes[my_number() % 4];

	(void)arg;
	while (!stopped()) {
		struct result r;

		memset(&r, 0, sizeof(r));
		compute(&r);
		expect(memcmp(&r, &right, sizeof(r)) == 0);
		fesetround(mode);
		for (int i = 0; i < 20000; i++)
			if (fegetround() != mode)
				expect(false);
		fesetround(FE_TONEAREST);
	}
}

static void run_registers(void *arg)
{
	(void)arg;
	compute(&right);
	hammer(use_registers);
}

/* ---- a lock of another library ------------------------------------------ */

static pthread_mutex_t foreign = PTHREAD_MUTEX_INITIALIZER;
static long guarded, turns[WORKERS];

static void use_foreign_lock(void *arg)
{
	int me = my_number();

	(void)arg;
	while (!stopped()) {
		long seen;

		pthread_mutex_lock(&foreign);
		seen = guarded;
		for (volatile int i = 0; i < 500; i++)
			;
		guarded = seen + 1;
		pthread_mutex_unlock(&foreign);
		turns[me]++;
	}
}

static void run_foreign(void *arg)
{
	long sum = 0;

	(void)arg;
	hammer(use_foreign_lock);
	for (int i = 0; i < WORKERS; i++)
		sum += turns[i];
	CHECK(sum == guarded);
}

/* ---- the loader and the resolver, while threads are made ---------------- */

static void use_loader(void *arg)
{
	(void)arg;
	while (!stopped()) {
		void *lib = dlopen("libm.so.6", RTLD_NOW | RTLD_LOCAL);
		double (*root)(double) = NULL;
		void *sym = lib ? dlsym(lib, "sqrt") : NULL;

		expect(sym != NULL);
		memcpy(&root, &sym, sizeof(root));
		if (sym)
			expect(root(1764.0) == 42.0);
		if (lib)
			expect(dlclose(lib) == 0);
	}
}

static void use_resolver(void *arg)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
				 .ai_socktype = SOCK_STREAM};

	(void)arg;
	while (!stopped()) {
		struct addrinfo *list = NULL;
		struct passwd pw, *found = NULL;
		char buf[4096];

		expect(getaddrinfo("127.0.0.1", "80", &hints, &list) == 0);
		expect(list && list->ai_family == AF_INET);
		if (list)
			freeaddrinfo(list);
		expect(getpwuid_r(0, &pw, buf, sizeof(buf), &found) == 0);
	}
}

static void nap(void *arg)
{
	struct timespec t = {.tv_nsec = 3000000};

	(void)arg;
	nanosleep(&t, NULL);
}

/* Ends with its thread, so that there are always threads to be made. */
static void end_with_thread(void *arg)
{
	goro_lock_thread();
	goro_blocking(nap, arg);
}

static void use_loader_and_all(void *arg)
{
	int me = my_number();

	if (me % 3 == 0) {
		use_loader(arg);
	} else if (me % 3 == 1) {
		use_resolver(arg);
	} else {
		while (!stopped()) {
			goro_go(end_with_thread, NULL);
			goro_blocking(nap, NULL);
		}
	}
}

static void run_loader(void *arg)
{
	(void)arg;
	hammer(use_loader_and_all);
}

static const struct mode modes[] = {
	{"malloc", run_malloc},       {"stdio", run_stdio},
	{"snprintf", run_snprintf},   {"errno", run_errno},
	{"registers", run_registers}, {"foreign", run_foreign},
	{"loader", run_loader},       {NULL, NULL},
};

int main(int argc, char **argv)
{
	struct goro_config c = {.size = sizeof(c), .stack = 262144};

	if (argc > 2)
		duration = number_arg(argv[2]);
	CHECK(goro_run_with(find_mode(modes, argc > 1 ? argv[1] : NULL), NULL,
			    &c) == GORO_OK);
	return check_failed;
}
