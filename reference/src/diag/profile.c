/*
 * profile.c - goro_profile_write(): profiles as pprof reads them, and as text
 * in the form that Go's have.
 */
#include "diag/profile.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "diag/contention.h"
#include "diag/leaks.h"
#include "diag/names.h"
#include "diag/pprof.h"
#include "diag/quote.h"
#include "diag/tallylabels.h"
#include "goro_debug.h"
#include "sched/outside.h"

static uint64_t total(const struct tally_list *l)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < l->n; i++)
		n += l->entries[i]->count;
	return n;
}

/* Adds text, formatted as by printf(). */
static __attribute__((format(printf, 2, 3))) void say(struct grow *text,
						      const char *format, ...)
{
	va_list args;
	char *at;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	at = grow_add(text, (size_t)n + 1);
	if (!at)
		return;
	va_start(args, format);
	vsnprintf(at, (size_t)n + 1, format, args);
	va_end(args);
	text->len--; /* the NUL */
}

static void leak_head(struct grow *text, const struct tally_list *l)
{
	say(text, "goroutineleak profile: total %llu\n",
	    (unsigned long long)total(l));
}

static void goroutine_head(struct grow *text, const struct tally_list *l)
{
	say(text, "goroutine profile: total %llu\n",
	    (unsigned long long)total(l));
}

static void block_head(struct grow *text, const struct tally_list *l)
{
	(void)l;
	say(text, "--- contention:\ncycles/second=1000000000\n");
}

static void mutex_head(struct grow *text, const struct tally_list *l)
{
	(void)l;
	say(text,
	    "--- mutex:\ncycles/second=1000000000\nsampling period=%lld\n",
	    (long long)goro__mutex_fraction());
}

/* ---- for pprof ------------------------------------------------------------ */

static uint32_t labels_of(const struct tally_entry *e, enum profile_tag tag,
			  struct pprof_label labels[MOST_LABELS])
{
	const uintptr_t *words = e->pcs + e->depth - e->tag;
	size_t at = 0;
	uint32_t n = 0;

	if (tag == TAG_WAIT) {
		*labels = (struct pprof_label){.key = "wait",
					       .text = goro__wait_text[e->tag]};
		return *labels->text ? 1 : 0;
	}
	while (n < MOST_LABELS && label_next(words, (uint32_t)e->tag, &at,
					     &labels[n].key, &labels[n].text))
		n++;
	return n;
}

static uint32_t depth_of(const struct tally_entry *e, enum profile_tag tag)
{
	return tag == TAG_LABELS ? e->depth - (uint32_t)e->tag : e->depth;
}

void goro__profile_sample(struct pprof *out, enum profile_tag tag,
			  const struct tally_entry *e, const int64_t *values,
			  uint32_t n)
{
	struct pprof_label labels[MOST_LABELS];
	uint32_t nlabels = labels_of(e, tag, labels);

	goro__pprof_sample(out, e->pcs, depth_of(e, tag), values, n, labels,
			   nlabels);
}

static int64_t unix_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int write_pprof(const struct profile *kind, const struct tally_list *l,
		       int fd)
{
	struct pprof *out = goro__pprof_begin();

	if (!out)
		return GORO_ENOMEM;
	goro__pprof_values(out, kind->count, "count");
	if (kind->sum)
		goro__pprof_values(out, kind->sum, kind->sum_unit);
	goro__pprof_period(out, kind->count, "count", 1);
	goro__pprof_time(out, unix_ns(), 0);
	for (uint32_t i = 0; i < l->n; i++) {
		const struct tally_entry *e = l->entries[i];
		int64_t values[] = {(int64_t)e->count, (int64_t)e->sum};

		goro__profile_sample(out, kind->tag, e, values,
				     kind->sum ? 2 : 1);
	}
	return goro__pprof_end(out, fd) ? GORO_OK : GORO_NET_OTHER;
}

/* ---- as text -------------------------------------------------------------- */

static void put_frame(struct grow *text, struct names *names, uintptr_t pc)
{
	char name[NAME_ROOM];
	uint64_t offset;

	goro__function_name(names, pc, name, &offset);
	say(text, "#\t%#llx\t%s+%#llx\n", (unsigned long long)pc, name,
	    (unsigned long long)offset);
}

static void put_quoted(struct grow *text, const char *s)
{
	size_t most = strlen(s) * QUOTED_MOST + 3;
	char *at = grow_add(text, most);
	struct out out = {.buf = at, .n = most};

	if (!at)
		return;
	goro__out_quoted(&out, s);
	text->len -= most - out.len;
}

/* # labels: {"job":"load", "user":"7"} */
static void put_labels(struct grow *text, const struct tally_entry *e,
		       enum profile_tag tag)
{
	struct pprof_label labels[MOST_LABELS];
	uint32_t n = labels_of(e, tag, labels);

	for (uint32_t i = 0; i < n; i++) {
		say(text, i ? ", " : "# labels: {");
		put_quoted(text, labels[i].key);
		say(text, ":");
		put_quoted(text, labels[i].text);
	}
	if (n > 0)
		say(text, "}\n");
}

static void put_entry(struct grow *text, const struct profile *kind,
		      struct names *names, const struct tally_entry *e)
{
	uint32_t depth = depth_of(e, kind->tag);

	if (kind->sum)
		say(text, "%llu ", (unsigned long long)e->sum);
	say(text, "%llu @", (unsigned long long)e->count);
	for (uint32_t i = 0; i < depth; i++)
		say(text, " 0x%llx", (unsigned long long)e->pcs[i]);
	say(text, "\n");
	put_labels(text, e, kind->tag);
	for (uint32_t i = 0; i < depth; i++)
		put_frame(text, names, e->pcs[i]);
	say(text, "\n");
}

static int write_text(const struct profile *kind, const struct tally_list *l,
		      int fd)
{
	struct grow text = {0};
	struct names names;
	int status = GORO_ENOMEM;

	kind->head(&text, l);
	goro__names_open(&names);
	for (uint32_t i = 0; i < l->n; i++)
		put_entry(&text, kind, &names, l->entries[i]);
	goro__names_close(&names);
	if (!text.failed)
		status = goro__write_all(fd, text.at, text.len)
				 ? GORO_OK
				 : GORO_NET_OTHER;
	grow_free(&text);
	return status;
}

/* ---- each goroutine, as a panic prints it ---------------------------------- */

/* How many there are may change between the two. */
static int write_dump(int fd, size_t (*dump)(char *buf, size_t n))
{
	size_t n = dump(NULL, 0) * 2 + 4096, done;
	char *text = sys_map(n);
	bool written;

	if (!text)
		return GORO_ENOMEM;
	done = dump(text, n);
	written = goro__write_all(fd, text, done < n ? done : n - 1);
	sys_unmap(text, n);
	return written ? GORO_OK : GORO_NET_OTHER;
}

static int write_each(int fd)
{
	return write_dump(fd, goro_dump);
}

static int write_leaked(int fd)
{
	int64_t n;

	FROM_OUTSIDE_GIVES(write_leaked(fd));
	n = goro_find_leaks();
	return n < 0 ? (int)n : write_dump(fd, goro__dump_leaked);
}

/* ---- by name -------------------------------------------------------------- */

static const struct profile profiles[] = {
	{"block", "contentions", "delay", "nanoseconds", TAG_WAIT,
	 goro__block_profile, block_head, NULL},
	{"goroutine", "goroutine", NULL, NULL, TAG_LABELS,
	 goro__goroutine_profile, goroutine_head, write_each},
	{"goroutineleak", "goroutineleak", NULL, NULL, TAG_LABELS,
	 goro__leak_profile, leak_head, write_leaked},
	{"mutex", "contentions", "delay", "nanoseconds", TAG_WAIT,
	 goro__mutex_profile, mutex_head, NULL},
};

static const struct profile *find(const char *name)
{
	for (size_t i = 0; name && i < sizeof(profiles) / sizeof(*profiles);
	     i++)
		if (strcmp(profiles[i].name, name) == 0)
			return &profiles[i];
	return NULL;
}

int goro_profile_write(const char *name, int debug, int fd)
{
	const struct profile *kind = find(name);
	struct tally_list l;
	int status;

	if (!kind || debug < 0 || fd < 0)
		return GORO_EINVAL;
	if (debug > 1 && kind->each)
		return kind->each(fd);
	goro__need_run(__func__);
	FROM_OUTSIDE_GIVES(goro_profile_write(name, debug, fd));
	status = kind->take(&l);
	if (status)
		return status;
	status = debug > 0 ? write_text(kind, &l, fd)
			   : write_pprof(kind, &l, fd);
	goro__tally_list_free(&l);
	return status;
}
