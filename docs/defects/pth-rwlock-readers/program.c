#include <errno.h>
#include <pth.h>
#include <stdio.h>
#include <string.h>

static pth_rwlock_t lock = PTH_RWLOCK_INIT;

static void *second(void *arg)
{
	pth_rwlock_acquire(&lock, PTH_RWLOCK_RD, FALSE, NULL);
	pth_yield(NULL); /* the first reader leaves */
	if (!pth_rwlock_release(&lock))
		fprintf(stderr, "release: %s\n", strerror(errno));
	if (!pth_rwlock_acquire(&lock, PTH_RWLOCK_RW, TRUE, NULL))
		fprintf(stderr, "write: %s\n", strerror(errno));
	return arg;
}

int main(void)
{
	pth_t t;

	pth_init();
	pth_rwlock_acquire(&lock, PTH_RWLOCK_RD, FALSE, NULL);
	t = pth_spawn(NULL, second, NULL);
	pth_yield(t);
	pth_rwlock_release(&lock);
	pth_join(t, NULL);
	return 0;
}
