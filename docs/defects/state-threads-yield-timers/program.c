#include <st.h>
#include <stdio.h>

static st_cond_t turn[2];
static int woke;

static void *sleeper(void *arg)
{
	woke = st_usleep(1000) == 0;
	return arg;
}

static void *other(void *arg)
{
	for (;; st_cond_wait(turn[1]))
		st_cond_signal(turn[0]);
}

int main(void)
{
	st_init();
	turn[0] = st_cond_new(), turn[1] = st_cond_new();
	st_thread_create(sleeper, NULL, 0, 0);
	st_thread_create(other, NULL, 0, 0);
	for (st_utime_t t = st_utime(); st_utime() - t < 1000000;) {
		st_cond_wait(turn[0]);
		st_cond_signal(turn[1]);
	}
	puts(woke ? "woke" : "still asleep after 1 s");
}
