# A build by clang, whatever cc is: lint wants both compilers.  Clang warns
# before it optimises.
CC := clang
CONFIG_CFLAGS := -O0
CONFIG_LDFLAGS :=
SAN := none
