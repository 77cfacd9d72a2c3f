#include <neco.h>
#include <stdio.h>

static neco_mutex m;
static neco_cond c;

static void signaller(int argc, void *argv[])
{
	(void)argc, (void)argv;
	neco_mutex_lock(&m); /* only when the other waits */
	neco_cond_signal(&c);
	neco_mutex_unlock(&m);
}

int neco_main(int argc, char *argv[])
{
	int code;

	(void)argc, (void)argv;
	neco_env_setpaniconerror(false);
	neco_mutex_lock(&m);
	neco_start(signaller, 0);
	code = neco_cond_wait_dl(&c, &m, neco_now() + NECO_SECOND);
	fprintf(stderr, "%s\n", neco_strerror(code));
	return 0;
}
