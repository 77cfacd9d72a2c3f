/*
 * maps.c - what the kernel says of the process's memory.
 */
#include "diag/maps.h"

#include "base/procfs.h"
#include "base/sys.h"
#include "base/text.h"

bool goro__maps_open(struct maps *m)
{
	char path[PROC_PATH];

	goro__proc_path(path, "maps");
	m->at = m->n = 0;
	m->fd = (int)sys_io(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC,
			    0);
	return m->fd >= 0;
}

void goro__maps_close(struct maps *m)
{
	sys_io(SYS_close, m->fd, NULL, 0, 0);
}

/* Returns the next character, or -1. */
static int next(struct maps *r)
{
	if (r->at == r->n) {
		ssize_t n = sys_read(r->fd, r->buf, sizeof(r->buf));

		if (n <= 0)
			return -1;
		r->at = 0;
		r->n = (size_t)n;
	}
	return (unsigned char)r->buf[r->at++];
}

/* Reads a hexadecimal number and the character after it. */
static uint64_t number(struct maps *r)
{
	uint64_t v = 0;
	int c;

	while ((c = next(r)) >= 0) {
		if (c >= '0' && c <= '9')
			v = v * 16 + (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v * 16 + (uint64_t)(c - 'a' + 10);
		else
			break;
	}
	return v;
}

static void skip_word(struct maps *r)
{
	int c;

	do
		c = next(r);
	while (c >= 0 && c != ' ');
}

/* Reads the rest of the line without leading blanks; none if it is too long. */
static void rest_of_line(struct maps *r, char *text)
{
	size_t n = 0;
	int c;

	do
		c = next(r);
	while (c == ' ');
	for (; c >= 0 && c != '\n'; c = next(r), n++)
		if (n < MAPS_PATH - 1)
			text[n] = (char)c;
	text[n < MAPS_PATH ? n : 0] = '\0';
}

/* "LO-HI PERMISSIONS OFFSET DEVICE INODE   PATH", numbers in hexadecimal. */
bool goro__maps_next(struct maps *m, struct mapping *to)
{
	to->lo = number(m);
	to->hi = number(m);
	if (to->hi == 0)
		return false;
	to->readable = next(m) == 'r';
	to->writable = next(m) == 'w';
	skip_word(m);
	to->offset = number(m);
	skip_word(m);
	number(m);
	rest_of_line(m, to->path);
	return true;
}
