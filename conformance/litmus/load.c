/*
 * load.c - reads programs, see litmus.h.
 *
 *	program NUMBER ROUNDS MAIN
 *	thing KIND SIZE                           for each object
 *	actor LENGTH                              for each goroutine, and then
 *	op NAME OBJ NUMBER REG-READ REG TO DEFAULT ARMS
 *	arm SEND OBJ NUMBER REG-READ REG REG      for each arm
 *	run
 *
 * Numbers of things that an operation has not are -1.
 */
#include "litmus.h"

#include <stdlib.h>
#include <string.h>

static _Noreturn void refuse(const char *what)
{
	fprintf(stderr, "litmus: a batch with a bad %s\n", what);
	exit(2);
}

static void want(bool ok, const char *what)
{
	if (!ok)
		refuse(what);
}

static bool index_ok(int i, int n)
{
	return i >= -1 && i < n;
}

static void read_arm(FILE *f, const struct program *p, struct arm *a)
{
	want(fscanf(f, " arm %d %d %d %d %d %d", &a->send, &a->obj,
		    &a->value.number, &a->value.reg, &a->reg[0],
		    &a->reg[1]) == 6 &&
		     a->obj >= 0 && a->obj < p->objects,
	     "arm");
}

static void read_op(FILE *f, const struct program *p, struct op *op, int length)
{
	char name[32];

	want(fscanf(f, " op %31s %d %d %d %d %d %d %d", name, &op->obj,
		    &op->value.number, &op->value.reg, &op->reg, &op->to,
		    &op->is_default, &op->arms) == 8 &&
		     litmus_op(name, op) && index_ok(op->obj, p->objects) &&
		     index_ok(op->to, length) && op->arms >= 0 &&
		     op->arms <= ARMS,
	     "operation");
	for (int i = 0; i < op->arms; i++)
		read_arm(f, p, &op->arm[i]);
}

/* The body ends with an operation without a function. */
static void read_actor(FILE *f, struct program *p)
{
	struct op *code;
	int length = 0;

	want(p->actors < ACTORS && fscanf(f, "%d", &length) == 1 &&
		     length >= 0 && length < 1000,
	     "goroutine");
	code = calloc((size_t)length + 1, sizeof(*code));
	want(code != NULL, "size");
	for (int i = 0; i < length; i++)
		read_op(f, p, &code[i], length + 1);
	p->code[p->actors++] = code;
}

static void read_thing(FILE *f, struct program *p)
{
	static const char *const kinds[] = {"chan",      "mutex", "rwmutex",
					    "waitgroup", "once",  "cond"};
	char name[16];
	int kind = COND;

	want(p->objects < OBJECTS && fscanf(f, "%15s %d", name,
					    &p->thing[p->objects].size) == 2,
	     "object");
	while (kind >= 0 && strcmp(kinds[kind], name) != 0)
		kind--;
	want(kind >= 0, "kind");
	p->thing[p->objects++].kind = (enum kind)kind;
}

bool litmus_load(FILE *f, struct program *p)
{
	char word[16];

	if (fscanf(f, " program %d %d %d", &p->number, &p->rounds, &p->main) !=
	    3) {
		want(feof(f) != 0, "program");
		return false;
	}
	for (;;) {
		want(fscanf(f, "%15s", word) == 1, "end");
		if (strcmp(word, "run") == 0)
			return true;
		if (strcmp(word, "thing") == 0)
			read_thing(f, p);
		else if (strcmp(word, "actor") == 0)
			read_actor(f, p);
		else
			refuse(word);
	}
}
