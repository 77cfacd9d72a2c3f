/*
 * order_test.c - the order in which victims are visited.
 */
#include <string.h>

#include "base/order.h"
#include "unit.h"

enum { MOST = 128 };

/* How many of n Ps a walk from `at` in n steps does not meet. */
static uint32_t missed(uint32_t n, uint32_t step, uint32_t at)
{
	bool met[MOST] = {false};
	uint32_t left = n;

	for (uint32_t i = 0; i < n; i++, at = (at + step) % n) {
		left -= !met[at];
		met[at] = true;
	}
	return left;
}

static void visits_all(void)
{
	uint32_t wrong = 0;

	for (uint32_t n = 1; n <= MOST; n++)
		for (uint32_t r = 0; r < 2 * n; r++)
			for (uint32_t at = 0; at < n; at += 1 + n / 4)
				wrong += missed(n, coprime_step(n, r), at);
	UNIT_EQ(wrong, 0);
}

static void any_random(void)
{
	uint32_t wrong = 0;

	for (uint32_t n = 1; n <= MOST; n++)
		for (int i = 0; i < 20; i++)
			wrong += missed(n,
					coprime_step(n, unit_rand(UINT32_MAX)),
					unit_rand(n));
	wrong += missed(MOST, coprime_step(MOST, UINT32_MAX), 0);
	UNIT_EQ(wrong, 0);
}

/* Each step that visits all can be drawn: thieves take different ways. */
static void all_steps(void)
{
	for (uint32_t n = 2; n <= MOST; n++) {
		bool drawn[MOST + 1] = {false};

		for (uint32_t r = 0; r < n; r++)
			drawn[coprime_step(n, r)] = true;
		for (uint32_t step = 1; step < n; step++)
			UNIT_EQ(drawn[step], missed(n, step, 0) == 0);
	}
}

static const struct unit_test tests[] = {
	{"visits every P, n = 1 to 128", visits_all},
	{"from anywhere, by any number", any_random},
	{"every good step can be drawn", all_steps},
	{NULL, NULL},
};

const struct unit_suite order_suite = {"steal order", tests};
