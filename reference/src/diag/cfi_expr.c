/*
 * cfi_expr.c - expressions of call frame information: a machine with a stack
 * (DWARF 5, section 2.5).  They describe the entries of the linkage table and
 * functions that align their stack.
 */
#include "base/text.h"
#include "diag/cfi.h"

/* Steps: a loop that does not end is wrong. */
enum { DEPTH = 16, STEPS = 500 };

struct machine {
	struct bytes code;
	const uint8_t *begin;
	const struct regs *regs;
	struct mem *mem;
	uint64_t stack[DEPTH];
	unsigned n;
	bool bad;
};

static void push(struct machine *m, uint64_t v)
{
	if (m->n < DEPTH)
		m->stack[m->n++] = v;
	else
		m->bad = true;
}

static uint64_t pop(struct machine *m)
{
	if (m->n > 0)
		return m->stack[--m->n];
	m->bad = true;
	return 0;
}

/* Pushes again what lies that deep. */
static void pick(struct machine *m, uint64_t depth)
{
	if (depth < m->n)
		push(m, m->stack[m->n - 1 - depth]);
	else
		m->bad = true;
}

static void push_register(struct machine *m, uint64_t reg, int64_t offset)
{
	if (reg < REGS_N)
		push(m, m->regs->r[reg] + (uint64_t)offset);
	else
		m->bad = true;
}

static void load(struct machine *m, uint64_t size)
{
	uint64_t v = 0;

	if (size == 0 || size > 8 || !goro__mem_read(m->mem, pop(m), size, &v))
		m->bad = true;
	push(m, v);
}

/* Swaps the two on top, or turns the three on top. */
static void turn(struct machine *m, unsigned of)
{
	uint64_t top = pop(m), second = pop(m), third = of == 3 ? pop(m) : 0;

	push(m, top);
	if (of == 3)
		push(m, third);
	push(m, second);
}

static void jump(struct machine *m, bool taken)
{
	int64_t by = bytes_signed(&m->code, 2);
	const struct bytes *c = &m->code;

	if (!taken)
		return;
	if (by < m->begin - c->at || by > c->end - c->at)
		m->bad = true;
	else
		m->code.at += by;
}

/* ---- the operations ------------------------------------------------------- */

static uint64_t shift_right(int64_t a, uint64_t by)
{
	return (uint64_t)(a >> (by < 63 ? by : 63));
}

static uint64_t divide(struct machine *m, int64_t a, int64_t b)
{
	if (b == 0 || (a == INT64_MIN && b == -1)) {
		m->bad = true;
		return 0;
	}
	return (uint64_t)(a / b);
}

/* clang-format off */
static void binary(struct machine *m, unsigned op)
{
	uint64_t b = pop(m), a = pop(m);
	int64_t sa = (int64_t)a, sb = (int64_t)b;

	switch (op) {
	case 0x1a: push(m, a & b); break;
	case 0x1b: push(m, divide(m, sa, sb)); break;
	case 0x1c: push(m, a - b); break;
	case 0x1d: push(m, b ? a % b : 0); m->bad |= b == 0; break;
	case 0x1e: push(m, a * b); break;
	case 0x21: push(m, a | b); break;
	case 0x22: push(m, a + b); break;
	case 0x24: push(m, b < 64 ? a << b : 0); break;
	case 0x25: push(m, b < 64 ? a >> b : 0); break;
	case 0x26: push(m, shift_right(sa, b)); break;
	case 0x27: push(m, a ^ b); break;
	case 0x29: push(m, sa == sb); break;
	case 0x2a: push(m, sa >= sb); break;
	case 0x2b: push(m, sa > sb); break;
	case 0x2c: push(m, sa <= sb); break;
	case 0x2d: push(m, sa < sb); break;
	case 0x2e: push(m, sa != sb); break;
	default: m->bad = true;
	}
}

static void constant(struct machine *m, unsigned op)
{
	struct bytes *c = &m->code;

	switch (op) {
	case 0x08: push(m, bytes_fixed(c, 1)); break;
	case 0x09: push(m, (uint64_t)bytes_signed(c, 1)); break;
	case 0x0a: push(m, bytes_fixed(c, 2)); break;
	case 0x0b: push(m, (uint64_t)bytes_signed(c, 2)); break;
	case 0x0c: push(m, bytes_fixed(c, 4)); break;
	case 0x0d: push(m, (uint64_t)bytes_signed(c, 4)); break;
	case 0x10: push(m, bytes_uleb(c)); break;
	case 0x11: push(m, (uint64_t)bytes_sleb(c)); break;
	default: push(m, bytes_fixed(c, 8)); /* addr, const8u, const8s */
	}
}

static void other(struct machine *m, unsigned op)
{
	uint64_t a;

	switch (op) {
	case 0x06: load(m, 8); break;
	case 0x12: pick(m, 0); break;
	case 0x13: pop(m); break;
	case 0x14: pick(m, 1); break;
	case 0x15: pick(m, bytes_fixed(&m->code, 1)); break;
	case 0x16: turn(m, 2); break;
	case 0x17: turn(m, 3); break;
	case 0x19: a = pop(m); push(m, (int64_t)a < 0 ? -a : a); break;
	case 0x1f: push(m, -pop(m)); break;
	case 0x20: push(m, ~pop(m)); break;
	case 0x23: push(m, pop(m) + bytes_uleb(&m->code)); break;
	case 0x28: jump(m, pop(m) != 0); break;
	case 0x2f: jump(m, true); break;
	case 0x92: a = bytes_uleb(&m->code);
		   push_register(m, a, bytes_sleb(&m->code)); break;
	case 0x94: load(m, bytes_fixed(&m->code, 1)); break;
	case 0x96: break; /* nop */
	default: binary(m, op);
	}
}
/* clang-format on */

static void step(struct machine *m)
{
	unsigned op = (unsigned)bytes_fixed(&m->code, 1);

	if (op >= 0x30 && op < 0x50)
		push(m, op - 0x30);
	else if (op >= 0x70 && op < 0x90)
		push_register(m, op - 0x70, bytes_sleb(&m->code));
	else if (op == 0x03 || (op >= 0x08 && op <= 0x11))
		constant(m, op);
	else
		other(m, op);
}

bool goro__cfi_eval(struct bytes e, const struct regs *r, const uint64_t *first,
		    struct mem *mem, uint64_t *value)
{
	struct machine m = {
		.code = e, .begin = e.at, .regs = r, .mem = mem, .bad = e.bad};

	if (first)
		push(&m, *first);
	for (int i = 0; m.code.at < m.code.end; i++) {
		step(&m);
		if (m.bad || m.code.bad || i == STEPS)
			return false;
	}
	*value = pop(&m);
	return !m.bad;
}
