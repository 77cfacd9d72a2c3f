/* A value that is not there yet: who needs it waits, who has it goes on. */
#include <goro.h>
#include <stdio.h>

struct future {
	goro_chan *set; /* closes when value is there */
	goro_once once;
	int value;
};

struct answer {
	struct future *future;
	int value;
};

static void set_value(void *arg)
{
	struct answer *a = arg;

	a->future->value = a->value;
	goro_close(a->future->set);
}

/* Only the first value counts. */
static void future_set(struct future *f, int value)
{
	struct answer a = {f, value};

	goro_once_do(&f->once, set_value, &a);
}

static int future_get(struct future *f)
{
	goro_recv(f->set, NULL);
	return f->value;
}

static void compute(void *arg)
{
	goro_sleep(5 * GORO_MILLISECOND);
	future_set(arg, 42);
	future_set(arg, 43);
}

static void use(void *arg)
{
	printf("got %d\n", future_get(arg));
}

static void app(void *arg)
{
	struct future f = {.set = goro_make(0, 0)};
	goro_waitgroup wg = {0};

	(void)arg;
	goro_go(compute, &f);
	for (int i = 0; i < 3; i++)
		goro_wg_go(&wg, use, &f);
	goro_wg_wait(&wg);
	printf("and once more %d\n", future_get(&f));
}

int main(void)
{
	return goro_run(app, NULL);
}
