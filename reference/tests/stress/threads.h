/*
 * threads.h - some threads that start at the same moment.
 *
 * CUnit's assertions are not for threads: they keep what they saw, and the
 * test asserts once they are joined.
 */
#ifndef GORO_STRESS_THREADS_H
#define GORO_STRESS_THREADS_H

#include <pthread.h>

#include "unit.h"

enum { MOST_THREADS = 8 };

struct threads {
	pthread_t thread[MOST_THREADS];
	int n;
};

static inline void threads_start(struct threads *t, int n, void *(*fn)(void *),
				 void *args, size_t size)
{
	for (t->n = 0; t->n < n; t->n++) {
		void *arg = (char *)args + (size_t)t->n * size;

		if (pthread_create(&t->thread[t->n], NULL, fn, arg))
			break;
	}
	UNIT_EQ(t->n, n);
}

static inline void threads_join(struct threads *t)
{
	for (int i = 0; i < t->n; i++)
		pthread_join(t->thread[i], NULL);
}

#endif
