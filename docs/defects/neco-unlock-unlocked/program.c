#include <neco.h>
#include <stdio.h>

int neco_main(int argc, char *argv[])
{
	neco_mutex m = NECO_MUTEX_INITIALIZER;

	(void)argc, (void)argv;
	fprintf(stderr, "%s\n", neco_strerror(neco_mutex_unlock(&m)));
	return 0;
}
