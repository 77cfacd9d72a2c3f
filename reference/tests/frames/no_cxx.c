/*
 * no_cxx.c - in place of chain_cxx.cc where there is no C++.
 */
#include "chain.h"

void start_cxx(void)
{
}
