# What libFuzzer drives: see tests/fuzz.
CC := clang
CONFIG_CFLAGS := -O1 -fno-omit-frame-pointer \
	-fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=undefined
CONFIG_LDFLAGS := -fsanitize=address,undefined
SAN := asan
