# The release build by clang, whatever cc is: lint wants both compilers.
CC := clang
CONFIG_CFLAGS := -O2
CONFIG_LDFLAGS :=
SAN := none
