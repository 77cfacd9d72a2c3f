/*
 * outfile.c - see outfile.h.
 *
 * The file has no name until it is whole (O_TMPFILE), so that nothing is left
 * of it however the runner ends.  Where the file system cannot do that, the
 * file has a temporary name while it is written.  All signals that can be
 * blocked are blocked meanwhile.
 */
#define _GNU_SOURCE
#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

static _Noreturn void refuse(const char *path, int error)
{
	die("cannot write %s: %s", path, strerror(error));
}

static char *directory_of(const char *path)
{
	char *copy = copy_text(path);
	char *dir = copy_text(dirname(copy));

	free(copy);
	return dir;
}

/*
 * Returns standard output for a report, and points stdout at standard error.
 * Text for people then does not mix with the report.
 */
static FILE *take_stdout(void)
{
	int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (f == NULL || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		refuse("standard output", errno);
	return f;
}

struct outfile outfile_open(const char *path)
{
	struct outfile o = {.path = path};
	char *dir;

	if (strcmp(path, "-") == 0) {
		o.special = take_stdout();
		return o;
	}
	if (is_special(path)) {
		o.special = fopen(path, "we");
		if (o.special == NULL)
			refuse(path, errno);
		return o;
	}
	dir = directory_of(path);
	if (*path == '\0' || access(dir, W_OK | X_OK) != 0)
		refuse(path, *path == '\0' ? ENOENT : errno);
	free(dir);
	return o;
}

/*
 * Creates a file with an unused name beside the path. name ends in XXXXXX,
 * which is replaced.  Returns the descriptor or -1.
 */
static int create_named(char *name)
{
	int fd = mkstemp(name);
	mode_t mask = umask(0);

	umask(mask);
	if (fd >= 0)
		fchmod(fd, 0666 & ~mask);
	return fd;
}

static bool write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

/*
 * Links the nameless file to an unused name beside the path: rename() needs
 * one.
 */
static bool give_name(int fd, char *name)
{
	char own[64];
	int taken = mkstemp(name);

	if (taken < 0)
		return false;
	close(taken);
	unlink(name);
	snprintf(own, sizeof(own), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, own, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0;
}

/*
 * Replaces the file at path by data.  If it returns false, errno says why and
 * the path is as it was.
 */
static bool replace(const char *path, const char *data, size_t len)
{
	char *dir = directory_of(path);
	char *name = text_of("%s.XXXXXX", path);
	int fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
	bool nameless = fd >= 0, done;
	int error;

	if (!nameless)
		fd = create_named(name);
	done = fd >= 0 && write_all(fd, data, len) &&
	       (!nameless || give_name(fd, name));
	done = done && rename(name, path) == 0;
	error = errno;
	if (!done && !nameless && fd >= 0)
		unlink(name);
	if (fd >= 0)
		close(fd);
	free(dir);
	free(name);
	errno = error;
	return done;
}

static bool write_special(FILE *f, const char *data, size_t len)
{
	bool done = fwrite(data, 1, len, f) == len && fflush(f) == 0;

	return fclose(f) == 0 && done;
}

void outfile_commit(struct outfile *o, const char *data, size_t len)
{
	sigset_t all, old;
	bool done;
	int error;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	errno = EIO;
	done = o->special != NULL ? write_special(o->special, data, len)
				  : replace(o->path, data, len);
	error = errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (!done)
		refuse(o->path, error);
}
