/*
 * chain_cxx.cc - the stacks of C++: methods, templates, lambdas, handlers of
 * exceptions.
 */
#include <stdexcept>

#include "chain.h"

namespace ch_space
{

struct ch_base {
	virtual ~ch_base() = default;
	virtual void ch_virtual(int n) = 0;
};

struct ch_class : ch_base {
	OWN void ch_virtual(int n) override
	{
		want("ch_space::ch_class::ch_virtual ch_space::ch_template<8> "
		     "ch_method");
		PARK();
		count += n;
		AFTER_CALL();
	}
	int count = 0;
};

template <int N> OWN int ch_template(ch_base *b)
{
	b->ch_virtual(N);
	AFTER_CALL();
	return N;
}

} // namespace ch_space

static OWN void ch_method(void *)
{
	static ch_space::ch_class c;

	ch_space::ch_template<8>(&c);
	AFTER_CALL();
}

static OWN void ch_throws(int n)
{
	if (n > 0)
		throw std::runtime_error("x");
	AFTER_CALL();
}

/* Parks while the exception is being handled. */
static OWN void ch_catches(void *)
{
	try {
		ch_throws(1);
	} catch (const std::exception &) {
		want("ch_catches");
		PARK();
	}
	AFTER_CALL();
}

void start_cxx(void)
{
	start(ch_method);
	start(ch_catches);
}
