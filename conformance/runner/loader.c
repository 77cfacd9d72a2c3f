/*
 * loader.c - see loader.h.  Loading runs the object's constructors, which may
 * do anything; it is done only here, in a child.
 */
#include "loader.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "child.h"

#define SYMBOL "assay_runtime"

typedef const struct assay_runtime *(*runtime_fn)(void);

static int unusable(const char *what)
{
	fprintf(stderr, "%s\n", what);
	return 2;
}

int loader_main(int argc, char **argv)
{
	void *object;
	void *symbol;
	runtime_fn fn;

	if (argc < 3)
		return unusable(LOADER_FLAG " needs the path of an object");
	object = dlopen(argv[2], RTLD_NOW | RTLD_LOCAL);
	if (object == NULL)
		return unusable(dlerror());
	symbol = dlsym(object, SYMBOL);
	if (symbol == NULL)
		return unusable("it exports no symbol " SYMBOL);
	memcpy(&fn, &symbol, sizeof(fn));
	argv[2] = argv[0];
	return assay_child_main(argc - 2, argv + 2, fn());
}
