#define DILL_DISABLE_RAW_NAMES
#include <libdill.h>
#include <stdio.h>

static int woke;

static dill_coroutine void sleeper(void)
{
	dill_msleep(dill_now() + 1);
	woke = 1;
}

int main(void)
{
	int64_t begin;

	dill_go(sleeper());
	begin = dill_now();
	while (!woke)
		dill_yield();
	puts(dill_now() - begin < 500 ? "soon" : "after half a second or more");
	return 0;
}
