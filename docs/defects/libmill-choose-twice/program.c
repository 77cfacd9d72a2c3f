#include <libmill.h>
#include <stdio.h>

int main(void)
{
	chan c = chmake(int, 0);

	choose
	{
		in(c, int, v) : printf("%d\n", v);
		in(c, int, v) : printf("%d\n", v);
		deadline(now() + 10) : fprintf(stderr, "the deadline\n");
		end
	}
	return 0;
}
