# Assay: conformance and benchmarks for goroutine-style runtimes, and goro.
#
# Every folder that is built has a build.mk of its own, included below; it
# adds to the lists of this file and gives the rules for its own objects.
# Objects live under build/$(CONFIG)/, so builds with sanitizers stand beside
# the plain one: make CONFIG=asan all.
#
# A target is listed by `make help` if its rule carries a `##` comment; a
# line that starts with `#?` lists a variable.

#? CONFIG    what to build: release (default), debug, asan, tsan, gcc, clang
CONFIG ?= release
B := build/$(CONFIG)

WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes
#? WERROR    -Werror makes every warning an error
WERROR ?=
CFLAGS ?= -g
include scripts/config/$(CONFIG).mk

# A large frame touches each of its pages, and so the guard of a stack.
STACK_CFLAGS := -fstack-clash-protection

C_BASE := -std=gnu11 -fPIC -fvisibility=hidden -MMD -MP $(WARN) $(WERROR) \
	$(STACK_CFLAGS) -Iabi $(CONFIG_CFLAGS) $(CFLAGS)

#? V         1: show the commands of a build, not how far it has got
V ?=
ifneq ($(V),1)
MAKEFLAGS += -s
# make expands SHELL for each line that it runs.  The first of a folder's files
# is told, or of what stands in B itself; not what is only looked at (FORCE).
SHELL = $(if $(filter $(B)/%,$@),$(if $(filter FORCE,$?),,$(call \
	say_once,$(patsubst obj/%,%,$(patsubst $(B)/%,%,$@)))))/bin/sh
say_once = $(call say_of,$(if $(findstring /,$(1)),$(patsubst %/,%,$(dir $(1))),$(1)))
say_of = $(if $(filter $(1),$(SAID)),,$(info $(CONFIG)  $(1))$(eval SAID += $(1)))
endif

ALL :=            # what `make all` builds
TESTS :=          # targets that `make test` runs, each printing its verdict
RUNTIME_FILES :=  # what the runner can load: shared objects and hosts

# goro's version, in libgoro.so.X.Y.Z and goro.pc, is that of its header.
GORO_VERSION := $(shell sed -n 's/^.define GORO_VERSION "\(.*\)"/\1/p' \
	reference/include/goro.h 2>/dev/null)
GORO_SONAME := libgoro.so.$(firstword $(subst ., ,$(GORO_VERSION)))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Two jobs at a time unless the caller says otherwise.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j2
endif
MAKEFLAGS += --no-print-directory

# ---- the machine ----------------------------------------------------------
#
# The stamp is made by setup.sh, which installs what is missing; it depends on
# the files found, so it costs a few stat calls until one of them is gone.
# make starts over once it is made and the fragments see the new tools.

GOALS := $(or $(MAKECMDGOALS),help)
NO_SETUP := help setup clean uninstall fresh-debian
PROFILE := build
ifneq ($(filter test test-% check,$(GOALS)),)
PROFILE := test
endif
ifneq ($(filter valgrind lint mutate,$(GOALS)),)
PROFILE := $(firstword $(filter valgrind lint mutate,$(GOALS)))
endif
ifneq ($(filter aarch64%,$(GOALS) $(CONFIG)),)
PROFILE := cross
endif
ifneq ($(filter bench bench-% gate report %/assay-bench,$(GOALS)),)
PROFILE := bench
endif
ifneq ($(filter site certify,$(GOALS)),)
PROFILE := site
endif
ifneq ($(filter interpreters,$(GOALS)),)
PROFILE := litmus
endif
ifeq ($(RUNTIME),all)
PROFILE := field
endif
ifneq ($(filter tsan,$(GOALS) $(CONFIG)),)
PROFILE := tsan
endif
ifneq ($(filter-out $(NO_SETUP),$(GOALS)),)
include build/setup/$(PROFILE).mk
build/setup/%.mk: scripts/setup.sh
	@CC="$(or $(HOST_CC),$(CC))" CXX="$(CXX)" \
		scripts/setup.sh stamp $@ $*
endif

#? GO        the go command; without one the Go host is left out
GO ?= $(firstword $(shell command -v go) \
	$(wildcard /usr/local/go/bin/go /usr/lib/go*/bin/go))

FRAGMENTS := $(wildcard abi/kit/build.mk reference/build.mk conformance/build.mk \
	runtimes/*/build.mk examples/build.mk benchmarks/build.mk \
	reports/build.mk ci/build.mk tests/fuzz/build.mk)
include $(FRAGMENTS)

# ---- targets --------------------------------------------------------------

.PHONY: help setup all test tsan asan valgrind aarch64 lint fmt install \
	uninstall fresh-debian clean

help: ## list the targets and variables
	@scripts/help.sh Makefile $(FRAGMENTS)

setup: ## install everything that any target can use
	@scripts/setup.sh all

all: $(ALL) $(RUNTIME_FILES) ## build everything that this machine can

#? ONLY      make test, lint: only what has this word in its name
test: all ## run every test; ends with one line, `test: N passed, N failed`
	@scripts/test.sh "$(MAKE)" "$(ONLY)" $(TESTS) \
		$(sort $(wildcard tests/*.sh))

# The runner knows the build it is part of and does less, more patiently.
SLOW_RUNTIME = $(if $(filter command environment,$(firstword \
	$(origin RUNTIME))),$(RUNTIME),goro)

tsan: ## conformance of goro under ThreadSanitizer (clang)
	@scripts/for-tsan.sh $(MAKE) CONFIG=tsan RUNTIME="$(SLOW_RUNTIME)" conformance

asan: ## conformance of goro under AddressSanitizer and UBSan
	@$(MAKE) CONFIG=asan RUNTIME="$(SLOW_RUNTIME)" conformance

valgrind: ## conformance of goro under valgrind, the cases chosen for it
	@$(MAKE) RUNTIME="$(SLOW_RUNTIME)" ARGS="--valgrind $(ARGS)" conformance

aarch64: ## goro cross-built for aarch64 at -O0 to -O2, run under qemu
	@$(MAKE) -j1 test-aarch64-O0 test-aarch64-O1 test-aarch64

lint: ## warnings as errors, format, vet, shell, Python and workflows
	@scripts/lint.sh "$(MAKE)" "$(ONLY)"

fmt: ## format all C and Go code in place
	@scripts/fmt.sh

#? PREFIX    where install puts goro: /usr/local
PREFIX ?= /usr/local
#? DESTDIR   a root for PREFIX, for packagers
DESTDIR ?=
INCLUDEDIR ?= $(PREFIX)/include
LIBDIR ?= $(PREFIX)/lib
DATADIR ?= $(PREFIX)/share
# The system's gdb looks for scripts below /usr/share alone.
GDBAUTOLOAD ?= $(patsubst /usr/local,/usr,$(PREFIX))/share/gdb/auto-load
INSTALL_VARS = GORO_VERSION="$(GORO_VERSION)" GORO_SONAME="$(GORO_SONAME)" \
	DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" LIBDIR="$(LIBDIR)" \
	INCLUDEDIR="$(INCLUDEDIR)" DATADIR="$(DATADIR)" \
	GDBAUTOLOAD="$(GDBAUTOLOAD)"

#? TSAN      no: install leaves the build for ThreadSanitizer out
TSAN ?= yes

install: $(B)/libgoro.a $(B)/libgoro.so $(B)/goro-trace $(B)/goro-explore ## install goro: header, libraries, .pc, gdb
	@$(INSTALL_VARS) scripts/install.sh install $(B)
	@if [ "$(TSAN)" = yes ] && scripts/install.sh can-tsan; then \
		$(MAKE) CONFIG=tsan build/tsan/libgoro.a && \
		$(INSTALL_VARS) scripts/install.sh install-tsan build/tsan; \
	fi

uninstall: ## remove what install put there
	@$(INSTALL_VARS) scripts/install.sh uninstall

fresh-debian: ## build and test a clone in a new Debian root (debootstrap)
	@scripts/fresh-debian.sh

clean: ## remove build/
	rm -rf build

-include $(shell find $(B) -name '*.d' 2>/dev/null)
