#include <neco.h>
#include <stdio.h>

int neco_main(int argc, char *argv[])
{
	neco_chan *c[2];
	int taken[2] = {0, 0}, v = 1;

	(void)argc, (void)argv;
	for (int i = 0; i < 2; i++)
		neco_chan_make(&c[i], sizeof(int), 1);
	for (int i = 0; i < 1000; i++) {
		for (int k = 0; k < 2; k++)
			neco_chan_send_dl(c[k], &v, 1); /* both are full */
		int k = neco_chan_selectv(2, c);
		neco_chan_case(c[k], &v);
		taken[k]++;
	}
	fprintf(stderr, "first %d, second %d\n", taken[0], taken[1]);
	return 0;
}
