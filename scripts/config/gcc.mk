# The release build by gcc, whatever cc is: lint wants both compilers.
CC := gcc
CONFIG_CFLAGS := -O2
CONFIG_LDFLAGS :=
SAN := none
