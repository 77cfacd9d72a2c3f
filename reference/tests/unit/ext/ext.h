/*
 * ext.h - what the tests of goro_ext.h share.
 *
 * All tests run on goroutine 1 of one run of goro, once in real time and once
 * in virtual time (main.c).  Only that goroutine may use CUnit's assertions.
 */
#ifndef GORO_TEST_EXT_H
#define GORO_TEST_EXT_H

#include <goro_ext.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "../unit.h"

#define MS GORO_MILLISECOND

/* The clock jumps: times are exact. */
extern bool ext_virtual;

enum { TEAM_MAX = 16 };

/* fn(arg, i) in n goroutines at once, i from 0; returns when all are done. */
void ext_team(int n, void (*fn)(void *arg, int i), void *arg);

/* Lets others run until *n is want or 10 s are over; what it is then. */
int ext_await(atomic_int *n, int want);

/* Goroutines alive, when they are want or 10 s are over. */
int64_t ext_goroutines(int64_t want);

/* For goro_after_func and others: counts in the atomic_int at arg. */
void ext_count(void *arg);

/* Whether a channel is closed now. */
bool ext_closed(goro_chan *c);

/* Different numbers in each goroutine: x is its own. */
uint64_t ext_random(uint64_t *x);

#endif
