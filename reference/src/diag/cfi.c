/*
 * cfi.c - runs the programs of .eh_frame.
 *
 *	.eh_frame_hdr   a sorted table: where a function begins -> its FDE
 *	FDE             one function: its bounds, its CIE, its program
 *	CIE             what functions have in common, and a program before theirs
 *
 * A program says what changes at which instruction.  It is run up to the wanted
 * one, and what holds then is the row.
 */
#include "diag/cfi.h"

#include <string.h>

#include "base/text.h"

#define HDR_TABLE 0x3b /* the table's encoding: 4 bytes, relative to the hdr */

enum { KEPT = 4 }; /* rows of DW_CFA_remember_state: compilers need one */

/* ---- the tables ----------------------------------------------------------- */

/* Returns the n bytes at `at`; none, and bad, if they are not in the module. */
static struct bytes span(const struct cfi_table *t, struct mem *m,
			 const uint8_t *at, uint64_t n)
{
	if (at < t->lo || at > t->hi || n > (uint64_t)(t->hi - at) ||
	    !goro__mem_has(m, (uintptr_t)at, n))
		return (struct bytes){.at = t->lo, .end = t->lo, .bad = true};
	return (struct bytes){.at = at, .end = at + n};
}

/* Returns the CIE or FDE at `at`, behind its length. */
static struct bytes record(const struct cfi_table *t, struct mem *m,
			   const uint8_t *at)
{
	struct bytes b = span(t, m, at, 4);
	uint64_t n = bytes_fixed(&b, 4);

	/* 0 ends the section; all ones is a form that nobody writes here */
	if (b.bad || n == 0 || n >= 0xfffffff0)
		return (struct bytes){.at = t->lo, .end = t->lo, .bad = true};
	return span(t, m, b.at, n);
}

/*
 * Reads an address in one of the encodings of DW_EH_PE.  Those that lead to
 * the address by way of memory are not used for code.
 */
static uint64_t encoded(struct bytes *b, unsigned enc, const uint8_t *hdr)
{
	const uint8_t *here = b->at;
	uint64_t v = 0;

	switch (enc & 0x0f) {
	case 0x0:
	case 0x4:
	case 0xc:
		v = bytes_fixed(b, 8);
		break;
	case 0x1:
		v = bytes_uleb(b);
		break;
	case 0x2:
		v = bytes_fixed(b, 2);
		break;
	case 0x3:
		v = bytes_fixed(b, 4);
		break;
	case 0x9:
		v = (uint64_t)bytes_sleb(b);
		break;
	case 0xa:
		v = (uint64_t)bytes_signed(b, 2);
		break;
	case 0xb:
		v = (uint64_t)bytes_signed(b, 4);
		break;
	default:
		b->bad = true;
	}
	switch (enc & 0xf0) {
	case 0x00:
		return v;
	case 0x10:
		return v + (uintptr_t)here;
	case 0x30:
		return v + (uintptr_t)hdr;
	default:
		b->bad = true;
		return 0;
	}
}

/* Returns where the FDE is of the last function that begins at or before pc. */
static const uint8_t *find_fde(const struct cfi_table *t, struct mem *m,
			       uintptr_t pc)
{
	struct bytes b = span(t, m, t->hdr, 4), entry;
	unsigned version = (unsigned)bytes_fixed(&b, 1);
	unsigned frame = (unsigned)bytes_fixed(&b, 1);
	unsigned count = (unsigned)bytes_fixed(&b, 1);
	unsigned table = (unsigned)bytes_fixed(&b, 1);
	uint64_t lo = 0, hi, mid;

	if (b.bad || version != 1 || table != HDR_TABLE)
		return NULL;
	b = span(t, m, b.at, 12); /* at most: two numbers, and there is more */
	encoded(&b, frame, t->hdr);
	hi = encoded(&b, count, t->hdr);
	if (b.bad || hi == 0 || hi > UINT32_MAX)
		return NULL;
	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		entry = span(t, m, b.at + mid * 8, 4);
		if (encoded(&entry, HDR_TABLE, t->hdr) <= pc)
			lo = mid;
		else
			hi = mid;
		if (entry.bad)
			return NULL;
	}
	entry = span(t, m, b.at + lo * 8 + 4, 4);
	mid = encoded(&entry, HDR_TABLE, t->hdr);
	return entry.bad ? NULL : (const uint8_t *)(uintptr_t)mid;
}

/* ---- what functions have in common ---------------------------------------- */

struct cie {
	uint64_t code_align;
	int64_t data_align;
	uint64_t ra;
	unsigned encoding; /* of addresses of code */
	bool augmented;    /* FDEs have a length of more data */
	bool signal;
	struct bytes program;
};

/* Reads what one letter of the augmentation stands for.  False: unknown. */
static bool augmentation(struct cie *c, char letter, struct bytes *data)
{
	unsigned enc;

	switch (letter) {
	case 'R':
		c->encoding = (unsigned)bytes_fixed(data, 1);
		return true;
	case 'P': /* the personality: for exceptions alone */
		enc = (unsigned)bytes_fixed(data, 1);
		encoded(data, enc & 0x0f, NULL);
		return true;
	case 'L':
		bytes_fixed(data, 1);
		return true;
	case 'S':
		c->signal = true;
		return true;
	case 'B': /* return addresses are signed with the other key */
	case 'G': /* the stack is tagged */
		return true;
	default:
		return false;
	}
}

static bool read_cie(struct cie *c, struct bytes b)
{
	unsigned version;
	const char *letter;
	struct bytes data;
	uint64_t n;

	if (bytes_fixed(&b, 4) != 0)
		return false;
	version = (unsigned)bytes_fixed(&b, 1);
	letter = (const char *)b.at;
	while (bytes_fixed(&b, 1) != 0)
		;
	c->code_align = bytes_uleb(&b);
	c->data_align = bytes_sleb(&b);
	c->ra = version == 1 ? bytes_fixed(&b, 1) : bytes_uleb(&b);
	if (b.bad || (version != 1 && version != 3))
		return false;
	if (*letter == 'z') {
		c->augmented = true;
		n = bytes_uleb(&b);
		data.at = bytes_skip(&b, n);
		data.end = b.at;
		data.bad = false;
		while (*++letter)
			if (!augmentation(c, *letter, &data) || data.bad)
				return false;
	} else if (*letter) {
		return false;
	}
	c->program = b;
	return !b.bad;
}

/* ---- the programs --------------------------------------------------------- */

struct machine {
	const struct cie *cie;
	struct bytes code;
	uint64_t at; /* the instruction that row is for */
	uintptr_t pc;
	const uint8_t *hdr;
	struct cfi_row row;
	const struct cfi_row *first; /* after the CIE's program */
	unsigned kept;
	struct cfi_row keep[KEPT];
};

enum act {
	BAD,
	SKIP,
	ADVANCE,
	SET_AT,
	RULE,
	RESTORE,
	REMEMBER,
	RECALL,
	CFA,
	CFA_REG,
	CFA_OFFSET,
	CFA_EXPR,
};

/*
 * Arguments: 1 2 4 bytes, `u`nsigned, `o`ffset to be multiplied, the same
 * `s`igned, the same `n`egated, plain, `b`lock: an expression, `a`ddress.
 */
static const struct op {
	char args[3];
	uint8_t act, how;
} ops[] = {
	[0x00] = {"", SKIP, 0},
	[0x01] = {"a", SET_AT, 0},
	[0x02] = {"1", ADVANCE, 0},
	[0x03] = {"2", ADVANCE, 0},
	[0x04] = {"4", ADVANCE, 0},
	[0x05] = {"uo", RULE, CFI_AT},
	[0x06] = {"u", RESTORE, 0},
	[0x07] = {"u", RULE, CFI_UNDEFINED},
	[0x08] = {"u", RULE, CFI_SAME},
	[0x09] = {"uu", RULE, CFI_IN},
	[0x0a] = {"", REMEMBER, 0},
	[0x0b] = {"", RECALL, 0},
	[0x0c] = {"uu", CFA, 0},
	[0x0d] = {"u", CFA_REG, 0},
	[0x0e] = {"u", CFA_OFFSET, 0},
	[0x0f] = {"b", CFA_EXPR, 0},
	[0x10] = {"ub", RULE, CFI_AT_EXPR},
	[0x11] = {"us", RULE, CFI_AT},
	[0x12] = {"us", CFA, 0},
	[0x13] = {"s", CFA_OFFSET, 0},
	[0x14] = {"uo", RULE, CFI_IS},
	[0x15] = {"us", RULE, CFI_IS},
	[0x16] = {"ub", RULE, CFI_IS_EXPR},
	/* Whether the return address is signed: see regs_plain(). */
	[0x2c] = {"", SKIP, 0},
	[0x2d] = {"", SKIP, 0},
	[0x2e] = {"u", SKIP, 0},
	[0x2f] = {"un", RULE, CFI_AT},
};

static int64_t times(struct machine *m, int64_t v)
{
	int64_t product;

	if (__builtin_mul_overflow(v, m->cie->data_align, &product))
		m->code.bad = true;
	return m->code.bad ? 0 : product;
}

/* Returns where an expression is, from the row's base, and goes behind it. */
static int64_t block(struct machine *m)
{
	const uint8_t *at = m->code.at;

	bytes_skip(&m->code, bytes_uleb(&m->code));
	return at - m->row.base;
}

static int64_t argument(struct machine *m, char kind)
{
	struct bytes *c = &m->code;

	switch (kind) {
	case 'u':
		return (int64_t)bytes_uleb(c);
	case 'o':
		return times(m, (int64_t)bytes_uleb(c));
	case 's':
		return times(m, bytes_sleb(c));
	case 'n':
		return times(m, -(int64_t)(bytes_uleb(c) & INT32_MAX));
	case 'b':
		return block(m);
	case 'a':
		return (int64_t)encoded(c, m->cie->encoding, m->hdr);
	case '\0':
		return 0;
	default:
		return (int64_t)bytes_fixed(c, (size_t)(kind - '0'));
	}
}

/* Registers that the unwinder does not follow: vectors, flags. */
static void set_rule(struct machine *m, int64_t reg, uint8_t how, int64_t n)
{
	if (n < INT32_MIN || n > INT32_MAX)
		m->code.bad = true;
	else if (reg >= 0 && reg < REGS_N)
		m->row.reg[reg] = (struct cfi_rule){how, (int32_t)n};
}

static void restore(struct machine *m, int64_t reg)
{
	if (!m->first)
		m->code.bad = true;
	else if (reg >= 0 && reg < REGS_N)
		m->row.reg[reg] = m->first->reg[reg];
}

static void set_cfa(struct machine *m, uint8_t how, int64_t reg, int64_t n)
{
	if (n < INT32_MIN || n > INT32_MAX || reg < 0 || reg >= REGS_N) {
		m->code.bad = true;
		return;
	}
	m->row.cfa = (struct cfi_rule){how, (int32_t)n};
	m->row.cfa_reg = (uint8_t)reg;
}

static void remember(struct machine *m)
{
	if (m->kept < KEPT)
		m->keep[m->kept++] = m->row;
	else
		m->code.bad = true;
}

static void recall(struct machine *m)
{
	if (m->kept > 0)
		m->row = m->keep[--m->kept];
	else
		m->code.bad = true;
}

static uint64_t scaled(const struct machine *m, uint64_t delta)
{
	return m->at + delta * m->cie->code_align;
}

/* Does what an operation says that has no argument in its own byte. */
static void act(struct machine *m, const struct op *op, int64_t a, int64_t b)
{
	struct cfi_row *row = &m->row;

	switch (op->act) {
	case SKIP:
		break;
	case ADVANCE:
		m->at = scaled(m, (uint64_t)a);
		break;
	case SET_AT:
		m->at = (uint64_t)a;
		break;
	case RULE:
		set_rule(m, a, op->how, b);
		break;
	case RESTORE:
		restore(m, a);
		break;
	case REMEMBER:
		remember(m);
		break;
	case RECALL:
		recall(m);
		break;
	case CFA:
		set_cfa(m, CFI_IS, a, b);
		break;
	case CFA_REG:
		set_cfa(m, row->cfa.how, a, row->cfa.n);
		break;
	case CFA_OFFSET:
		set_cfa(m, row->cfa.how, row->cfa_reg, a);
		break;
	case CFA_EXPR:
		set_cfa(m, CFI_IS_EXPR, 0, a);
		break;
	default:
		m->code.bad = true;
	}
}

static void step(struct machine *m)
{
	unsigned byte = (unsigned)bytes_fixed(&m->code, 1);
	unsigned low = byte & 0x3f;
	const struct op *op = &ops[low < sizeof(ops) / sizeof(*ops) ? low : 0];
	int64_t a, b;

	switch (byte >> 6) {
	case 1:
		m->at = scaled(m, low);
		return;
	case 2:
		set_rule(m, low, CFI_AT, argument(m, 'o'));
		return;
	case 3:
		restore(m, low);
		return;
	default:
		if (low >= sizeof(ops) / sizeof(*ops)) {
			m->code.bad = true;
			return;
		}
		a = argument(m, op->args[0]);
		b = op->args[0] ? argument(m, op->args[1]) : 0;
		act(m, op, a, b);
	}
}

/* Runs a program up to the wanted instruction.  False if it is wrong. */
static bool run(struct machine *m, struct bytes program)
{
	m->code = program;
	while (m->code.at < m->code.end && m->at <= m->pc) {
		step(m);
		if (m->code.bad)
			return false;
	}
	return true;
}

/* Runs the CIE's program, then the FDE's. */
static bool run_both(struct machine *m, struct bytes program)
{
	struct cfi_row first;

	if (!run(m, m->cie->program))
		return false;
	first = m->row;
	m->first = &first;
	m->kept = 0;
	return run(m, program);
}

struct bytes goro__cfi_expression(const struct cfi_row *row, int32_t n)
{
	struct bytes b = {.at = row->base, .end = row->end};
	struct bytes e;

	if (n < 0) /* the CIE lies before its FDEs, or behind them */
		b.bad = true;
	bytes_skip(&b, (uint64_t)(n < 0 ? 0 : n));
	e.end = b.at;
	e.at = bytes_skip(&b, bytes_uleb(&b));
	e.end = b.at;
	e.bad = b.bad;
	return e;
}

/* Reads the FDE at `at` and runs its program if pc is in its function. */
static bool row_of(const struct cfi_table *t, struct mem *mem,
		   const uint8_t *at, uintptr_t pc, struct cfi_row *row)
{
	struct bytes b = record(t, mem, at);
	const uint8_t *id = b.at;
	uint64_t back = bytes_fixed(&b, 4), start, size;
	struct cie cie = {0};
	struct machine m = {.cie = &cie, .pc = pc, .hdr = t->hdr};

	if (b.bad || back == 0 || back > (uint64_t)(id - t->lo) ||
	    !read_cie(&cie, record(t, mem, id - back)) || cie.ra >= REGS_N)
		return false;
	start = encoded(&b, cie.encoding, t->hdr);
	size = encoded(&b, cie.encoding & 0x0f, t->hdr);
	if (cie.augmented)
		bytes_skip(&b, bytes_uleb(&b));
	if (b.bad || pc < start || pc - start >= size)
		return false;
	m.at = start;
	m.row.start = (uintptr_t)start;
	m.row.base = t->lo;
	m.row.end = t->hi;
	m.row.ra = (uint8_t)cie.ra;
	m.row.signal = cie.signal;
	m.row.cfa.how = CFI_UNDEFINED;
	if (!run_both(&m, b))
		return false;
	*row = m.row;
	return row->cfa.how != CFI_UNDEFINED;
}

bool goro__cfi_row(const struct cfi_table *t, uintptr_t pc, struct cfi_row *row)
{
	struct mem mem = {0};
	const uint8_t *fde = find_fde(t, &mem, pc);

	return fde && row_of(t, &mem, fde, pc, row);
}
