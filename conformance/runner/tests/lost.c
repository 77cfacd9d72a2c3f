/*
 * lost.c - a fault in every group of both tables: a runtime loses all but what
 * it cannot be loaded without.
 */
#include "../../mutants/fault.h"

#define LOSE(g, f) my.g.f = NULL;
#define LOSE_ALL(g, LIST) LIST(LOSE)

FAULT(lost, "", "no function is left")
{
	ASSAY_GROUPS(LOSE_ALL)
	ASSAY_EXT_GROUPS(LOSE_ALL)
	my.core.run = was.core.run;
	my.core.go = was.core.go;
}
