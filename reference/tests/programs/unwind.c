/*
 * unwind.c - an unwinder that starts in a goroutine comes to its bottom and
 * stops there: the personality of C++ exceptions, profilers and backtrace()
 * all go this way.
 */
#include <execinfo.h>
#include <unwind.h>

#include "prog.h"

/* Under deep() there are MOST frames at most: inline ones count at -O0. */
enum { DEPTH = 10, MOST = 30, END_OF_STACK = 5 };

struct walk {
	int frames;
	uintptr_t last_cfa;
	bool ascending;
};

static _Unwind_Reason_Code step(struct _Unwind_Context *context, void *arg)
{
	struct walk *w = arg;
	uintptr_t cfa = _Unwind_GetCFA(context);

	w->ascending &= cfa >= w->last_cfa;
	w->last_cfa = cfa;
	return ++w->frames > 1000 ? _URC_NORMAL_STOP : _URC_NO_REASON;
}

static __attribute__((noinline)) int deep(int n, void (*fn)(void))
{
	volatile int k = n;

	if (k == 0)
		fn();
	else
		deep(k - 1, fn);
	return k;
}

static void walk(void)
{
	struct walk w = {.ascending = true};
	void *pcs[100];
	int code = (int)_Unwind_Backtrace(step, &w);
	int n = backtrace(pcs, 100);

	CHECK(code == END_OF_STACK);
	CHECK(w.frames > DEPTH && w.frames < DEPTH + MOST);
	CHECK(n > DEPTH && n < DEPTH + MOST);
}

/* On a goroutine's stack the frames never lead to another stack. */
static void walk_goroutine(void)
{
	struct walk w = {.ascending = true};

	_Unwind_Backtrace(step, &w);
	CHECK(w.ascending);
	walk();
}

static void call(void *arg)
{
	(void)arg;
	deep(DEPTH, walk_goroutine);
}

static void call_plain(void *arg)
{
	(void)arg;
	deep(DEPTH, walk);
}

static void app(void *arg)
{
	static goro_waitgroup wg;

	call(arg);
	for (int i = 0; i < 5; i++)
		goro_wg_go(&wg, call, NULL);
	goro_wg_wait(&wg);
	goro_blocking(call_plain, NULL);
	goro_sleep(MS);
	call(arg);
}

int main(void)
{
	CHECK(goro_run(app, NULL) == GORO_OK);
	return check_failed;
}
