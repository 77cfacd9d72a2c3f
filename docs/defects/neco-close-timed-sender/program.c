#include <neco.h>
#include <stdio.h>

static neco_chan *c;

static void sender(int argc, void *argv[])
{
	int v = 1;

	(void)argc, (void)argv;
	neco_chan_send_dl(c, &v, neco_now() + 10 * NECO_MILLISECOND);
}

int neco_main(int argc, char *argv[])
{
	int v;

	(void)argc, (void)argv;
	neco_env_setpaniconerror(false);
	neco_chan_make(&c, sizeof(v), 0);
	neco_start(sender, 0);
	neco_chan_close(c);
	neco_sleep(20 * NECO_MILLISECOND); /* the sender has given up */
	fprintf(stderr, "%s\n",
		neco_strerror(
			neco_chan_recv_dl(c, &v, neco_now() + NECO_SECOND)));
	return 0;
}
