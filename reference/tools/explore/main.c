/*
 * goro-explore - the schedules of a program.
 */
#include "explore.h"

int main(int argc, char **argv)
{
	struct options options;
	struct program program;
	bool found;

	options_read(&options, argc, argv);
	program_start(&program, &options);
	found = search(&program);
	program_stop(&program);
	return found;
}
