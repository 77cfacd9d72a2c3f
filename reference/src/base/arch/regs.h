/*
 * regs.h - the registers that an unwinder follows, where no build system
 * chooses the machine.
 */
#if defined(__x86_64__)
#include "x86_64/regs.h"
#elif defined(__aarch64__)
#include "aarch64/regs.h"
#endif
