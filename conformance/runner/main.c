#include <string.h>
#include "loader.h"
int main(int argc, char **argv)
{
	return loader_main(argc, argv);
}
