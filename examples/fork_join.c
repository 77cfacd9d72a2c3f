/* Work is forked to a goroutine and joined where its result is needed. */
#include <goro.h>
#include <stdio.h>

struct range {
	long from, to, sum;
};

/* Forks the left half, does the right half, joins. */
static void sum(void *arg)
{
	struct range *r = arg;
	long middle = (r->from + r->to) / 2;
	struct range left = {r->from, middle, 0};
	struct range right = {middle, r->to, 0};
	goro_waitgroup wg = {0};

	if (r->to - r->from < 1000) {
		r->sum = 0;
		for (long i = r->from; i < r->to; i++)
			r->sum += i;
		return;
	}
	goro_wg_go(&wg, sum, &left);
	sum(&right);
	goro_wg_wait(&wg); /* the join point */
	r->sum = left.sum + right.sum;
}

static void app(void *arg)
{
	struct range all = {0, 1000001, 0};

	(void)arg;
	sum(&all);
	printf("%ld\n", all.sum);
}

int main(void)
{
	return goro_run(app, NULL);
}
