/*
 * minutes.c - the dump tells how long a goroutine has waited, in minutes.
 *
 * The clock that a parking goroutine reads is put back before it parks; as
 * sysmon may set it right again in between, that is tried until it shows.
 */
#include <stdatomic.h>

#include "prog.h"

extern _Atomic(uint32_t) goro__seconds;

static void waits(void *c)
{
	uint32_t now = (uint32_t)(goro_now() / 1000000000);

	atomic_store_explicit(&goro__seconds, now - 130, memory_order_relaxed);
	goro_recv(c, NULL);
}

static void app(void *arg)
{
	static char dump[1 << 20];

	(void)arg;
	for (int tries = 0; tries < 200; tries++) {
		goro_go(waits, goro_make(0, 0));
		goro_sleep(MS);
		goro_dump(dump, sizeof(dump));
		if (!strstr(dump, " [chan receive, 2 minutes]:\n"))
			continue;
		puts(strstr(dump, "goroutine 1 [running]:") ? "2 minutes"
							    : "main waits");
		return;
	}
	puts(dump);
}

int main(void)
{
	return goro_run(app, NULL);
}
