# runtimes/boost_fiber.so: fibers of Boost.Fiber on GOMAXPROCS threads.
#
# Debian package libboost-fiber-dev; without it, and in builds with
# sanitizers, which do not know its stacks, it is left out.

BF_HEADER := $(firstword $(wildcard $(addsuffix /boost/fiber/all.hpp,\
	/usr/include /usr/local/include)))
# Debian's libboost-dev has the headers of all, and no library: the compiler
# answers with a path only if it finds the file.
BF_LIBRARY := $(if $(BF_HEADER),$(filter /%,$(shell $(CXX) \
	-print-file-name=libboost_fiber.so)))
BF_OBJS := $(patsubst runtimes/boost_fiber/%.cc,\
	$(B)/obj/runtimes/boost_fiber/%.o,$(wildcard runtimes/boost_fiber/*.cc))

CONF_MISSING_boost_fiber := no Boost.Fiber here: Debian package \
	libboost-fiber-dev

ifneq ($(and $(BF_LIBRARY),$(filter none,$(SAN))),)
RUNTIME_FILES += $(B)/runtimes/boost_fiber.so
endif

$(B)/obj/runtimes/boost_fiber/%.o: runtimes/boost_fiber/%.cc
	@mkdir -p $(@D)
	$(CXX) -std=c++17 -fPIC -fvisibility=hidden -MMD -MP -Wall -Wextra \
		$(WERROR) -DNDEBUG -Iabi $(CONFIG_CFLAGS) $(CFLAGS) -c -o $@ $<

$(B)/runtimes/boost_fiber.so: $(BF_OBJS)
	@mkdir -p $(@D)
	$(CXX) $(CONFIG_LDFLAGS) $(LDFLAGS) -shared -pthread -o $@ $^ \
		-lboost_fiber -lboost_context
