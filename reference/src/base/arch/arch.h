/*
 * arch.h - the machine that is compiled for, where no build system chooses.
 */
#if defined(__x86_64__)
#include "x86_64/arch.h"
#elif defined(__aarch64__)
#include "aarch64/arch.h"
#else
#error "goro has no port to this machine"
#endif
