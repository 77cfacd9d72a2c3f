# gcc's ThreadSanitizer stops at 8128 fibers and takes 2 ms to make one.
CC := clang
CONFIG_CFLAGS := -O1 -fno-omit-frame-pointer -fsanitize=thread
CONFIG_LDFLAGS := -fsanitize=thread
SAN := tsan
