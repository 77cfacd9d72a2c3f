/*
 * switch.S - the machine that is compiled for, where no build system chooses.
 */
#if defined(__x86_64__)
#include "x86_64/switch.S"
#elif defined(__aarch64__)
#include "aarch64/switch.S"
#endif
