/*
 * step.c - what a goroutine of a litmus program does.
 *
 * Before each operation, and before its results are written, it dallies as its
 * mood says, so that the orders differ from round to round.  A block, of a try
 * or a once, is run by the runtime's own try_ and once_do, each in a call of
 * run_block().
 */
#include "litmus.h"

#include <string.h>
#include <time.h>

/* Of the program's sleep; in virtual time longer than all pauses of a round. */
#define UNIT_VIRTUAL INT64_C(1000000000)
#define UNIT_REAL INT64_C(200000)

bool litmus_virtual;
atomic_int litmus_alive, litmus_asleep;

/* ---- registers ----------------------------------------------------------- */

/* Registers are Go's atomics: each access is in one order with all others. */
static uint64_t registers(const struct actor *a)
{
	return atomic_load_explicit(&a->round->regs, memory_order_seq_cst);
}

static int value_in(uint64_t regs, struct value v)
{
	if (v.reg < 0)
		return v.number;
	return v.number + (int)(regs >> BITS * v.reg & REG_MASK);
}

static uint64_t with(uint64_t regs, int reg, int64_t value)
{
	if (reg < 0)
		return regs;
	regs &= ~((uint64_t)REG_MASK << BITS * reg);
	/* one bit pattern stands for what no program can write */
	if (value < 0 || value > REG_MASK)
		value = REG_MASK;
	return regs | (uint64_t)value << BITS * reg;
}

/* ---- pauses -------------------------------------------------------------- */

static void nap(int64_t ns)
{
	/* pairs with the driver's load: a sleeper is not stuck */
	atomic_fetch_add_explicit(&litmus_asleep, 1, memory_order_seq_cst);
	rt->time->sleep(ns);
	atomic_fetch_sub_explicit(&litmus_asleep, 1, memory_order_seq_cst);
}

/* In virtual time a sleep is now and then much longer than others. */
static void dally(struct actor *a)
{
	uint64_t x = litmus_draw(&a->random);
	uint32_t n = (uint32_t)(x >> 33) % a->slow;
	struct timespec t = {.tv_nsec = (long)n * 20};

	switch (a->mood) {
	case YIELDS:
		for (n %= 4; n > 0; n--)
			rt->core->yield();
		break;
	case SPINS:
		for (volatile uint32_t i = n; i > 0; i--)
			;
		break;
	case SLEEPS:
		if (litmus_virtual)
			nap((int64_t)n << (x >> 20) % 12);
		else
			nanosleep(&t, NULL);
		break;
	default:
		break;
	}
}

/* ---- results ------------------------------------------------------------ */

/*
 * Writes results, all at one moment, some time after the call; nothing if the
 * round is over.
 */
static void write_regs(struct actor *a, const int reg[3], const int64_t to[3])
{
	uint64_t old, new;

	dally(a);
	old = registers(a);
	do {
		if (old & OVER)
			return;
		new = old;
		for (int i = 0; i < 3; i++)
			new = with(new, reg[i], to[i]);
	} while (!atomic_compare_exchange_weak_explicit(
		&a->round->regs, &old, new, memory_order_seq_cst,
		memory_order_seq_cst));
}

static void write_reg(struct actor *a, int reg, int64_t to)
{
	write_regs(a, (const int[3]){reg, -1, -1}, (const int64_t[3]){to});
}

/* ---- panics -------------------------------------------------------------- */

/* What a panic is for a register, and for the end of a round. */
static int code_of(const struct assay_panic *p)
{
	if (p->kind == ASSAY_PANIC_STRING && strcmp(p->text, "boom") == 0)
		return BOOM;
	if (p->kind != ASSAY_PANIC_RUNTIME || p->status >= 0 ||
	    p->status <= -20)
		return OTHER_PANIC;
	return END_PANIC - p->status;
}

static void raise_boom(struct actor *a, const struct op *op)
{
	struct assay_panic p = {.kind = ASSAY_PANIC_STRING, .text = "boom"};

	(void)a, (void)op;
	rt->core->panic(&p);
}

/* Panics if that is what the status says. */
static void panic_if(int status)
{
	struct assay_panic p = {.kind = ASSAY_PANIC_RUNTIME, .status = status};

	if (!assay_status_is_panic(status))
		return;
	snprintf(p.text, sizeof(p.text), "%s", assay_status_text(status));
	rt->core->panic(&p);
}

/* ---- channels ------------------------------------------------------------ */

static union object *object(struct actor *a, int obj)
{
	return &a->round->object[obj];
}

/* A place to receive into holds what no program sends. */
static struct assay_case case_of(struct actor *a, const struct arm *arm,
				 uint64_t regs, int64_t *value)
{
	struct assay_case c = {.c = object(a, arm->obj)->chan,
			       .dir = arm->send ? ASSAY_SEND : ASSAY_RECV};

	*value = arm->send ? value_in(regs, arm->value) : REG_MASK;
	if (arm->send)
		c.send = value;
	else
		c.recv = arm->reg[0] < 0 ? NULL : value;
	return c;
}

static int send_or_recv(const struct assay_case *c, int64_t deadline)
{
	if (c->dir == ASSAY_SEND)
		return rt->chan->send(c->c, c->send, deadline);
	return rt->chan->recv(c->c, c->recv, deadline);
}

static void write_taken(struct actor *a, const struct op *op, size_t chosen,
			int64_t got, int status)
{
	const int *reg = op->arm[chosen].reg;

	write_regs(a, (const int[3]){op->reg, reg[0], reg[1]},
		   (const int64_t[3]){(int64_t)chosen + 1, got,
				      status == ASSAY_OK});
}

static void communicate(struct actor *a, const struct op *op)
{
	int64_t value;
	struct assay_case c = case_of(a, &op->arm[0], registers(a), &value);
	int status = send_or_recv(&c, ASSAY_FOREVER);

	panic_if(status);
	write_taken(a, op, 0, value, status);
}

/*
 * One case with default is also a send or receive that does not wait: half of
 * them are done so.
 */
static int one_of(struct actor *a, const struct op *op,
		  const struct assay_case *cases, size_t *chosen)
{
	int64_t deadline = op->is_default ? ASSAY_POLL : ASSAY_FOREVER;
	int status;

	if (op->arms != 1 || !op->is_default ||
	    (litmus_draw(&a->random) >> 40 & 1) == 0)
		return rt->chan->select(cases, (size_t)op->arms, deadline,
					chosen);
	status = send_or_recv(&cases[0], ASSAY_POLL);
	if (status != ASSAY_AGAIN)
		*chosen = 0;
	return status;
}

/* A case that the runtime names and that is not there is a default's. */
static void select_one(struct actor *a, const struct op *op)
{
	struct assay_case cases[ARMS] = {0};
	uint64_t regs = registers(a);
	int64_t values[ARMS];
	size_t n = (size_t)op->arms, chosen = n;
	int status;

	for (size_t i = 0; i < n; i++)
		cases[i] = case_of(a, &op->arm[i], regs, &values[i]);
	status = one_of(a, op, cases, &chosen);
	panic_if(status);
	if (status == ASSAY_AGAIN || chosen >= n)
		write_reg(a, op->reg, (int64_t)n + 1);
	else
		write_taken(a, op, chosen, values[chosen], status);
}

static void close_chan(struct actor *a, const struct op *op)
{
	panic_if(rt->chan->close(object(a, op->obj)->chan));
}

/* ---- locks --------------------------------------------------------------- */

static void lock_mutex(struct actor *a, const struct op *op)
{
	rt->sync->mutex_lock(&object(a, op->obj)->mutex, ASSAY_FOREVER);
}

static void unlock_mutex(struct actor *a, const struct op *op)
{
	rt->sync->mutex_unlock(&object(a, op->obj)->mutex);
}

static void trylock_mutex(struct actor *a, const struct op *op)
{
	write_reg(a, op->reg,
		  rt->sync->mutex_lock(&object(a, op->obj)->mutex,
				       ASSAY_POLL) == ASSAY_OK);
}

static void lock_rw(struct actor *a, const struct op *op)
{
	rt->sync->rw_lock(&object(a, op->obj)->rw, ASSAY_FOREVER);
}

static void unlock_rw(struct actor *a, const struct op *op)
{
	rt->sync->rw_unlock(&object(a, op->obj)->rw);
}

static void trylock_rw(struct actor *a, const struct op *op)
{
	write_reg(a, op->reg,
		  rt->sync->rw_lock(&object(a, op->obj)->rw, ASSAY_POLL) ==
			  ASSAY_OK);
}

static void rlock(struct actor *a, const struct op *op)
{
	rt->sync->rw_rlock(&object(a, op->obj)->rw, ASSAY_FOREVER);
}

static void runlock(struct actor *a, const struct op *op)
{
	rt->sync->rw_runlock(&object(a, op->obj)->rw);
}

static void tryrlock(struct actor *a, const struct op *op)
{
	write_reg(a, op->reg,
		  rt->sync->rw_rlock(&object(a, op->obj)->rw, ASSAY_POLL) ==
			  ASSAY_OK);
}

static void add_wg(struct actor *a, const struct op *op)
{
	panic_if(rt->sync->wg_add(&object(a, op->obj)->wg, op->value.number));
}

static void wait_wg(struct actor *a, const struct op *op)
{
	panic_if(rt->sync->wg_wait(&object(a, op->obj)->wg, ASSAY_FOREVER));
}

static void wait_cond(struct actor *a, const struct op *op)
{
	int mutex = a->round->p->thing[op->obj].size;

	panic_if(rt->sync->cond_wait(&object(a, op->obj)->cond,
				     &object(a, mutex)->mutex));
}

static void signal_cond(struct actor *a, const struct op *op)
{
	panic_if(rt->sync->cond_signal(&object(a, op->obj)->cond));
}

static void broadcast_cond(struct actor *a, const struct op *op)
{
	panic_if(rt->sync->cond_broadcast(&object(a, op->obj)->cond));
}

/* ---- blocks and the rest ------------------------------------------------- */

/* It writes pc itself. */
static int pc_of(struct actor *a)
{
	return atomic_load_explicit(&a->pc, memory_order_relaxed);
}

/* Pairs with the driver's load, when nobody can go on. */
static void go_to(struct actor *a, int pc)
{
	atomic_store_explicit(&a->pc, pc, memory_order_release);
}

/* Runs to the end of the block that it is in, or until the round is over. */
static void run_block(void *arg)
{
	struct actor *a = arg;

	while (!a->stop) {
		int pc = pc_of(a);
		const struct op *op = &a->round->p->code[a->number][pc];

		if (op->run == NULL)
			return;
		dally(a);
		if (registers(a) & OVER) {
			a->stop = true;
			return;
		}
		op->run(a, op);
		if (pc_of(a) == pc)
			go_to(a, pc + 1);
	}
}

/* Runs the block whose head the goroutine is at. */
static void run_inside(void *arg)
{
	struct actor *a = arg;

	go_to(a, pc_of(a) + 1);
	run_block(a);
}

static void try_block(struct actor *a, const struct op *op)
{
	struct assay_panic p = {0};

	if (rt->core->try_(run_inside, a, &p) == ASSAY_PANICKED)
		write_reg(a, op->reg, code_of(&p));
	go_to(a, op->to);
}

static void once_block(struct actor *a, const struct op *op)
{
	rt->sync->once_do(&object(a, op->obj)->once, run_inside, a);
	go_to(a, op->to);
}

static void branch(struct actor *a, const struct op *op)
{
	uint64_t regs = registers(a);

	if (value_in(regs, (struct value){0, op->reg}) !=
	    value_in(regs, op->value))
		go_to(a, op->to);
}

/* A loop waits for others. */
static void loop(struct actor *a, const struct op *op)
{
	rt->core->yield();
	go_to(a, op->to);
}

static void set(struct actor *a, const struct op *op)
{
	write_reg(a, op->reg, value_in(registers(a), op->value));
}

static void sleep_units(struct actor *a, const struct op *op)
{
	(void)a;
	nap(op->value.number * (litmus_virtual ? UNIT_VIRTUAL : UNIT_REAL));
}

static void yield(struct actor *a, const struct op *op)
{
	(void)a, (void)op;
	rt->core->yield();
}

bool litmus_op(const char *name, struct op *op)
{
	static const struct {
		const char *name;
		void (*run)(struct actor *a, const struct op *op);
		bool waits;
	} ops[] = {
		{"comm", communicate, true},
		{"select", select_one, true},
		{"close-chan", close_chan, false},
		{"lock-mutex", lock_mutex, true},
		{"unlock-mutex", unlock_mutex, false},
		{"trylock-mutex", trylock_mutex, false},
		{"lock-rwmutex", lock_rw, true},
		{"unlock-rwmutex", unlock_rw, false},
		{"trylock-rwmutex", trylock_rw, false},
		{"rlock-rwmutex", rlock, true},
		{"runlock-rwmutex", runlock, false},
		{"tryrlock-rwmutex", tryrlock, false},
		{"add", add_wg, false},
		{"wait-waitgroup", wait_wg, true},
		{"wait-cond", wait_cond, true},
		{"signal-cond", signal_cond, false},
		{"broadcast-cond", broadcast_cond, false},
		{"once", once_block, true},
		{"try", try_block, false},
		{"endonce", NULL, false},
		{"endtry", NULL, false},
		{"if", branch, false},
		{"while", branch, false},
		{"loop", loop, false},
		{"set", set, false},
		{"sleep", sleep_units, false},
		{"yield", yield, false},
		{"panic", raise_boom, false},
	};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (strcmp(ops[i].name, name) == 0) {
			op->run = ops[i].run;
			op->waits = ops[i].waits;
			return true;
		}
	return false;
}

/* ---- a goroutine --------------------------------------------------------- */

void litmus_finish(struct round *r, int end)
{
	uint64_t old =
		atomic_fetch_or_explicit(&r->regs, OVER, memory_order_seq_cst);

	if (old & OVER)
		return;
	atomic_store_explicit(&r->last, old, memory_order_relaxed);
	/* pairs with the driver's load: last is set */
	atomic_store_explicit(&r->end, end, memory_order_release);
}

void litmus_act(void *arg)
{
	struct actor *a = arg;
	struct round *r = a->round;
	struct assay_panic p = {0};
	int status = rt->core->try_(run_block, a, &p);

	if (status == ASSAY_PANICKED)
		litmus_finish(r, code_of(&p));
	else if (!a->stop && a->number == r->p->main)
		litmus_finish(r, END_RETURNED);
	go_to(a, -1);
	/* pairs with the driver's load: the registers and pc are written */
	atomic_fetch_sub_explicit(&r->left, 1, memory_order_seq_cst);
	atomic_fetch_sub_explicit(&litmus_alive, 1, memory_order_seq_cst);
	litmus_drop(r);
}
