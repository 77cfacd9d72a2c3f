// bodies.cc - the parts of EMB-003 and EMB-004 that are C++: see cxx.h.
#include "cxx.h"

#include <exception>

static const int64_t ms = 1000000;

// What is being handled is the exception of that number.
static void check_own(const struct cxx_words *w, int id)
{
	w->check(std::uncaught_exceptions() == 0, "nothing unwinds");
	w->check(std::current_exception() != nullptr, "there is an exception");
	try {
		throw;
	} catch (int again) {
		w->check(again == id, "throw; gives one's own");
	}
	try {
		std::rethrow_exception(std::current_exception());
	} catch (int again) {
		w->check(again == id, "current_exception() is one's own");
	}
}

extern "C" __attribute__((visibility("default"))) void
cxx_park_in_catch(const struct cxx_words *w, int id)
{
	try {
		throw id;
	} catch (int caught) {
		w->sleep((id % 3 + 1) * 5 * ms);
		w->check(caught == id, "the exception that was caught");
		check_own(w, id);
		try {
			throw id + 1000;
		} catch (int inner) {
			w->yield();
			w->check(inner == id + 1000, "the inner one");
			check_own(w, id + 1000);
		}
		check_own(w, id);
	}
	w->check(std::current_exception() == nullptr, "all is handled");
}

extern "C" __attribute__((visibility("default"))) void
cxx_compute_in_catch(const struct cxx_words *w, int id)
{
	try {
		throw id;
	} catch (int caught) {
		w->compute(12 * ms);
		w->check(caught == id, "the exception that was caught");
		check_own(w, id);
	}
}

namespace
{
struct parks_at_end {
	const struct cxx_words *w;

	~parks_at_end()
	{
		for (int i = 0; i < 3; i++) {
			w->check(std::uncaught_exceptions() == 1,
				 "one exception unwinds");
			w->sleep(ms);
			w->yield();
		}
	}
};
} // namespace

extern "C" __attribute__((visibility("default"))) void
cxx_park_in_unwind(const struct cxx_words *w, int id)
{
	try {
		parks_at_end p{w};

		throw id;
	} catch (int caught) {
		w->check(caught == id, "the exception that was caught");
		check_own(w, id);
	}
}

extern "C" __attribute__((visibility("default"))) void
cxx_end_in_catch(const struct cxx_words *w, int id)
{
	w->check(std::current_exception() == nullptr, "nothing is handled");
	try {
		throw id;
	} catch (int) {
		try {
			throw id + 1000;
		} catch (int inner) {
			w->end(inner);
		}
	}
}

// ---- a static that is made by a function that parks

static int made; // by whoever is first, alone

static int make_slowly(const struct cxx_words *w)
{
	__atomic_add_fetch(&made, 1, __ATOMIC_RELAXED);
	w->sleep(2 * ms);
	return 42;
}

template <int n> static int value(const struct cxx_words *w)
{
	static const int v = make_slowly(w) + n;

	return v;
}

extern "C" __attribute__((visibility("default"))) void
cxx_use_static(const struct cxx_words *w, int)
{
	w->check(value<0>(w) == 42, "the value");
	w->yield();
	w->check(value<1>(w) == 43, "the second value");
	w->check(value<2>(w) == 44, "the third value");
	w->check(__atomic_load_n(&made, __ATOMIC_RELAXED) == 3, "made once");
}
