/*
 * profile.c - goro_profile_write(): profiles as pprof reads them, and as text
 * in the form that Go's have.
 */
#include "diag/profile.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "diag/contention.h"
#include "diag/leaks.h"
#include "diag/names.h"
#include "diag/pprof.h"
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

static void goroutine_head(int fd, const struct tally_list *l)
{
	dprintf(fd, "goroutine profile: total %llu\n",
		(unsigned long long)total(l));
}

static void leak_head(int fd, const struct tally_list *l)
{
	dprintf(fd, "goroutineleak profile: total %llu\n",
		(unsigned long long)total(l));
}

static void block_head(int fd, const struct tally_list *l)
{
	(void)l;
	dprintf(fd, "--- contention:\ncycles/second=1000000000\n");
}

static void mutex_head(int fd, const struct tally_list *l)
{
	(void)l;
	dprintf(fd,
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

static void write_frame(int fd, struct names *names, uintptr_t pc)
{
	char name[NAME_ROOM];
	uint64_t offset;

	goro__function_name(names, pc, name, &offset);
	dprintf(fd, "#\t%#llx\t%s+%#llx\n", (unsigned long long)pc, name,
		(unsigned long long)offset);
}

/* # labels: {"job":"load", "user":"7"} */
static void write_labels(int fd, const struct tally_entry *e,
			 enum profile_tag tag)
{
	struct pprof_label labels[MOST_LABELS];
	uint32_t n = labels_of(e, tag, labels);

	for (uint32_t i = 0; i < n; i++)
		dprintf(fd, "%s\"%s\":\"%s\"", i ? ", " : "# labels: {",
			labels[i].key, labels[i].text);
	if (n > 0)
		dprintf(fd, "}\n");
}

/* False: fd takes no more. */
static bool write_entry(int fd, const struct profile *kind, struct names *names,
			const struct tally_entry *e)
{
	uint32_t depth = depth_of(e, kind->tag);

	if (kind->sum)
		dprintf(fd, "%llu ", (unsigned long long)e->sum);
	dprintf(fd, "%llu @", (unsigned long long)e->count);
	for (uint32_t i = 0; i < depth; i++)
		dprintf(fd, " 0x%llx", (unsigned long long)e->pcs[i]);
	dprintf(fd, "\n");
	write_labels(fd, e, kind->tag);
	for (uint32_t i = 0; i < depth; i++)
		write_frame(fd, names, e->pcs[i]);
	return dprintf(fd, "\n") > 0;
}

static int write_text(const struct profile *kind, const struct tally_list *l,
		      int fd)
{
	struct names names;
	bool ok = true;

	kind->head(fd, l);
	goro__names_open(&names);
	for (uint32_t i = 0; ok && i < l->n; i++)
		ok = write_entry(fd, kind, &names, l->entries[i]);
	goro__names_close(&names);
	return ok ? GORO_OK : GORO_NET_OTHER;
}

/* ---- each goroutine, as a panic prints it ---------------------------------- */

/* How many there are may change between the two. */
static int write_dump(int fd, size_t (*dump)(char *buf, size_t n))
{
	size_t n = dump(NULL, 0) * 2 + 4096, done;
	char *text = sys_map(n);
	int written = 0;

	if (!text)
		return GORO_ENOMEM;
	done = dump(text, n);
	written = dprintf(fd, "%.*s", (int)(done < n ? done : n - 1), text);
	sys_unmap(text, n);
	return written >= 0 ? GORO_OK : GORO_NET_OTHER;
}

static int write_all(int fd)
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
	 goro__goroutine_profile, goroutine_head, write_all},
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
