#include <boost/fiber/all.hpp>
#include <cstdio>

int main()
{
	using namespace boost::fibers;

	use_scheduling_algorithm<algo::work_stealing>(1);
	boost::this_fiber::sleep_for(std::chrono::milliseconds(10));
	std::puts("10 ms are over");
}
