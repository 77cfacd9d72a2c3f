#include <neco.h>
#include <stdio.h>

static neco_waitgroup wg;

static void both_done(int argc, void *argv[])
{
	(void)argc, (void)argv;
	neco_yield();
	fprintf(stderr, "add: %s\n",
		neco_strerror(neco_waitgroup_add(&wg, -2)));
}

int neco_main(int argc, char *argv[])
{
	int code;

	(void)argc, (void)argv;
	neco_env_setpaniconerror(false);
	neco_waitgroup_add(&wg, 2);
	neco_start(both_done, 0);
	code = neco_waitgroup_wait_dl(&wg, neco_now() + NECO_SECOND);
	fprintf(stderr, "wait: %s\n", neco_strerror(code));
	return 0;
}
