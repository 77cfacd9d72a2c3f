/*
 * cxx.h - what C bodies and their parts in C++ (bodies.cc) share.  The latter
 * are a shared object of their own, so that no other case has a C++ runtime.
 */
#ifndef ASSAY_CASES_EMBED_CXX_H
#define ASSAY_CASES_EMBED_CXX_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cxx_words {
	void (*yield)(void);
	void (*sleep)(int64_t ns);
	void (*compute)(int64_t ns);
	void (*end)(int id); /* of the goroutine, from wherever it is called */
	void (*check)(bool ok, const char *what);
};

/* Each runs in a goroutine that has the number id, 1 and up. */
typedef void cxx_body(const struct cxx_words *w, int id);

cxx_body cxx_park_in_catch, cxx_compute_in_catch, cxx_park_in_unwind;
cxx_body cxx_end_in_catch, cxx_use_static;

#ifdef __cplusplus
}
#endif

#endif
