/*
 * profile.h - the profiles that goro_profile_write() knows.
 */
#ifndef GORO_PROFILE_H
#define GORO_PROFILE_H

#include "diag/pprof.h"
#include "diag/grow.h"
#include "diag/tally.h"
#include "sched/types.h"

/*
 * What a profile's tag says of a sample: its wait reason; how many words at the
 * end of its stack are labels (tallylabels.h).
 */
enum profile_tag { TAG_WAIT, TAG_LABELS };

enum { MOST_LABELS = 16 };

/* Writes a sample, which has n values. */
void goro__profile_sample(struct pprof *out, enum profile_tag tag,
			  const struct tally_entry *e, const int64_t *values,
			  uint32_t n);

struct profile {
	const char *name;
	/* Of the samples: their count, and their sum or NULL. */
	const char *count, *sum, *sum_unit;
	enum profile_tag tag;
	/* Takes it.  Returns a status. */
	int (*take)(struct tally_list *l);
	/* How the text form begins. */
	void (*head)(struct grow *text, const struct tally_list *l);
	/* Writes each goroutine, as a panic prints them; NULL: there are none. */
	int (*each)(int fd);
};

/* All goroutines at one instant, by their stacks and labels.  A status. */
int goro__goroutine_profile(struct tally_list *l);
/* The same of those that can never run again, which it looks for. */
int goro__leak_profile(struct tally_list *l);

/*
 * Returns the frames of g, which does not run; of the caller for NULL.  The
 * runtime's own at both ends are left out.  Calls libc: see nopreempt.h.
 */
uint32_t goro__user_stack(const struct g *g, uintptr_t pcs[TALLY_DEPTH]);

#endif
