/*
 * EMB-003, EMB-004: C++ in goroutines.  A C++ runtime is there from the start
 * of the process on, as in a C++ program; the bodies are in bodies.cc.
 */
#define _GNU_SOURCE
#include "cxx.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kit/work.h"

#define NEEDS_CXX                                                              \
	.procs = {1, 4}, .flags = CASE_NOT_SANITIZED,                          \
	.env = {"LD_PRELOAD=libstdc++.so.6"}

static void check(bool ok, const char *what)
{
	CHECK_MSG(ok, "not so: %s", what);
}

static void end(int id)
{
	if (id % 2 == 0)
		yield();
	finish();
	rt->core->goexit();
}

static const struct cxx_words words = {yield, sleep_ns, spin_for, end, check};

struct body {
	cxx_body *fn;
	int id;
};

static void run_body(void *arg)
{
	const struct body *b = arg;

	b->fn(&words, b->id);
	finish();
}

/* From the object beside the executable; skips where there is none. */
static cxx_body *body_of(const char *name)
{
	static void *bodies;
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 32);
	char *end;

	REQUIRE_CMP(n, >, 0);
	path[n] = '\0';
	end = strrchr(path, '/');
	REQUIRE(end != NULL);
	strcpy(end, "/cases_cxx.so");
	if (dlsym(RTLD_DEFAULT, "__cxa_get_globals") == NULL)
		skip("no libstdc++ here");
	if (bodies == NULL)
		bodies = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (bodies == NULL)
		skip("no C++ compiler has made the bodies: %s", dlerror());
	return (cxx_body *)dlsym(bodies, name);
}

static void run_bodies(const char *name, int n)
{
	struct body b = {.fn = body_of(name)};

	REQUIRE(b.fn != NULL);
	for (b.id = 1; b.id <= n; b.id++)
		go_copy(run_body, &b, sizeof(b));
	CHECK(becomes(&finished, n));
}

CASE(EMB_003, "the exceptions that a goroutine handles are its own", NEEDS_CXX)
{
	run_bodies("cxx_park_in_catch", 50);
}

CASE_OF(EMB_003, preempted, "also if it is preempted in a catch block",
	.timeout_ms = 20000, NEEDS_CXX)
{
	run_bodies("cxx_compute_in_catch", 30);
}

CASE_OF(EMB_003, unwinding, "and if it parks while its stack is unwound",
	NEEDS_CXX)
{
	run_bodies("cxx_park_in_unwind", 50);
}

CASE_OF(EMB_003, ended, "one that ends in a catch block leaves none behind",
	NEEDS_CXX, NEEDS(NEED(core, goexit)))
{
	run_bodies("cxx_end_in_catch", 200);
}

CASE(EMB_004, "a static whose initialiser parks is made once",
     .traits = ASSAY_TRAIT_PREEMPTIVE, NEEDS_CXX)
{
	run_bodies("cxx_use_static", 20);
}
