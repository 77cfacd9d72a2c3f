/*
 * fake.c - goro with one thing changed, to see what assay-bench makes of it.
 * FAKE in the environment says what:
 *
 *	wrong    the fifth value received is another one
 *	tally    it counts one goroutine too many each time it is asked
 *	bare     nothing but core
 *	older    groups of an older contract: no select, no waitgroup
 *	few      room for 50 goroutines
 *	one_p    one P, whatever procs says
 *	n1       the same, said by the model of a table that knows no such trait
 *	abi      another version of the contract
 *
 * FAKE_GORO is the path of goro.so.
 */
#include <assay.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct assay_runtime table;
static struct assay_chan_ops chan;
static struct assay_sync_ops sync_ops;
static struct assay_inspect_ops inspect;
static const struct assay_runtime *real;

static int wrong_recv(assay_chan *c, void *out, int64_t deadline)
{
	static int received;
	int status = real->chan->recv(c, out, deadline);

	if (status == ASSAY_OK && out && ++received == 5)
		*(unsigned char *)out ^= 1;
	return status;
}

static int wrong_stats(struct assay_stats *out)
{
	static uint64_t more;
	int status = real->inspect->stats(out);

	out->spawned += more++;
	return status;
}

static const struct assay_runtime *load(void)
{
	const struct assay_runtime *(*get)(void);
	const char *path = getenv("FAKE_GORO");
	void *object = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
	void *symbol = object ? dlsym(object, "assay_runtime") : NULL;

	if (!symbol) {
		fputs("fake: no goro\n", stderr);
		exit(2);
	}
	memcpy(&get, &symbol, sizeof(get));
	return get();
}

static void change(const char *what)
{
	if (strcmp(what, "wrong") == 0)
		chan.recv = wrong_recv;
	if (strcmp(what, "tally") == 0)
		inspect.stats = wrong_stats;
	if (strcmp(what, "bare") == 0)
		table.size = offsetof(struct assay_runtime, chan);
	if (strcmp(what, "older") == 0) {
		chan.size = offsetof(struct assay_chan_ops, select);
		sync_ops.size = offsetof(struct assay_sync_ops, wg_add);
	}
	if (strcmp(what, "few") == 0)
		table.max_goroutines = 50;
	if (strcmp(what, "one_p") == 0)
		table.traits &= ~(uint32_t)ASSAY_TRAIT_SEVERAL_PS;
	if (strcmp(what, "n1") == 0) {
		table.size = offsetof(struct assay_runtime, stack_bytes);
		table.model = "N:1";
	}
	if (strcmp(what, "abi") == 0)
		table.abi++;
}

__attribute__((visibility("default"))) const struct assay_runtime *
assay_runtime(void)
{
	const char *what = getenv("FAKE");

	real = load();
	table = *real;
	chan = *real->chan;
	sync_ops = *real->sync;
	inspect = *real->inspect;
	table.chan = &chan;
	table.sync = &sync_ops;
	table.inspect = &inspect;
	change(what ? what : "");
	return &table;
}
