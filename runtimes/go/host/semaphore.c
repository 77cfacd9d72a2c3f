//go:build semaphore

/* semaphore.c - golang.org/x/sync/semaphore. */
#include "_cgo_export.h"

static assay_semaphore *semaphore_make(int64_t n)
{
	return n >= 0 ? (assay_semaphore *)goSemaphoreNew(n) : NULL;
}

static int semaphore_acquire(assay_semaphore *s, assay_context *c, int64_t n)
{
	if (!s || !c || n < 0)
		return ASSAY_EINVAL;
	return goSemaphoreAcquire((uintptr_t)s, (uintptr_t)c, n);
}

static int semaphore_try_acquire(assay_semaphore *s, int64_t n)
{
	if (!s || n < 0)
		return ASSAY_EINVAL;
	return goSemaphoreTryAcquire((uintptr_t)s, n);
}

static int semaphore_release(assay_semaphore *s, int64_t n)
{
	if (!s || n < 0)
		return ASSAY_EINVAL;
	return goSemaphoreRelease((uintptr_t)s, n);
}

static void semaphore_free(assay_semaphore *s)
{
	if (s)
		goSemaphoreFree((uintptr_t)s);
}

const struct assay_semaphore_ops assay_go_semaphore = {
	sizeof(assay_go_semaphore), ASSAY_SEMAPHORE_FN(ASSAY_ENTRY)};
