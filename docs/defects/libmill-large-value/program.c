#include <libmill.h>
#include <stdio.h>
#include <string.h>

struct small {
	char bytes[200];
};
struct large {
	char bytes[100000];
};

static struct large value;

static coroutine void sender(chan small, chan large)
{
	chs(small, struct small, (struct small){{0}});
	chs(large, struct large, value);
}

int main(void)
{
	chan small = chmake(struct small, 0), large = chmake(struct large, 0);

	go(sender(small, large));
	chr(small, struct small);
	chr(large, struct large); /* written over a block of 200 bytes */
	puts("received");
	return 0;
}
