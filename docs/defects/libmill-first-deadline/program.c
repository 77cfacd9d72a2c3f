#include <libmill.h>
#include <stdio.h>

static int64_t wait_for(chan c, int64_t ms)
{
	int64_t begin = now();

	choose
	{
		in(c, int, v) : printf("%d\n", v);
		deadline(begin + ms) : end
	}
	return now() - begin;
}

int main(void)
{
	chan c = chmake(int, 0);
	int64_t first = wait_for(c, 500), second = wait_for(c, 500);

	fprintf(stderr, "first %s, second %s\n",
		first < 400 ? "early" : "right",
		second < 400 ? "early" : "right");
	return 0;
}
