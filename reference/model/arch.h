/*
 * arch.h - the machine's own arch.h, but for the wait in a spinning loop: the
 * checker then runs another thread until that has written something.
 */
#ifndef MODEL_ARCH_H
#define MODEL_ARCH_H

#define cpu_relax machine_cpu_relax
#include_next "arch.h"
#undef cpu_relax

void model_relax(void);

static inline void cpu_relax(void)
{
	model_relax();
}

#endif
