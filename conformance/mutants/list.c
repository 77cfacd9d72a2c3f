/* list.c - prints the faults: name, row and text, with tabs between. */
#include <stdio.h>

#include "fault.h"

int main(void)
{
	const struct fault *const *f = __start_assay_faults;

	for (; f < __stop_assay_faults; f++)
		printf("%s\t%s\t%s\n", (*f)->name, (*f)->row, (*f)->text);
	return 0;
}
