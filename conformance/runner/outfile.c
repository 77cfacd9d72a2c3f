/* outfile.c - see outfile.h. */
#include "outfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static mode_t own_umask(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return mask;
}

static bool is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

struct outfile outfile_open(const char *path)
{
	struct outfile o = {.path = path};
	int fd;

	if (is_special(path)) {
		o.f = fopen(path, "we");
	} else {
		o.temporary = text_of("%s.XXXXXX", path);
		fd = mkstemp(o.temporary);
		if (fd >= 0) {
			fchmod(fd, 0666 & ~own_umask());
			o.f = fdopen(fd, "w");
		}
	}
	if (o.f == NULL)
		die("cannot write %s: %s", path, strerror(errno));
	return o;
}

void outfile_commit(struct outfile *o)
{
	bool bad = fflush(o->f) != 0 || ferror(o->f);

	if (fclose(o->f) != 0 || bad ||
	    (o->temporary != NULL && rename(o->temporary, o->path) != 0)) {
		int error = errno;

		if (o->temporary != NULL)
			unlink(o->temporary);
		die("cannot write %s: %s", o->path, strerror(error));
	}
	free(o->temporary);
}

void outfile_drop(struct outfile *o)
{
	fclose(o->f);
	if (o->temporary != NULL)
		unlink(o->temporary);
	free(o->temporary);
}
