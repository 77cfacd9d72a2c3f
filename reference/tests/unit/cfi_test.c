/*
 * cfi_test.c - call frame information, right and wrong.  A module is made in
 * memory of its exact size, so that a sanitizer sees a read beyond it.
 */
#include <stdlib.h>
#include <string.h>

#include "diag/cfi.h"
#include "diag/rows.h"
#include "unit.h"

enum { HDR = 20, FUNCTION = 0x1000, SIZE = 0x100, CODE_MAX = 200 };

/* .eh_frame_hdr with one entry, then the CIE, then the FDE. */
struct image {
	uint8_t *bytes;
	size_t n;
	struct cfi_table table;
	uintptr_t pc; /* where its function begins */
};

static void put(struct image *i, const void *from, size_t n)
{
	memcpy(i->bytes + i->n, from, n);
	i->n += n;
}

static void put4(struct image *i, uint64_t v)
{
	uint32_t w = (uint32_t)v;

	put(i, &w, sizeof(w));
}

static void put_text(struct image *i, const char *s)
{
	put(i, s, strlen(s) + 1);
}

/* A CIE as compilers write it: CFA = sp + 8, the return address below it. */
static void put_cie(struct image *i, const char *letters)
{
	size_t at = i->n;
	uint32_t size;

	put4(i, 0);
	put4(i, 0);
	put(i, "\1", 1);
	put_text(i, letters);
	put(i, "\1\x78", 2); /* factors 1, -8 */
	put(i, (uint8_t[]){REGS_PC}, 1);
	if (letters[0] == 'z')
		put(i, "\1\x1b", 2); /* addresses: relative, 4 bytes */
	put(i, (uint8_t[]){0x0c, REGS_SP, 8, 0x80 | REGS_PC, 1}, 5);
	size = (uint32_t)(i->n - at - 4);
	memcpy(i->bytes + at, &size, 4);
}

static void put_fde(struct image *i, size_t cie, const uint8_t *code, size_t n)
{
	size_t at = i->n;
	uint32_t size;

	put4(i, 0);
	put4(i, i->n - cie);
	put4(i, i->pc - (uintptr_t)(i->bytes + i->n));
	put4(i, SIZE);
	put(i, "", 1);
	put(i, code, n);
	size = (uint32_t)(i->n - at - 4);
	memcpy(i->bytes + at, &size, 4);
}

/* The function lies a little above its tables. */
static struct image make(const uint8_t *code, size_t n)
{
	struct image i = {.bytes = malloc(HDR + 64 + CODE_MAX)};
	uint8_t *exact;
	size_t cie = HDR;

	i.pc = (uintptr_t)i.bytes + FUNCTION;
	put(&i, "\1\x1b\3\x3b", 4);
	put4(&i, HDR - 4);
	put4(&i, 1);
	put4(&i, FUNCTION);
	put4(&i, 0); /* where the FDE is */
	put_cie(&i, "zR");
	memcpy(i.bytes + 16, &(uint32_t){(uint32_t)i.n}, 4);
	put_fde(&i, cie, code, n);
	/* All is relative to where it lies: the function moves along. */
	exact = malloc(i.n);
	memcpy(exact, i.bytes, i.n);
	i.pc = (uintptr_t)exact + FUNCTION;
	free(i.bytes);
	i.bytes = exact;
	i.table = (struct cfi_table){exact, exact, exact + i.n};
	return i;
}

/* Returns what holds at offset in a function with this program. */
static struct cfi_row row_at(const uint8_t *code, size_t n, unsigned offset)
{
	struct image i = make(code, n);
	struct cfi_row row = {0};

	CU_ASSERT(goro__cfi_row(&i.table, i.pc + offset, &row));
	UNIT_EQ(row.start, i.pc);
	free(i.bytes);
	return row;
}

/* push %rbp; mov %rsp, %rbp; ... pop; ret: and a part behind it. */
static void a_function(void)
{
	static const uint8_t code[] = {
		0x41, 0x0e,    16,   0x86, 2,      /* 1: CFA sp+16, r6 at -16 */
		0x43, 0x0d,    6,                  /* 4: CFA r6+16 */
		0x02, 0x40,    0x0a,               /* 68: remember */
		0x0c, REGS_SP, 8,    0xc6,         /* CFA sp+8, r6 restored */
		0x41, 0x0b,                        /* 69: as before */
		0x41, 0x05,    3,    4,            /* 70: r3 at -32 */
		0x41, 0x11,    12,   0x7d,         /* 71: r12 at 24 */
		0x41, 0x07,    13,   0x09, 14, 15, /* 72 */
		0x41, 0x14,    13,   2,            /* 73: r13 is CFA-16 */
		0x41, 0x0e,    0x80, 0x80, 4,      /* 74: CFA r6+65536 */
	};
	struct cfi_row r = row_at(code, sizeof(code), 0);

	UNIT_EQ(r.cfa_reg, REGS_SP);
	UNIT_EQ(r.cfa.n, 8);
	UNIT_EQ(r.reg[REGS_PC].how, CFI_AT);
	UNIT_EQ(r.reg[REGS_PC].n, -8);
	UNIT_EQ(r.reg[6].how, CFI_SAME);
	r = row_at(code, sizeof(code), 1);
	UNIT_EQ(r.cfa.n, 16);
	UNIT_EQ(r.reg[6].n, -16);
	r = row_at(code, sizeof(code), 67);
	UNIT_EQ(r.cfa_reg, 6);
	UNIT_EQ(r.cfa.n, 16);
	r = row_at(code, sizeof(code), 68);
	UNIT_EQ(r.cfa_reg, REGS_SP);
	UNIT_EQ(r.reg[6].how, CFI_SAME);
	r = row_at(code, sizeof(code), 72);
	UNIT_EQ(r.cfa_reg, 6);
	UNIT_EQ(r.reg[3].n, -32);
	UNIT_EQ(r.reg[12].n, 24);
	UNIT_EQ(r.reg[13].how, CFI_UNDEFINED);
	UNIT_EQ(r.reg[14].how, CFI_IN);
	UNIT_EQ(r.reg[14].n, 15);
	r = row_at(code, sizeof(code), 255);
	UNIT_EQ(r.reg[13].how, CFI_IS);
	UNIT_EQ(r.cfa.n, 65536);
}

/* As the linkage table has it: the CFA depends on pc, 11 bytes into 16. */
static void expressions(void)
{
	static const uint8_t code[] = {
		0x0f, 11,   0x70 + REGS_SP, 8,    0x70 + REGS_PC, 0,    0x3f,
		0x1a, 0x3b, 0x2a,           0x33, 0x24,           0x22,
	};
	struct image i = make(code, sizeof(code));
	struct regs regs = {.r = {[REGS_SP] = 0x5000}};
	struct mem mem = {0};
	struct cfi_row row;
	uint64_t cfa = 0;

	CU_ASSERT(goro__cfi_row(&i.table, i.pc, &row));
	UNIT_EQ(row.cfa.how, CFI_IS_EXPR);
	for (unsigned at = 0; at < 32; at++) {
		regs.r[REGS_PC] = 0x1230 + at;
		CU_ASSERT(goro__cfi_eval(goro__cfi_expression(&row, row.cfa.n),
					 &regs, NULL, &mem, &cfa));
		UNIT_EQ(cfa, 0x5008 + (at % 16 >= 11 ? 8 : 0));
	}
	free(i.bytes);
}

static void simple_rows(void)
{
	static const uint8_t code[] = {0x0e, 48, 0x86, 6, 0x83, 3};
	struct cfi_row row = row_at(code, sizeof(code), 1);
	struct simple_row s, found;
	const uintptr_t pc = 0x123456789;
	int depths = 0;

	CU_ASSERT(!goro__rows_find(pc, &found));
	row.reg[3].how = CFI_SAME; /* a callee of aarch64 does not keep it */
	row.reg[6].how = CFI_SAME;
	row.reg[goro__rows_kept[1]] = (struct cfi_rule){CFI_AT, -48};
	CU_ASSERT(goro__rows_simplify(&row, &s));
	goro__rows_keep(pc, &s);
	CU_ASSERT(goro__rows_find(pc, &found));
	CU_ASSERT(!goro__rows_find(pc + 1, &found));
	UNIT_EQ(found.cfa_offset, 48);
	UNIT_EQ(found.cfa_reg, REGS_SP);
	UNIT_EQ(found.depth[0], 1);
	UNIT_EQ(found.depth[1], 6);
	for (int i = 0; i < REGS_KEPT_N; i++)
		depths += found.depth[i];
	UNIT_EQ(depths, 7);
	CU_ASSERT(!found.last && !found.bottom);
	row.reg[goro__rows_kept[1]].n = -8 * 1024;
	CU_ASSERT(!goro__rows_simplify(&row, &s));
	row.reg[REGS_PC].how = CFI_UNDEFINED;
	CU_ASSERT(goro__rows_simplify(&row, &s) && s.last);
}

/* Looks a row up and, if there is one, everything that it leads to. */
static void use(const struct image *i, uintptr_t pc)
{
	struct regs regs = {.pc = pc};
	struct mem mem = {0};
	struct cfi_row row;
	uint64_t first = pc, value;

	if (!goro__cfi_row(&i->table, pc, &row))
		return;
	if (row.cfa.how == CFI_IS_EXPR)
		goro__cfi_eval(goro__cfi_expression(&row, row.cfa.n), &regs,
			       NULL, &mem, &value);
	for (int r = 0; r < REGS_N; r++)
		if (row.reg[r].how == CFI_AT_EXPR ||
		    row.reg[r].how == CFI_IS_EXPR)
			goro__cfi_eval(goro__cfi_expression(&row, row.reg[r].n),
				       &regs, &first, &mem, &value);
}

static void use_all(const struct image *i)
{
	for (unsigned at = 0; at < SIZE; at += 1 + unit_rand(40))
		use(i, i->pc + at);
	use(i, i->pc - 1);
	use(i, i->pc + SIZE);
	use(i, 0);
	use(i, UINTPTR_MAX);
}

/* Programs of any bytes: of those that mean much, and of all. */
static void random_programs(void)
{
	for (int n = 0; n < 20000; n++) {
		uint8_t code[CODE_MAX];
		size_t size = unit_rand(CODE_MAX);
		struct image i;

		for (size_t k = 0; k < size; k++)
			code[k] = (uint8_t)(unit_rand(2) ? unit_rand(0x30)
							 : unit_rand(256));
		i = make(code, size);
		use_all(&i);
		free(i.bytes);
	}
}

/* A good image with wrong bytes in it: lengths, pointers, letters. */
static void damaged(void)
{
	static const uint8_t code[] = {
		0x41, 0x0e, 16, 0x86, 2, 0x43, 0x0d, 6,    0x0f, 4,
		0x77, 8,    6,  0x23, 1, 0x10, 3,    0x02, 0x77, 8,
	};

	for (int n = 0; n < 50000; n++) {
		struct image i = make(code, sizeof(code));

		for (uint32_t k = 1 + unit_rand(3); k > 0; k--)
			i.bytes[unit_rand((uint32_t)i.n)] =
				(uint8_t)(unit_rand(2) ? unit_rand(256)
						       : 255 * unit_rand(2));
		use_all(&i);
		free(i.bytes);
	}
}

/* A good image that ends too early. */
static void cut_off(void)
{
	static const uint8_t code[] = {0x41, 0x0e, 16,   0x86, 2, 0x0f,
				       3,    0x77, 0x88, 0,    0};
	size_t whole;

	for (size_t n = 0, end = 1; n < end; n++) {
		struct image i = make(code, sizeof(code));
		uint8_t *part = malloc(n);

		whole = i.n;
		end = whole;
		memcpy(part, i.bytes, n);
		i.pc = (uintptr_t)part + FUNCTION;
		i.table = (struct cfi_table){part, part, part + n};
		use_all(&i);
		free(part);
		free(i.bytes);
	}
}

static const struct unit_test tests[] = {
	{"a function", a_function},
	{"expressions", expressions},
	{"simple rows", simple_rows},
	{"random programs", random_programs},
	{"damaged tables", damaged},
	{"tables cut off", cut_off},
	{NULL, NULL},
};

const struct unit_suite cfi_suite = {"call frame information", tests};
