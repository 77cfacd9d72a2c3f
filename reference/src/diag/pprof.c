/*
 * pprof.c - see pprof.h.
 *
 * Messages are written in the order in which they are needed first: a sample
 * after its locations, a location after its function and mapping.  The table of
 * strings comes last.  Readers take any order.
 */
#include "diag/pprof.h"

#include <string.h>
#include <sys/auxv.h>
#include <time.h>

#include "base/print.h"
#include "base/text.h"
#include "goro.h"
#include "diag/grow.h"
#include "diag/maps.h"
#include "diag/names.h"
#include "diag/tally.h"

enum { LISTS = 1024 };

/* Numbers of fields, by message. */
enum profile_field {
	SAMPLE_TYPE = 1,
	SAMPLE = 2,
	MAPPING = 3,
	LOCATION = 4,
	FUNCTION = 5,
	STRING = 6,
	TIME = 9,
	DURATION = 10,
	PERIOD_TYPE = 11,
	PERIOD = 12
};
enum value_type_field { TYPE = 1, UNIT = 2 };
enum sample_field { SAMPLE_LOCATION = 1, SAMPLE_VALUE = 2, SAMPLE_LABEL = 3 };
enum label_field { LABEL_KEY = 1, LABEL_STR = 2, LABEL_NUM = 3 };
enum mapping_field {
	MAPPING_ID = 1,
	MAPPING_START = 2,
	MAPPING_LIMIT = 3,
	MAPPING_OFFSET = 4,
	MAPPING_FILE = 5,
	MAPPING_HAS_FUNCTIONS = 7
};
enum location_field {
	LOCATION_ID = 1,
	LOCATION_MAPPING = 2,
	LOCATION_ADDRESS = 3,
	LOCATION_LINE = 4
};
enum line_field { LINE_FUNCTION = 1 };
enum function_field {
	FUNCTION_ID = 1,
	FUNCTION_NAME = 2,
	FUNCTION_SYSTEM_NAME = 3
};

/* ---- protobuf ------------------------------------------------------------- */

enum wire { VARINT = 0, BYTES = 2 };

static void put_varint(struct grow *g, uint64_t v)
{
	uint8_t bytes[10];
	size_t n = 0;
	void *to;

	do
		bytes[n++] = (uint8_t)((v & 0x7f) | (v > 0x7f ? 0x80 : 0));
	while (v >>= 7);
	to = grow_add(g, n);
	if (to)
		arch_copy(to, bytes, n);
}

static void put_int(struct grow *g, int field, uint64_t v)
{
	put_varint(g, (uint64_t)field << 3 | VARINT);
	put_varint(g, v);
}

static void put_bytes(struct grow *g, int field, const void *at, size_t n)
{
	void *to;

	put_varint(g, (uint64_t)field << 3 | BYTES);
	put_varint(g, n);
	to = grow_add(g, n);
	if (to && n > 0)
		arch_copy(to, at, n);
}

/* ---- what has an id ------------------------------------------------------- */

/* Keys that were seen, each once: the id of the first is 0. */
struct ids {
	struct grow keys;    /* one behind the other */
	struct grow entries; /* struct key */
	uint32_t n;
	uint32_t lists[LISTS]; /* id + 1 */
};

struct key {
	size_t at, n;
	uint32_t next;
};

static struct key *key_of(const struct ids *s, uint32_t id)
{
	return (struct key *)(void *)s->entries.at + id;
}

static uint32_t hash_of(const void *key, size_t n)
{
	const uint8_t *bytes = key;
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	return hash % LISTS;
}

/* Returns the id of a key.  *is_new: it has it since now. */
static uint32_t id_of(struct ids *s, const void *key, size_t n, bool *is_new)
{
	uint32_t *list = &s->lists[hash_of(key, n)];
	struct key *k;
	void *to;

	*is_new = false;
	for (uint32_t i = *list; i; i = key_of(s, i - 1)->next) {
		k = key_of(s, i - 1);
		if (k->n == n && memcmp(s->keys.at + k->at, key, n) == 0)
			return i - 1;
	}
	to = grow_add(&s->keys, n);
	k = grow_add(&s->entries, sizeof(*k));
	if (!to || !k)
		return 0;
	arch_copy(to, key, n);
	*k = (struct key){s->keys.len - n, n, *list};
	*list = ++s->n;
	*is_new = true;
	return s->n - 1;
}

static void ids_free(struct ids *s)
{
	grow_free(&s->keys);
	grow_free(&s->entries);
}

/* ---- the profile ---------------------------------------------------------- */

struct pprof {
	struct grow out;  /* what is written so far */
	struct grow part; /* the message that is being made, */
	struct grow line; /* and the one inside of it */
	struct ids strings, functions, mappings, places;
	struct names names;
	struct mapping in; /* the one that was looked at last */
};

static uint64_t string(struct pprof *p, const char *s)
{
	bool is_new;

	return id_of(&p->strings, s, strlen(s), &is_new);
}

static void put_part(struct pprof *p, int field)
{
	put_bytes(&p->out, field, p->part.at, p->part.len);
	p->part.len = 0;
}

/* Puts the inner message into the one that is being made. */
static void put_line(struct pprof *p, int field)
{
	put_bytes(&p->part, field, p->line.at, p->line.len);
	p->line.len = 0;
}

void goro__function_name(struct names *names, uintptr_t pc,
			 char name[NAME_ROOM], uint64_t *offset)
{
	struct out o = {.buf = name, .n = NAME_ROOM};
	struct place at;

	goro__names_find(names, pc, &at);
	*offset = at.name ? at.offset : 0;
	if (at.name || at.path)
		goro__out_str(&o, at.name ? at.name : at.path);
	if (!at.name && at.path)
		goro__out_str(&o, "+");
	if (!at.name)
		goro__out_hex(&o, at.path ? at.at : pc);
}

static uint64_t function_of(struct pprof *p, uintptr_t pc)
{
	char name[NAME_ROOM];
	uint64_t text, offset;
	uint32_t id;
	bool is_new;

	goro__function_name(&p->names, pc, name, &offset);
	text = string(p, name);
	id = id_of(&p->functions, &text, sizeof(text), &is_new) + 1;
	if (is_new) {
		put_int(&p->part, FUNCTION_ID, id);
		put_int(&p->part, FUNCTION_NAME, text);
		put_int(&p->part, FUNCTION_SYSTEM_NAME, text);
		put_part(p, FUNCTION);
	}
	return id;
}

static bool look_up_mapping(struct pprof *p, uintptr_t pc)
{
	struct maps maps;
	bool found = pc >= p->in.lo && pc < p->in.hi;

	if (found || !goro__maps_open(&maps))
		return found;
	while (!found && goro__maps_next(&maps, &p->in))
		found = pc >= p->in.lo && pc < p->in.hi;
	goro__maps_close(&maps);
	if (!found)
		p->in.hi = 0;
	return found;
}

/* Returns 0 for a pc in no file. */
static uint64_t mapping_of(struct pprof *p, uintptr_t pc)
{
	uint32_t id;
	bool is_new;

	if (!look_up_mapping(p, pc))
		return 0;
	id = id_of(&p->mappings, &p->in.lo, sizeof(p->in.lo), &is_new) + 1;
	if (is_new) {
		put_int(&p->part, MAPPING_ID, id);
		put_int(&p->part, MAPPING_START, p->in.lo);
		put_int(&p->part, MAPPING_LIMIT, p->in.hi);
		put_int(&p->part, MAPPING_OFFSET, p->in.offset);
		put_int(&p->part, MAPPING_FILE, string(p, p->in.path));
		put_int(&p->part, MAPPING_HAS_FUNCTIONS, 1);
		put_part(p, MAPPING);
	}
	return id;
}

static uint64_t location_of(struct pprof *p, uintptr_t pc)
{
	uint64_t mapping, function;
	uint32_t id;
	bool is_new;

	id = id_of(&p->places, &pc, sizeof(pc), &is_new) + 1;
	if (!is_new)
		return id;
	mapping = mapping_of(p, pc);
	function = function_of(p, pc);
	put_int(&p->part, LOCATION_ID, id);
	if (mapping)
		put_int(&p->part, LOCATION_MAPPING, mapping);
	put_int(&p->part, LOCATION_ADDRESS, pc);
	put_int(&p->line, LINE_FUNCTION, function);
	put_line(p, LOCATION_LINE);
	put_part(p, LOCATION);
	return id;
}

/* The program's own mapping is first: pprof takes the name from that. */
struct pprof *goro__pprof_begin(void)
{
	struct pprof *p = sys_map(sizeof(*p));

	if (!p)
		return NULL;
	goro__names_open(&p->names);
	string(p, "");
	mapping_of(p, getauxval(AT_ENTRY));
	return p;
}

static void put_type(struct pprof *p, int field, const char *type,
		     const char *unit)
{
	put_int(&p->part, TYPE, string(p, type));
	put_int(&p->part, UNIT, string(p, unit));
	put_part(p, field);
}

void goro__pprof_values(struct pprof *p, const char *type, const char *unit)
{
	put_type(p, SAMPLE_TYPE, type, unit);
}

void goro__pprof_period(struct pprof *p, const char *type, const char *unit,
			int64_t period)
{
	put_type(p, PERIOD_TYPE, type, unit);
	put_int(&p->out, PERIOD, (uint64_t)period);
}

void goro__pprof_time(struct pprof *p, int64_t from_unix_ns, int64_t ns)
{
	put_int(&p->out, TIME, (uint64_t)from_unix_ns);
	put_int(&p->out, DURATION, (uint64_t)ns);
}

static void put_label(struct pprof *p, const struct pprof_label *l)
{
	put_int(&p->line, LABEL_KEY, string(p, l->key));
	if (l->text)
		put_int(&p->line, LABEL_STR, string(p, l->text));
	else
		put_int(&p->line, LABEL_NUM, (uint64_t)l->number);
	put_line(p, SAMPLE_LABEL);
}

void goro__pprof_sample(struct pprof *p, const uintptr_t *pcs, uint32_t depth,
			const int64_t *values, uint32_t n,
			const struct pprof_label *labels, uint32_t nlabels)
{
	uint64_t at[TALLY_DEPTH];

	if (depth > TALLY_DEPTH)
		depth = TALLY_DEPTH;
	for (uint32_t i = 0; i < depth; i++)
		at[i] = location_of(p, pcs[i]);
	for (uint32_t i = 0; i < depth; i++)
		put_int(&p->part, SAMPLE_LOCATION, at[i]);
	for (uint32_t i = 0; i < n; i++)
		put_int(&p->part, SAMPLE_VALUE, (uint64_t)values[i]);
	for (uint32_t i = 0; i < nlabels; i++)
		put_label(p, &labels[i]);
	put_part(p, SAMPLE);
}

static void put_strings(struct pprof *p)
{
	for (uint32_t i = 0; i < p->strings.n; i++) {
		const struct key *k = key_of(&p->strings, i);

		put_bytes(&p->out, STRING, p->strings.keys.at + k->at, k->n);
	}
}

struct writing {
	int fd;
	const char *at;
	size_t n;
};

/* True if the write is to be tried again. */
static bool again(int fd)
{
	if (errno == EAGAIN)
		sys_wait_writable(fd, INT64_C(1000000000));
	return errno == EAGAIN || errno == EINTR;
}

static void write_blocking(void *arg)
{
	struct writing *w = arg;
	ssize_t done;

	while (w->n > 0) {
		done = sys_write(w->fd, w->at, w->n);
		if (done > 0) {
			w->at += done;
			w->n -= (size_t)done;
		} else if (done == 0 || !again(w->fd)) {
			return;
		}
	}
}

bool goro__write_all(int fd, const void *from, size_t n)
{
	struct writing w = {fd, from, n};

	goro_blocking(write_blocking, &w);
	return w.n == 0;
}

bool goro__pprof_end(struct pprof *p, int fd)
{
	bool ok;

	put_strings(p);
	ok = !p->out.failed && !p->part.failed && !p->line.failed &&
	     !p->strings.entries.failed && !p->strings.keys.failed &&
	     goro__write_all(fd, p->out.at, p->out.len);
	goro__names_close(&p->names);
	ids_free(&p->strings);
	ids_free(&p->functions);
	ids_free(&p->mappings);
	ids_free(&p->places);
	grow_free(&p->out);
	grow_free(&p->part);
	grow_free(&p->line);
	sys_unmap(p, sizeof(*p));
	return ok;
}
