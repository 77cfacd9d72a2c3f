/*
 * profile_calls.c - the stack of a goroutine that goes in and out of blocking
 * calls is that of the call in each profile, and not of its last switch.
 */
#define _GNU_SOURCE
#include <goro.h>
#include <goro_debug.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "prog.h"

enum { CALLERS = 4, PROFILES = 1500 };

static atomic_int calling;
static atomic_bool over;
static goro_waitgroup group;

__attribute__((noinline)) void switched_here(int depth);
__attribute__((noinline)) void calls_again(void);

void switched_here(int depth)
{
	char frame[64];

	memset(frame, depth, sizeof(frame));
	__asm__ volatile("" : : "r"(frame) : "memory");
	if (depth > 0)
		switched_here(depth - 1);
	else
		goro_sleep(MS);
	__asm__ volatile("" : : "r"(frame) : "memory");
}

static void nothing(void *unused)
{
	(void)unused;
}

void calls_again(void)
{
	while (!atomic_load_explicit(&over, memory_order_relaxed))
		goro_blocking(nothing, NULL);
}

static void caller(void *unused)
{
	(void)unused;
	switched_here(5);
	atomic_fetch_add_explicit(&calling, 1, memory_order_relaxed);
	calls_again();
}

/* Returns how many goroutines the profile shows in that function. */
static int shown(const char *text, const char *name)
{
	const char *end;
	int n = 0;

	text += strcspn(text, "\n") + 1; /* the head */
	for (; (end = strstr(text, "\n\n")) != NULL; text = end + 2)
		if (memmem(text, (size_t)(end - text), name, strlen(name)))
			n += atoi(text);
	return n;
}

static void look(void *unused)
{
	static char text[1 << 16];
	ssize_t got;
	int fd;

	(void)unused;
	for (int i = 0; i < CALLERS; i++)
		goro_wg_go(&group, caller, NULL);
	while (atomic_load_explicit(&calling, memory_order_relaxed) < CALLERS)
		goro_sleep(MS);
	for (int i = 0; i < PROFILES && !check_failed; i++) {
		fd = memfd_create("profile", MFD_CLOEXEC);
		CHECK(goro_profile_write("goroutine", 1, fd) == GORO_OK);
		got = pread(fd, text, sizeof(text) - 1, 0);
		text[got > 0 ? got : 0] = '\0';
		close(fd);
		CHECK(shown(text, "calls_again") == CALLERS);
		CHECK(shown(text, "switched_here") == 0);
		if (check_failed)
			puts(text);
	}
	atomic_store_explicit(&over, true, memory_order_relaxed);
	goro_wg_wait(&group);
}

int main(void)
{
	CHECK(goro_run(look, NULL) == GORO_OK);
	return check_failed;
}
