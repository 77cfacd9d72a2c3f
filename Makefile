# Assay: conformance and benchmarks for goroutine-style runtimes, and goro.
#
# Every folder that is built has a build.mk of its own, included below; it
# adds to the lists of this file and gives the rules for its own objects.
# Objects live under build/$(CONFIG)/, so builds with sanitizers stand beside
# the plain one: make CONFIG=asan all.

CONFIG ?= release
B := build/$(CONFIG)

CC ?= cc
CXX ?= c++
WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes
WERROR ?=
CFLAGS ?= -g
include scripts/config/$(CONFIG).mk

C_BASE := -std=gnu11 -fPIC -fvisibility=hidden -MMD -MP $(WARN) $(WERROR) \
	-Iabi $(CONFIG_CFLAGS) $(CFLAGS)

ALL :=            # what `make all` builds
TESTS :=          # targets that `make test` runs, each printing its verdict
RUNTIME_FILES :=  # what the runner can load: shared objects and hosts

.DEFAULT_GOAL := help
FRAGMENTS := $(wildcard reference/build.mk conformance/build.mk \
	runtimes/*/build.mk benchmarks/build.mk reports/build.mk ci/build.mk)
include $(FRAGMENTS)

.PHONY: help all clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' \
		$(MAKEFILE_LIST)

all: $(ALL) $(RUNTIME_FILES) ## build everything that this machine can

clean: ## remove build/
	rm -rf build

-include $(shell find $(B) -name '*.d' 2>/dev/null)
