/*
 * catch.cc - exceptions in flight are the goroutine's, whatever others throw
 * meanwhile and whatever thread it goes on on.  GOMAXPROCS as it comes.
 */
#include <goro.h>

#include <cstdio>
#include <exception>

enum { WORKERS = 16, ROUNDS = 50 };

static goro_waitgroup workers;
static int alive; // objects thrown and not yet destroyed
static int failed;

#define CHECK(ok)                                                              \
	((ok) ? (void)0                                                        \
	      : (void)(failed = 1,                                             \
		       std::printf("line %d: not so: %s\n", __LINE__, #ok)))

struct thrown {
	int id;

	explicit thrown(int n) : id(n)
	{
		__atomic_add_fetch(&alive, 1, __ATOMIC_RELAXED);
	}
	thrown(const thrown &other) : thrown(other.id)
	{
	}
	~thrown()
	{
		__atomic_sub_fetch(&alive, 1, __ATOMIC_RELAXED);
	}
};

static void rest(int id, int i)
{
	if ((id + i) % 5 == 0)
		goro_sleep(1000);
	else
		goro_yield();
}

// Parks while an exception unwinds its frame.
struct parks_at_end {
	int id;

	~parks_at_end()
	{
		for (int i = 0; i < 5; i++) {
			CHECK(std::uncaught_exceptions() == 1);
			rest(id, i);
		}
	}
};

static void nested(int id, int depth)
{
	try {
		throw thrown(id + depth);
	} catch (const thrown &mine) {
		rest(id, depth);
		if (depth < 4)
			nested(id, depth + 1);
		CHECK(mine.id == id + depth);
		try {
			rest(id, depth);
			throw;
		} catch (const thrown &again) {
			rest(id, depth);
			CHECK(&again == &mine);
		}
	}
	CHECK(std::uncaught_exceptions() == 0);
}

static void throws(void *arg)
{
	int id = *static_cast<int *>(arg) * 100;

	for (int i = 0; i < ROUNDS; i++) {
		nested(id, 0);
		try {
			parks_at_end guard{id};

			throw thrown(id);
		} catch (const thrown &t) {
			CHECK(t.id == id);
		}
		CHECK(!std::current_exception());
	}
	goro_wg_done(&workers);
}

// Ends inside of two catch blocks.
static void goes(void *)
{
	goro_yield();
	CHECK(!std::current_exception());
	try {
		throw thrown(-1);
	} catch (...) {
		try {
			throw thrown(-2);
		} catch (...) {
			goro_wg_done(&workers);
			goro_goexit();
		}
	}
}

static void app(void *)
{
	for (int i = 0; i < WORKERS; i++) {
		goro_wg_add(&workers, 2);
		goro_go_copy(throws, &i, sizeof(i));
		goro_go(goes, nullptr);
	}
	goro_wg_wait(&workers);
	goro_sleep(10 * GORO_MILLISECOND);
	CHECK(__atomic_load_n(&alive, __ATOMIC_RELAXED) == 0);
	CHECK(!std::current_exception());
}

int main()
{
	return goro_run(app, nullptr) == GORO_OK ? failed : 1;
}
