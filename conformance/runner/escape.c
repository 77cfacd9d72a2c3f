/* escape.c - see escape.h. */
#include "escape.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * Returns the length of the UTF-8 character at s, at most n; 0 if it is
 * invalid, overlong, a surrogate, a non-character or a control character.
 */
static size_t utf8_length(const unsigned char *s, size_t n)
{
	size_t len = s[0] < 0x80   ? 1
		     : s[0] < 0xc2 ? 0
		     : s[0] < 0xe0 ? 2
		     : s[0] < 0xf0 ? 3
		     : s[0] < 0xf5 ? 4
				   : 0;
	uint32_t c;

	if (len == 1)
		return s[0] >= 0x20 && s[0] != 0x7f;
	if (len == 0 || len > n)
		return 0;
	c = s[0] & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3fu);
	}
	if ((len == 3 && c < 0x800) || (len == 4 && c < 0x10000) ||
	    c > 0x10ffff || c < 0xa0)
		return 0;
	if ((c >= 0xd800 && c <= 0xdfff) || (c & 0xfffe) == 0xfffe ||
	    (c >= 0xfdd0 && c <= 0xfdef))
		return 0;
	return len;
}

/*
 * Writes the text. special(c) returns what to write for the byte c, or NULL for
 * the byte itself.  Bytes that are not valid go through the format bad.
 */
static void escape(FILE *f, const char *s, size_t n,
		   const char *(*special)(char c), const char *bad)
{
	for (size_t i = 0; i < n;) {
		const unsigned char *at = (const unsigned char *)s + i;
		const char *other = special(s[i]);
		size_t len = utf8_length(at, n - i);

		if (other != NULL) {
			fputs(other, f);
			i++;
		} else if (len == 0) {
			fprintf(f, bad, *at);
			i++;
		} else {
			fwrite(at, 1, len, f);
			i += len;
		}
	}
}

static const char *special_line(char c)
{
	switch (c) {
	case '\t':
		return "\t";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	default:
		return NULL;
	}
}

static const char *special_json(char c)
{
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\n':
		return "\\n";
	case '\t':
		return "\\t";
	case '\r':
		return "\\r";
	default:
		return NULL;
	}
}

static const char *special_xml(char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\'':
		return "&apos;";
	case '\n':
		return "&#10;";
	case '\t':
		return "&#9;";
	default:
		return NULL;
	}
}

static const char *special_shell(char c)
{
	switch (c) {
	case '\'':
		return "\\'";
	case '\\':
		return "\\\\";
	default:
		return special_line(c);
	}
}

static const char *special_tap(char c)
{
	if (c == '#')
		return "\\#";
	return c == '\\' ? "\\\\" : special_line(c);
}

void escape_lines(FILE *f, const char *prefix, const char *s, size_t n)
{
	while (n > 0) {
		const char *end = memchr(s, '\n', n);
		size_t len = end == NULL ? n : (size_t)(end - s);

		fputs(prefix, f);
		escape(f, s, len, special_line, "\\x%02x");
		fputc('\n', f);
		len += end != NULL;
		s += len;
		n -= len;
	}
}

void escape_line(FILE *f, const char *s)
{
	escape(f, s, strlen(s), special_line, "\\x%02x");
}

bool escape_is_plain(const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0, len; i < n; i += len) {
		len = utf8_length((const unsigned char *)s + i, n - i);
		if (len == 0)
			return false;
	}
	return true;
}

char *escape_text(const char *s)
{
	char *data = NULL;
	size_t len;
	FILE *f = open_memstream(&data, &len);

	if (f != NULL) {
		escape_line(f, s);
		fclose(f);
	}
	if (data == NULL)
		abort();
	return data;
}

int escape_cut(const char *s, int width)
{
	int n = (int)strnlen(s, (size_t)width);

	/* a byte 10xxxxxx continues a character */
	while (n > 0 && s[n] != '\0' && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	return n;
}

void escape_shell(FILE *f, const char *s)
{
	escape(f, s, strlen(s), special_shell, "\\x%02x");
}

void escape_json(FILE *f, const char *s, size_t n)
{
	fputc('"', f);
	escape(f, s, n, special_json, "\\\\x%02x");
	fputc('"', f);
}

void escape_xml(FILE *f, const char *s, size_t n)
{
	escape(f, s, n, special_xml, "\\x%02x");
}

void escape_tap(FILE *f, const char *s)
{
	escape(f, s, strlen(s), special_tap, "\\x%02x");
}
