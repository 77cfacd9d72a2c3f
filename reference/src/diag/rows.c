/*
 * rows.c - rows of call frame information that were found before.
 *
 * To look a row up takes some microseconds, and thousands of goroutines wait in
 * few places.  So rows are kept in a table, by pc, for all threads, and for
 * signal handlers, without a lock: an entry is four words, of which the first
 * is pc xor the other three.  A reader that meets a writer gets a mixture of
 * two entries; that fits no pc, and it looks the row up as if it were not
 * there.
 *
 * A row stays when its library is unloaded.  Another library at the same place
 * may be unwound wrongly, at an instruction that was seen before; but an
 * unwinder checks what it reads, so it gives wrong frames at worst.
 */
#include "diag/rows.h"

#include "base/atomic.h"
#include "base/text.h"

enum { SETS = 256, WAYS = 4, DEPTH_BITS = 10, IN_WORD = 6, WORDS = 4 };

#define DEPTH_MAX ((1 << DEPTH_BITS) - 1)

const uint8_t goro__rows_kept[REGS_KEPT_N] = REGS_KEPT;

_Static_assert(REGS_KEPT_N <= 2 * IN_WORD, "two words of depths");

/* relaxed, all of it: an entry is right if its words fit together */
static _Atomic(uint64_t) table[SETS][WAYS][WORDS];
/* Which of a set is written over next; any is good, so it may be late. */
static _Atomic(uint32_t) turn;

static _Atomic(uint64_t) (*set_of(uintptr_t pc))[WORDS]
{
	return table[pc * UINT64_C(0x9e3779b97f4a7c15) >> 56];
}

/* ---- which are simple ------------------------------------------------------ */

static bool is_kept(int reg)
{
	for (int i = 0; i < REGS_KEPT_N; i++)
		if (goro__rows_kept[i] == reg)
			return true;
	return false;
}

static bool depth_of(const struct cfi_rule *r, uint16_t *depth)
{
	*depth = 0;
	if (r->how == CFI_SAME)
		return true;
	if (r->how != CFI_AT || r->n >= 0 || r->n % 8 != 0 ||
	    r->n / -8 > DEPTH_MAX)
		return false;
	*depth = (uint16_t)(r->n / -8);
	return true;
}

bool goro__rows_simplify(const struct cfi_row *row, struct simple_row *to)
{
	*to = (struct simple_row){.cfa_offset = row->cfa.n,
				  .cfa_reg = row->cfa_reg};
	if (row->reg[row->ra].how == CFI_UNDEFINED) {
		to->last = true;
		return true;
	}
	if (row->signal || row->cfa.how != CFI_IS || row->ra != REGS_PC)
		return false;
	for (int i = 0; i < REGS_N; i++)
		if (row->reg[i].how != CFI_SAME && !is_kept(i))
			return false;
	for (int i = 0; i < REGS_KEPT_N; i++)
		if (!depth_of(&row->reg[goro__rows_kept[i]], &to->depth[i]))
			return false;
	return true;
}

/* ---- the table -------------------------------------------------------------- */

void goro__rows_keep(uintptr_t pc, const struct simple_row *row)
{
	_Atomic(uint64_t) *entry = set_of(pc)[add_relaxed(&turn, 1u) % WAYS];
	uint64_t w[WORDS] = {0};

	w[1] = (uint32_t)row->cfa_offset | (uint64_t)row->cfa_reg << 32 |
	       (uint64_t)row->bottom << 40 | (uint64_t)row->last << 41;
	for (int i = 0; i < REGS_KEPT_N; i++)
		w[2 + i / IN_WORD] |= (uint64_t)row->depth[i]
				      << i % IN_WORD * DEPTH_BITS;
	w[0] = pc ^ w[1] ^ w[2] ^ w[3];
	for (int i = 0; i < WORDS; i++)
		store_relaxed(&entry[i], w[i]);
}

/* Reads an entry.  False: it is another's, or half of it. */
static bool read_entry(_Atomic(uint64_t) *entry, uintptr_t pc, uint64_t *w)
{
	for (int i = 0; i < WORDS; i++)
		w[i] = load_relaxed(&entry[i]);
	return (w[0] ^ w[1] ^ w[2] ^ w[3]) == pc;
}

bool goro__rows_find(uintptr_t pc, struct simple_row *row)
{
	_Atomic(uint64_t)(*set)[WORDS] = set_of(pc);
	uint64_t w[WORDS];
	int way = 0;

	while (!read_entry(set[way], pc, w))
		if (++way == WAYS)
			return false;
	row->cfa_offset = (int32_t)w[1];
	row->cfa_reg = (uint8_t)(w[1] >> 32);
	row->bottom = w[1] >> 40 & 1;
	row->last = w[1] >> 41 & 1;
	for (int i = 0; i < REGS_KEPT_N; i++)
		row->depth[i] = w[2 + i / IN_WORD] >> i % IN_WORD * DEPTH_BITS &
				DEPTH_MAX;
	return true;
}
