/* loader.h - the child side of a runtime in a shared object. */
#ifndef ASSAY_LOADER_H
#define ASSAY_LOADER_H

/* The runner's first argument when it is to be such a child. */
#define LOADER_FLAG "--assay-runtime"

/*
 * argv is: program, LOADER_FLAG, the path of the object, then the arguments of
 * child.h.  Returns the status to exit with.
 */
int loader_main(int argc, char **argv);

#endif
