/*
 * fd_races.c - `fd_races MODE [SECONDS]`: many goroutines that read, write,
 * close and set deadlines of the same descriptors at once.
 *
 * Every byte that is read was sent on that pair, in its order; every call ends
 * with one of the statuses that it may have; and when all is over no descriptor
 * is open and no goroutine waits that should not.
 */
#include <dirent.h>
#include <stdatomic.h>

#include "fd_test.h"

enum { PAIRS = 8, USERS = 5 };

static int64_t ends; /* when to stop */

/* Of each goroutine. */
struct rnd {
	uint64_t x;
};

static uint32_t rnd(struct rnd *r, uint32_t n)
{
	r->x = r->x * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((r->x >> 33) % n);
}

static bool over(void)
{
	return check_failed || goro_now() > ends;
}

/* ---- one pair, closed and opened again --------------------------------------- */

struct pair {
	struct fd f[2];
	uint64_t tag; /* what all that is sent on it consists of */
	goro_waitgroup users;
};

static void check_status(int status)
{
	CHECK(status == GORO_OK || status == GORO_TIMEOUT ||
	      status == GORO_NET_CLOSED || status == GORO_EOF ||
	      status == FD_ERRNO(EPIPE) || status == FD_ERRNO(ECONNRESET));
	if (check_failed)
		fprintf(stderr, "status %d\n", status);
}

/* Words, so that a byte of another pair shows; SEQPACKET keeps them whole. */
static bool use(struct rnd *r, struct pair *p)
{
	struct fd *f = &p->f[rnd(r, 2)];
	uint64_t words[16];
	size_t n;
	int status;

	switch (rnd(r, 6)) {
	case 0:
	case 1:
		status = goro__fd_read(f, words, sizeof(words), &n);
		for (size_t i = 0; i < n / sizeof(words[0]); i++)
			CHECK(words[i] == p->tag);
		break;
	case 2:
	case 3:
		for (int i = 0; i < 16; i++)
			words[i] = p->tag;
		status = goro__fd_write(f, words, 8 + rnd(r, 16) * 8, &n);
		break;
	case 4:
		status = goro__fd_set_deadline(f, 1 + rnd(r, 3),
					       goro_now() + rnd(r, 2000000) -
						       500000);
		break;
	default:
		status = goro__fd_set_deadline(f, FD_MODE_BOTH, GORO_FOREVER);
		goro_yield();
	}
	check_status(status);
	return status != GORO_NET_CLOSED;
}

struct user {
	struct pair *p;
	uint64_t seed;
};

static void user(void *arg)
{
	struct user *u = arg;
	struct rnd r = {u->seed};

	while (use(&r, u->p))
		continue;
	goro_wg_done(&u->p->users);
}

/* All users get away from it, whatever they wait for. */
static void one_life(struct rnd *r, struct pair *p)
{
	int sv[2];

	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC,
			 0, sv) == 0);
	p->tag++;
	for (int i = 0; i < 2; i++)
		CHECK(goro__fd_init(&p->f[i], sv[i], FD_SOCKET) == GORO_OK);
	for (uint32_t i = 0; i < USERS; i++) {
		struct user u = {p, r->x + i};

		goro_wg_add(&p->users, 1);
		CHECK(goro_go_copy(user, &u, sizeof(u)) == GORO_OK);
	}
	goro_sleep(rnd(r, 400) * GORO_MICROSECOND);
	fd_close_pair(p->f);
	for (int i = 0; i < 2; i++)
		CHECK(goro__fd_close(&p->f[i]) == GORO_NET_CLOSED);
	goro_wg_wait(&p->users);
}

static goro_waitgroup all;

static void lives(void *arg)
{
	static struct pair pairs[PAIRS];
	uint64_t i = *(uint64_t *)arg;
	struct rnd r = {(uint64_t)goro_now() + i};

	pairs[i].tag = i << 32;
	while (!over())
		one_life(&r, &pairs[i]);
	goro_wg_done(&all);
}

static void close_races(void)
{
	for (uint64_t i = 0; i < PAIRS; i++) {
		goro_wg_add(&all, 1);
		CHECK(goro_go_copy(lives, &i, sizeof(i)) == GORO_OK);
	}
	goro_wg_wait(&all);
}

/* ---- a stream whose reader is late now and then -------------------------------- */

struct stream {
	struct fd f[2];
	uint64_t sent, received;
	goro_waitgroup wg;
};

static void feed(void *arg)
{
	struct stream *s = arg;
	struct rnd r = {(uint64_t)goro_now()};
	unsigned char buf[4096];

	while (!over()) {
		size_t n = rnd(&r, sizeof(buf)) + 1, put;
		int status;

		for (size_t i = 0; i < n; i++)
			buf[i] = (unsigned char)((s->sent + i) % 253);
		status = goro__fd_write(&s->f[0], buf, n, &put);
		CHECK(status == GORO_OK || status == GORO_TIMEOUT);
		s->sent += put;
		if (rnd(&r, 16) == 0)
			goro_sleep(rnd(&r, 300) * GORO_MICROSECOND);
	}
	CHECK(goro__fd_close(&s->f[0]) == GORO_OK);
	goro_wg_done(&s->wg);
}

static void take(void *arg)
{
	struct stream *s = arg;
	struct rnd r = {(uint64_t)goro_now() + 1};
	unsigned char buf[4096];
	int status;

	do {
		size_t got;

		status = goro__fd_read(&s->f[1], buf, rnd(&r, sizeof(buf)) + 1,
				       &got);
		for (size_t i = 0; i < got; i++)
			CHECK(buf[i] ==
			      (unsigned char)((s->received + i) % 253));
		s->received += got;
		CHECK(status == GORO_OK || status == GORO_TIMEOUT ||
		      status == GORO_EOF);
	} while (status != GORO_EOF);
	goro_wg_done(&s->wg);
}

/* Deadlines of both ends move all the time. */
static void hurry(void *arg)
{
	struct stream *s = arg;
	struct rnd r = {(uint64_t)goro_now() + 2};

	while (!over()) {
		int64_t when = rnd(&r, 3) ? goro_now() + rnd(&r, 300000) - 50000
					  : GORO_FOREVER;

		goro__fd_set_deadline(&s->f[rnd(&r, 2)], 1 + rnd(&r, 3), when);
		goro_sleep(rnd(&r, 100) * GORO_MICROSECOND);
	}
	goro__fd_set_deadline(&s->f[0], FD_MODE_BOTH, GORO_FOREVER);
	goro__fd_set_deadline(&s->f[1], FD_MODE_BOTH, GORO_FOREVER);
	goro_wg_done(&s->wg);
}

static void stream(void *arg)
{
	struct stream s = {.sent = 0};

	(void)arg;
	fd_pair(s.f);
	goro_wg_add(&s.wg, 3);
	goro_go(feed, &s);
	goro_go(take, &s);
	goro_go(hurry, &s);
	goro_wg_wait(&s.wg);
	CHECK(s.sent == s.received && s.sent > 0);
	CHECK(goro__fd_close(&s.f[1]) == GORO_OK);
	goro_wg_done(&all);
}

static void deadline_races(void)
{
	for (int i = 0; i < 4; i++) {
		goro_wg_add(&all, 1);
		goro_go_stack(stream, NULL, 64 << 10);
	}
	goro_wg_wait(&all);
}

/* ---- what is handed over with a byte -------------------------------------------- */

static int64_t plain[64]; /* whose turn it is, a byte says */

struct player {
	struct fd *f;
	int64_t *ball;
};

static void play(void *arg)
{
	struct player *p = arg;
	char byte;

	while (fd_read_all(p->f, &byte, 1) == GORO_OK) {
		++*p->ball;
		if (fd_write_all(p->f, &byte, 1) != GORO_OK)
			break;
	}
	goro_wg_done(&all);
}

/* Under ThreadSanitizer the bytes are the only edges. */
static void ping_pong(void)
{
	static struct fd f[32][2];

	for (int i = 0; i < 32; i++) {
		fd_pair(f[i]);
		for (int j = 0; j < 2; j++) {
			struct player p = {&f[i][j], &plain[i]};

			goro_wg_add(&all, 1);
			goro_go_copy(play, &p, sizeof(p));
		}
		CHECK(fd_write_all(&f[i][0], "", 1) == GORO_OK);
	}
	while (!over())
		goro_sleep(MS);
	for (int i = 0; i < 32; i++)
		fd_close_pair(f[i]);
	goro_wg_wait(&all);
	for (int i = 0; i < 32; i++)
		CHECK(plain[i] > 0);
}

/* ---- main ------------------------------------------------------------------------- */

static int open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void (*what)(void);
static long seconds;

static void app(void *unused)
{
	struct fd f[2];
	int before;

	(void)unused;
	fd_pair(f); /* opens the poller */
	fd_close_pair(f);
	before = open_files();
	ends = goro_now() + seconds * GORO_SECOND;
	what();
	CHECK(open_files() == before);
}

static const struct {
	const char *name;
	void (*run)(void);
} races[] = {
	{"close", close_races},
	{"deadline", deadline_races},
	{"ping-pong", ping_pong},
};

int main(int argc, char **argv)
{
	int status;

	for (int i = 0; i < 3; i++)
		if (argc > 1 && strcmp(argv[1], races[i].name) == 0)
			what = races[i].run;
	seconds = number_arg(argc > 2 ? argv[2] : "1");
	if (!what) {
		fprintf(stderr, "no such mode\n");
		return 64;
	}
	status = goro_run(app, NULL);
	return status ? status : check_failed;
}
