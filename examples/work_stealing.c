/*
 * A simulator of two ways to steal work.  At a fork a thread puts the forked
 * task into its deque and goes on itself; or it runs the task at once and
 * puts what comes after, the continuation, into the deque.  Owners work at
 * the tail, thieves steal at the head.
 *
 * A task is a number: n >= 0 is fib(n), which forks fib(n - 1); -n is a loop
 * that forks n leaves.
 */
#include <goro.h>
#include <stdio.h>

enum { FIB = 12, LOOP = -100, MOST_THREADS = 4, ROOM = 4096 };

struct deque {
	int task[ROOM];
	int head, tail;
	int most; /* there were at once */
};

static struct deque deques[MOST_THREADS];
static int threads;

static void push(struct deque *d, int n)
{
	d->task[d->tail++ % ROOM] = n;
	if (d->tail - d->head > d->most)
		d->most = d->tail - d->head;
}

static bool pop(struct deque *d, int *n)
{
	if (d->head == d->tail)
		return false;
	*n = d->task[--d->tail % ROOM];
	return true;
}

static bool steal(int thief, int *n)
{
	for (int i = 1; i < threads; i++) {
		struct deque *d = &deques[(thief + i) % threads];

		if (d->head < d->tail) {
			*n = d->task[d->head++ % ROOM];
			return true;
		}
	}
	return false;
}

/* What is pushed last is what this thread does next. */
static void fork_task(struct deque *d, int task, int rest, bool continuations)
{
	push(d, continuations ? rest : task);
	push(d, continuations ? task : rest);
}

/* One step of a thread; true if it was a leaf. */
static bool run_task(struct deque *d, int n, bool continuations)
{
	if (n == 0 || n == 1)
		return true;
	if (n > 1)
		fork_task(d, n - 1, n - 2, continuations);
	else if (n < -1)
		fork_task(d, 0, n + 1, continuations);
	else
		push(d, 0);
	return false;
}

static void simulate(int root, int n_threads, bool continuations)
{
	int leaves = 0, steals = 0, steps = 0, most = 0, n;
	bool busy = true;

	threads = n_threads;
	for (int t = 0; t < threads; t++)
		deques[t] = (struct deque){.head = 0};
	push(&deques[0], root);
	for (; busy; steps++) {
		busy = false;
		for (int t = 0; t < threads; t++) {
			bool own = pop(&deques[t], &n);

			if (!own && !steal(t, &n))
				continue;
			steals += !own;
			busy = true;
			leaves += run_task(&deques[t], n, continuations);
			most = deques[t].most > most ? deques[t].most : most;
		}
	}
	printf("%s, %d threads, %s: %d leaves, %d steals, %d steps, "
	       "%d in a deque\n",
	       root < 0 ? "loop" : "fib", threads,
	       continuations ? "continuations" : "tasks", leaves, steals,
	       steps - 1, most);
}

static void app(void *arg)
{
	(void)arg;
	for (int n = 1; n <= MOST_THREADS; n *= 4) {
		simulate(FIB, n, false);
		simulate(FIB, n, true);
		simulate(LOOP, n, false);
		simulate(LOOP, n, true);
	}
}

int main(void)
{
	return goro_run(app, NULL);
}
