/*
 * forked.c - is this the process that has the run?  Not every way to make a
 * child calls the functions of pthread_atfork().
 */
#include "base/forked.h"

#include <unistd.h>

#include "base/text.h"

static pid_t own; /* 0: none has it yet */

void goro__forked_init(void)
{
	own = getpid();
}

bool goro__forked(void)
{
	return own && getpid() != own;
}
