/*
 * loader.c - see runner.h.  Loading an object runs its constructors, which may
 * do anything.  So objects are loaded only here, in a child.
 */
#include "runner.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "child.h"

#define SYMBOL "assay_runtime"
#define SYMBOL_EXT "assay_runtime_ext"

typedef const struct assay_runtime *(*runtime_fn)(void);
typedef const struct assay_runtime_ext *(*runtime_ext_fn)(void);

static int unusable(const char *what)
{
	fprintf(stderr, "%s\n", what);
	return 2;
}

/*
 * Sets *out to the second table, or to NULL without the symbol.  False if the
 * object's function returned NULL.
 */
static bool load_ext(void *object, const struct assay_runtime_ext **out)
{
	void *symbol = dlsym(object, SYMBOL_EXT);
	runtime_ext_fn fn;

	*out = NULL;
	if (symbol == NULL)
		return true;
	memcpy(&fn, &symbol, sizeof(fn));
	*out = fn();
	return *out != NULL;
}

int loader_main(int argc, char **argv)
{
	const struct assay_runtime_ext *second;
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
	if (!load_ext(object, &second))
		return unusable(SYMBOL_EXT "() returned NULL");
	memcpy(&fn, &symbol, sizeof(fn));
	argv[2] = argv[0];
	return assay_child_main_ext(argc - 2, argv + 2, fn(), second);
}
