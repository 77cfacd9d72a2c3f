/* ledger.c - see ledger.h. */
#include "ledger.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static struct ledger own;
struct ledger *ledger = &own;

/*
 * Maps the ledger, before main() and before any runtime is loaded.  Then closes
 * the descriptor and removes its variable, so that no process that a body
 * starts inherits them.
 */
__attribute__((constructor)) static void ledger_open(void)
{
	const char *text = getenv(LEDGER_VARIABLE);
	int fd = text == NULL ? -1 : atoi(text);
	void *shared = MAP_FAILED;

	if (fd > 0)
		shared = mmap(NULL, sizeof(own), PROT_READ | PROT_WRITE,
			      MAP_SHARED, fd, 0);
	if (shared != MAP_FAILED) {
		ledger = shared;
		close(fd);
	}
	unsetenv(LEDGER_VARIABLE);
	/* relaxed: the runner reads it when the process is dead */
	atomic_store_explicit(&ledger->pid, getpid(), memory_order_relaxed);
}

bool ledger_step(enum ledger_stage from, enum ledger_stage to)
{
	int at = (int)from;

	/*
	 * acq_rel: pairs with itself; a stage follows all that was done before
	 */
	if (atomic_load_explicit(&ledger->pid, memory_order_relaxed) ==
		    getpid() &&
	    atomic_compare_exchange_strong_explicit(
		    &ledger->stage, &at, (int)to, memory_order_acq_rel,
		    memory_order_acquire))
		return true;
	atomic_store_explicit(&ledger->broken, true, memory_order_relaxed);
	return false;
}
