#define DILL_DISABLE_RAW_NAMES
#include <libdill.h>
#include <stdio.h>
#include <string.h>

static dill_coroutine void select_many(int n)
{
	struct dill_chclause *clauses = calloc((size_t)n, sizeof(*clauses));
	int ends[2];

	dill_chmake(ends);
	for (int i = 0; i < n; i++)
		clauses[i] =
			(struct dill_chclause){DILL_CHRECV, ends[1], NULL, 0};
	dill_choose(clauses, n, dill_now() + 10);
	fprintf(stderr, "%d clauses: %s\n", n, strerror(errno));
}

int main(void)
{
	int all = dill_bundle();

	dill_bundle_go(all, select_many(100));
	dill_bundle_wait(all, -1);
	dill_bundle_go(all, select_many(10000));
	return dill_bundle_wait(all, -1);
}
