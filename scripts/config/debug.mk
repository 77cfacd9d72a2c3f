# The release build with all of goro's checks of itself: base/check.h.
CONFIG_CFLAGS := -O2 -fno-omit-frame-pointer -DGORO_CHECKED
CONFIG_LDFLAGS :=
SAN := none
