/*
 * owners.c - see owners.h.
 *
 * Each lock that a goroutine has or waits for is a claim, in two tables: by lock
 * and by goroutine.  A goroutine that is about to wait asks which ones stand in
 * its way, what those wait for, and so on.  The claims and this question are
 * under one lock, so of several goroutines that close a circle the last one sees
 * it, and no other.
 *
 * In the way of a claim to lock l stand:
 *
 *	all that have l, if either they or the claim want it alone;
 *	if all that have it share it, those that wait to have it alone: they
 *	hold off new ones.
 *
 * What was found is looked at again with the world stopped: a goroutine in the
 * circle may have just been handed its lock.  If all are parked the circle stays
 * for ever, unless a goroutine that does not have the lock unlocks it.  A lock
 * to which that has happened once is no lock but a signal, and is left out.
 */
#include "wait/owners.h"

#include "base/godebug.h"
#include "base/print.h"
#include "base/sys.h"
#include "base/text.h"
#include "sched/goroutine.h"
#include "sched/hooks.h"
#include "sched/state.h"
#include "wait/stopper.h"

enum { BUCKETS = 4096, MOST_IN_CIRCLE = 64, AT_ONCE = 256 };

enum what { HAS, WAITS, SIGNAL };

struct claim {
	struct claim *by_lock, *by_g; /* next in the bucket */
	/* The lock and the G, inverted: the search for leaks finds no pointer. */
	uintptr_t not_l, not_g;
	int64_t goid;
	enum what what;
	enum share how;
	uint32_t seen; /* in this question */
	uint32_t told; /* of a circle that this report has */
};

static struct {
	struct lock lock;
	struct claim *by_lock[BUCKETS], *by_g[BUCKETS];
	struct claim *unused;
	uint32_t question, report;
} claims;

static bool tells; /* of a circle as soon as it is closed */

/* The goroutines of a circle, each with what it waits for. */
struct circle {
	int n;
	struct {
		struct g *g;
		int64_t goid;
		const void *l;
		enum share how;
	} at[MOST_IN_CIRCLE];
};

static bool is_of(const struct claim *c, const void *l)
{
	return c->not_l == ~(uintptr_t)l;
}

static struct g *g_of(const struct claim *c)
{
	return (struct g *)~c->not_g;
}

/* True if c is a claim of that goroutine; another may have the G now. */
static bool is_by(const struct claim *c, const struct g *g, int64_t goid)
{
	return g_of(c) == g && c->goid == goid;
}

/* ---- the tables ------------------------------------------------------------ */

static uint32_t bucket_of(const void *p)
{
	return (uint32_t)(((uintptr_t)p >> 4) * UINT64_C(0x9e3779b97f4a7c15) >>
			  52);
}

/* Returns an empty claim; NULL without memory. */
static struct claim *new_claim(void)
{
	struct claim *c = claims.unused;

	if (!c) {
		c = sys_map(AT_ONCE * sizeof(*c));
		for (int i = 1; c && i < AT_ONCE; i++) {
			c[i].by_lock = claims.unused;
			claims.unused = &c[i];
		}
		return c;
	}
	claims.unused = c->by_lock;
	return c;
}

static void add(const void *l, struct g *g, enum what what, enum share how)
{
	struct claim **lock = &claims.by_lock[bucket_of(l)];
	struct claim **of = &claims.by_g[bucket_of(g)];
	struct claim *c = new_claim();

	if (!c)
		return;
	*c = (struct claim){*lock,         *of,     ~(uintptr_t)l,
			    ~(uintptr_t)g, g->goid, what,
			    how,           0,       0};
	*lock = *of = c;
}

/* Takes *at, a link in by_lock, out of both tables. */
static void remove_claim(struct claim **at)
{
	struct claim *c = *at, **of = &claims.by_g[bucket_of(g_of(c))];

	while (*of != c)
		of = &(*of)->by_g;
	*of = c->by_g;
	*at = c->by_lock;
	c->by_lock = claims.unused;
	claims.unused = c;
}

/* Returns the link to a claim of g to l, of anybody's if g is NULL. */
static struct claim **find(const void *l, enum what what, const struct g *g)
{
	struct claim **at = &claims.by_lock[bucket_of(l)];

	while (*at && (!is_of(*at, l) || (*at)->what != what ||
		       (g && !is_by(*at, g, g->goid))))
		at = &(*at)->by_lock;
	return at;
}

static void remove_all(const void *l, enum what what)
{
	struct claim **at;

	while (*(at = find(l, what, NULL)))
		remove_claim(at);
}

/* Returns what the goroutine of c waits for, or NULL. */
static struct claim *wait_of(const struct claim *c)
{
	struct claim *w = claims.by_g[bucket_of(g_of(c))];

	while (w && (!is_by(w, g_of(c), c->goid) || w->what != WAITS))
		w = w->by_g;
	return w;
}

/* ---- the circle ------------------------------------------------------------ */

/* True if c stands in the way of the wait w. */
static bool in_the_way(const struct claim *w, const struct claim *c)
{
	if (c->not_l != w->not_l || c == w)
		return false;
	if (c->what == HAS)
		return c->how == ALONE || w->how == ALONE;
	return c->what == WAITS && w->how == SHARED && c->how == ALONE;
}

/* True if a writer has l: readers are let in before the next one. */
static bool has_writer(const void *l)
{
	struct claim *c = *find(l, HAS, NULL);

	return c && c->how == ALONE;
}

static void push(struct circle *o, const struct claim *w)
{
	o->at[o->n].g = g_of(w);
	o->at[o->n].goid = w->goid;
	o->at[o->n].l = (const void *)~w->not_l;
	o->at[o->n++].how = w->how;
}

/* True if w's end is behind that of `first`; *o is then the way there. */
static bool leads_back(struct claim *w, const struct claim *first,
		       struct circle *o)
{
	const void *l = (const void *)~w->not_l;
	bool writer = has_writer(l);

	if (w->seen == claims.question || o->n == MOST_IN_CIRCLE ||
	    *find(l, SIGNAL, NULL))
		return false;
	w->seen = claims.question;
	push(o, w);
	for (struct claim *c = claims.by_lock[bucket_of(l)]; c;
	     c = c->by_lock) {
		struct claim *next;

		if (!in_the_way(w, c) || (writer && c->what == WAITS))
			continue;
		if (is_by(c, g_of(first), first->goid))
			return true;
		next = c->what == WAITS ? c : wait_of(c);
		if (next && leads_back(next, first, o))
			return true;
	}
	o->n--;
	return false;
}

/* Looks for a circle that the wait of g, which is in the tables, closes. */
static bool find_circle(const struct g *g, const void *l, struct circle *o)
{
	struct claim *w = *find(l, WAITS, g);

	o->n = 0;
	claims.question++;
	return w && leads_back(w, w, o);
}

/* ---- the report ------------------------------------------------------------ */

static void print_wait(const struct circle *o, int i)
{
	print_str("goroutine ");
	print_int(o->at[i].goid);
	print_str(" waits for the lock ");
	goro__out_hex(&(struct out){0}, (uintptr_t)o->at[i].l);
	if (o->n == 1) {
		print_str(", which it has itself\n");
		return;
	}
	print_str(", in whose way is goroutine ");
	print_int(o->at[(i + 1) % o->n].goid);
	print_str("\n");
}

/*
 * True if all in o, from that one on, wait.  One may have been handed its lock
 * just now.
 */
static bool stays(const struct circle *o, int from)
{
	for (int i = from; i < o->n; i++)
		if (o->at[i].g->goid != o->at[i].goid ||
		    !g_is(o->at[i].g, GWAITING))
			return false;
	return true;
}

/* With the world stopped: reports o, which the caller closes, if it stays. */
static void report(void *circle)
{
	struct circle *o = circle;

	if (!stays(o, 1))
		return;
	print_str("goro: lockcycle: a deadlock of ");
	print_int(o->n);
	print_str(o->n == 1 ? " goroutine\n" : " goroutines\n");
	for (int i = 0; i < o->n; i++)
		print_wait(o, i);
	goro__hooks.dump_g(o->at[0].g, "running");
	for (int i = 1; i < o->n; i++)
		goro__hooks.dump_g(o->at[i].g,
				   goro__wait_text[o->at[i].g->reason]);
}

static bool still_there(struct g *g, const void *l, struct circle *o)
{
	bool found;

	lock(&claims.lock);
	found = find_circle(g, l, o);
	unlock(&claims.lock);
	return found;
}

static __attribute__((noinline)) void look_again(struct g *g, const void *l,
						 struct circle *o)
{
	goro__hooks.stop_all();
	if (still_there(g, l, o))
		goro__systemstack(report, o);
	goro__hooks.start_all();
}

/* ---- circles among some ---------------------------------------------------- */

static void out_circle(struct out *out, const struct circle *o)
{
	goro__out_str(out, "\nlockcycle: ");
	for (int i = 0; i < o->n; i++) {
		goro__out_str(out, i > 0 ? ", " : "");
		goro__out_int(out, o->at[i].goid);
		goro__out_str(out, i > 0 ? " for " : " waits for the lock ");
		goro__out_hex(out, (uintptr_t)o->at[i].l);
		if (o->n == 1) {
			goro__out_str(out, ", which it has itself");
			break;
		}
		goro__out_str(out, ", in whose way is ");
		goro__out_int(out, o->at[(i + 1) % o->n].goid);
	}
	goro__out_str(out, "\n");
}

/* Marks the waits of o; true if any is of `which`, and none was told before. */
static bool is_new(const struct circle *o, bool (*which)(const struct g *g))
{
	bool any = false, told = false;

	for (int i = 0; i < o->n; i++) {
		struct claim *w = *find(o->at[i].l, WAITS, o->at[i].g);

		any |= which(o->at[i].g);
		told |= w->told == claims.report;
		w->told = claims.report;
	}
	return any && !told;
}

static void out_circles_of(struct out *out, struct claim *c,
			   bool (*which)(const struct g *g))
{
	struct circle o;

	for (; c; c = c->by_g) {
		if (c->what != WAITS || c->told == claims.report)
			continue;
		o.n = 0;
		claims.question++;
		if (leads_back(c, c, &o) && stays(&o, 0) && is_new(&o, which))
			out_circle(out, &o);
	}
}

void goro__owners_circles(struct out *out, bool (*which)(const struct g *g))
{
	lock(&claims.lock);
	claims.report++;
	for (int i = 0; i < BUCKETS; i++)
		out_circles_of(out, claims.by_g[i], which);
	unlock(&claims.lock);
}

/* ---- for the locks --------------------------------------------------------- */

void goro__owners_init(bool silent)
{
	tells = goro__godebug("lockcycle") > 0;
	if (tells || silent)
		state_set_mp(mp() | MP_OWNED);
}

/* The lock by which the world is stopped would report itself. */
static bool left_out(const void *l)
{
	return l == &goro__stopper;
}

void goro__owners_wait(const void *l, enum share how)
{
	struct g *g = goro__self();
	struct circle o;
	bool found;

	if (left_out(l))
		return;
	lock(&claims.lock);
	add(l, g, WAITS, how);
	found = tells && find_circle(g, l, &o);
	unlock(&claims.lock);
	if (found)
		look_again(g, l, &o);
}

void goro__owners_waited(const void *l)
{
	struct claim **wait;

	lock(&claims.lock);
	wait = find(l, WAITS, goro__self());
	if (*wait)
		remove_claim(wait);
	unlock(&claims.lock);
}

/* A goroutine that gets l alone knows that nobody else has it: l may be new. */
void goro__owners_got(const void *l, enum share how)
{
	struct g *g = goro__self();
	struct claim **wait;

	if (left_out(l))
		return;
	lock(&claims.lock);
	wait = find(l, WAITS, g);
	if (*wait)
		remove_claim(wait);
	if (how == ALONE || has_writer(l))
		remove_all(l, HAS);
	add(l, g, HAS, how);
	unlock(&claims.lock);
}

void goro__owners_free(const void *l)
{
	struct g *g = goro__self();
	struct claim **has;
	bool foreign;

	if (left_out(l))
		return;
	lock(&claims.lock);
	has = find(l, HAS, g);
	foreign = !*has;
	if (foreign)
		has = find(l, HAS, NULL);
	if (*has) {
		remove_claim(has);
		if (foreign && !*find(l, SIGNAL, NULL))
			add(l, g, SIGNAL, ALONE);
	}
	unlock(&claims.lock);
}
