CONFIG_CFLAGS := -O1 -fno-omit-frame-pointer -DGORO_CHECKED \
	-fsanitize=address,undefined \
	-fno-sanitize-recover=undefined
CONFIG_LDFLAGS := -fsanitize=address,undefined
SAN := asan
