#!/bin/sh
# boost.sh - builds and runs the program of a defect in Boost.Fiber.
#
#	boost.sh NAME FOLDER     FOLDER is for what is built
set -eu

if ! ${CXX:-c++} -std=c++17 -O2 -pthread -o "$2/program" "$1/program.cc" \
	-lboost_fiber -lboost_context 2>/dev/null; then
	echo "no Boost.Fiber here: Debian package libboost-fiber-dev"
	exit 77
fi
exec timeout 5 "$2/program"
