/*
 * quote.c - text of the program in a dump.
 */
#include "diag/quote.h"

#include "base/text.h"

#define REPLACEMENT 0xfffdu /* what stands for bytes that are no UTF-8 */

static bool continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Returns the number of bytes of a character that begins with this one; 0. */
static unsigned length(unsigned char c)
{
	if (c < 0x80)
		return 1;
	if (c >= 0xc2 && c < 0xe0)
		return 2;
	if (c >= 0xe0 && c < 0xf0)
		return 3;
	return c >= 0xf0 && c < 0xf5 ? 4 : 0;
}

/* Returns the next character of UTF-8 and goes behind it. */
static uint32_t next(const char **s)
{
	static const uint8_t bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned n = length((unsigned char)**s);
	uint32_t c = (unsigned char)*(*s)++ & bits[n];
	const char *at = *s;

	for (unsigned i = 1; i < n; i++, at++) {
		if (!continues(*at))
			return REPLACEMENT;
		c = c << 6 | ((unsigned char)*at & 0x3f);
	}
	if (n == 0 || c < least[n] || c > 0x10ffff ||
	    (c >= 0xd800 && c < 0xe000))
		return REPLACEMENT;
	*s = at;
	return c;
}

static void out_char(struct out *o, uint32_t c)
{
	char text[2] = {(char)c, '\0'};

	goro__out_str(o, text);
}

/* "\x1b": a letter and so many digits. */
static void out_escaped(struct out *o, char letter, uint32_t c, int digits)
{
	out_char(o, '\\');
	out_char(o, (unsigned char)letter);
	while (digits-- > 0)
		out_char(o, (unsigned char)"0123456789abcdef"[c >> 4 * digits &
							      15]);
}

/* Prints what both forms escape in the same way.  False: c is none of these. */
static bool out_common(struct out *o, uint32_t c)
{
	switch (c) {
	case '\n':
		goro__out_str(o, "\\n");
		return true;
	case '\r':
		goro__out_str(o, "\\r");
		return true;
	case '\t':
		goro__out_str(o, "\\t");
		return true;
	case '\\':
	case '"':
		out_char(o, '\\');
		break;
	default:
		if (c < ' ' || c > '~')
			return false;
	}
	out_char(o, c);
	return true;
}

void goro__out_quoted(struct out *o, const char *s)
{
	goro__out_str(o, "\"");
	while (*s) {
		uint32_t c = next(&s);

		if (out_common(o, c))
			continue;
		if (c < 127)
			out_escaped(o, 'x', c, 2);
		else if (c < 0x10000)
			out_escaped(o, 'u', c, 4);
		else
			out_escaped(o, 'U', c, 8);
	}
	goro__out_str(o, "\"");
}

void goro__out_json(struct out *o, const char *s)
{
	goro__out_str(o, "\"");
	while (*s) {
		uint32_t c = next(&s);

		if (out_common(o, c))
			continue;
		if (c >= 0x10000) { /* two halves */
			out_escaped(o, 'u', 0xd7c0 + (c >> 10), 4);
			c = 0xdc00 + (c & 0x3ff);
		}
		out_escaped(o, 'u', c, 4);
	}
	goro__out_str(o, "\"");
}
