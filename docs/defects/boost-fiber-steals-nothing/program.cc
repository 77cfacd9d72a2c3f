#include <boost/fiber/all.hpp>
#include <chrono>
#include <cstdio>
#include <thread>
#include <unistd.h>

using namespace boost::fibers;
using namespace std::chrono;

int main()
{
	std::thread([] { // with nothing to do it looks for work all the time
		use_scheduling_algorithm<algo::work_stealing>(2);
		promise<void> never;
		never.get_future().wait();
	}).detach();
	use_scheduling_algorithm<algo::work_stealing>(2);
	boost::this_fiber::sleep_for(milliseconds(100));
	auto begin = steady_clock::now();
	fiber second{[&] {
		bool late = steady_clock::now() - begin >= seconds(1);
		std::printf("it ran when the first had ended: %d\n", late);
	}};
	while (steady_clock::now() - begin < seconds(1))
		; // the first
	second.join();
	std::fflush(stdout);
	_exit(0);
}
