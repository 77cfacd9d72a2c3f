/* capture.c - see capture.h. */
#include "capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK ((size_t)16 << 10)
#define ROOM_MAX (CAPTURE_HEAD + 2 * CAPTURE_TAIL + CHUNK)

static void make_room(struct capture *c)
{
	size_t surplus;

	if (c->len > CAPTURE_HEAD + 2 * CAPTURE_TAIL) {
		surplus = c->len - CAPTURE_HEAD - CAPTURE_TAIL;
		memmove(c->data + CAPTURE_HEAD,
			c->data + CAPTURE_HEAD + surplus, CAPTURE_TAIL);
		c->len -= surplus;
		c->dropped += surplus;
	}
	if (c->room - c->len >= CHUNK + 1)
		return;
	c->room = c->room * 2 + CHUNK + 1;
	if (c->room > ROOM_MAX + CHUNK)
		c->room = ROOM_MAX + CHUNK;
	c->data = grow(c->data, c->room, 1);
}

bool capture_read(struct capture *c, int fd)
{
	ssize_t n;

	for (;;) {
		make_room(c);
		n = read(fd, c->data + c->len, CHUNK);
		if (n > 0) {
			c->len += (size_t)n;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		return n < 0 && errno == EAGAIN;
	}
}

void capture_end(struct capture *c)
{
	char mark[64];
	int n;

	make_room(c);
	if (c->dropped > 0) {
		n = snprintf(mark, sizeof(mark),
			     "\n[... %zu bytes left out ...]\n", c->dropped);
		c->data = grow(c->data, c->len + (size_t)n + 1, 1);
		memmove(c->data + CAPTURE_HEAD + n, c->data + CAPTURE_HEAD,
			c->len - CAPTURE_HEAD);
		memcpy(c->data + CAPTURE_HEAD, mark, (size_t)n);
		c->len += (size_t)n;
	}
	c->data[c->len] = '\0';
}

void capture_free(struct capture *c)
{
	free(c->data);
	*c = (struct capture){0};
}
