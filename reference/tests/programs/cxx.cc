/*
 * cxx.cc - goro.h serves C++: lambdas without captures are goroutines, and an
 * exception that stays inside a goroutine's function is thrown and caught on
 * its stack.
 */
#include <goro.h>

#include <cstdio>
#include <stdexcept>
#include <string>

static goro_chan *results;

static void thrower(int n)
{
	if (n == 0)
		throw std::runtime_error("thrown");
	goro_yield();
	thrower(n - 1);
}

static void worker(void *arg)
{
	int caught = 0;

	try {
		thrower(*static_cast<int *>(arg));
	} catch (const std::runtime_error &e) {
		caught = std::string(e.what()) == "thrown";
	}
	goro_send(results, &caught);
}

int main()
{
	static int sum;

	int status = goro_run(
		[](void *) {
			results = goro_make(sizeof(int), 0);
			for (int i = 0; i < 20; i++)
				goro_go_copy(worker, &i, sizeof(i));
			for (int i = 0; i < 20; i++) {
				int one;

				goro_recv(results, &one);
				sum += one;
			}
		},
		nullptr);
	std::printf("%d\n", sum);
	return status;
}
