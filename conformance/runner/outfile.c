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
#include <sys/sysmacros.h>
#include <unistd.h>

static bool is_stdout(const char *path)
{
	return strcmp(path, "-") == 0;
}

static bool find(const char *path, struct stat *st)
{
	return (is_stdout(path) ? fstat(STDOUT_FILENO, st) : stat(path, st)) ==
	       0;
}

static bool is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

static bool is_one(const struct stat *a, const struct stat *b)
{
	bool lost = S_ISCHR(a->st_mode) && a->st_rdev == makedev(1, 3);

	return !lost && a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static _Noreturn void refuse(const char *path, int error)
{
	die("cannot write %s: %s", path, strerror(error));
}

static bool is_link(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

static char *directory_of(const char *path)
{
	char *copy = copy_text(path);
	char *dir = copy_text(dirname(copy));

	free(copy);
	return dir;
}

static const char *last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* True if two files that are not there have one name in one directory. */
static bool same_place(const char *a, const char *b)
{
	char *dirs[] = {directory_of(a), directory_of(b)};
	struct stat x, y;
	bool same = strcmp(last_name(a), last_name(b)) == 0 &&
		    find(dirs[0], &x) && find(dirs[1], &y) && is_one(&x, &y);

	free(dirs[0]);
	free(dirs[1]);
	return same;
}

bool outfile_same(const char *a, const char *b)
{
	struct stat x, y;
	bool there = find(a, &x);

	if (is_stdout(a) && is_stdout(b))
		return true;
	if (there != find(b, &y))
		return false;
	return there ? is_one(&x, &y) : same_place(a, b);
}

/* True if the path is of the file that the descriptor has. */
static bool is_of(const char *path, int fd)
{
	struct stat x, y;

	return stat(path, &x) == 0 && fstat(fd, &y) == 0 && is_one(&x, &y);
}

static FILE *copy_of(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	return copy < 0 ? NULL : fdopen(copy, "w");
}

/*
 * Returns standard output for a report, and points stdout at standard error.
 * Text for people then does not mix with the report.
 */
static FILE *take_stdout(void)
{
	FILE *f = copy_of(STDOUT_FILENO);

	if (f == NULL || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		refuse("standard output", errno);
	return f;
}

/* Returns the stream of what is not replaced but written to; else NULL. */
static FILE *open_special(const char *path)
{
	bool err = is_of(path, STDERR_FILENO);
	FILE *f;

	if (is_stdout(path) || is_of(path, STDOUT_FILENO))
		return take_stdout();
	if (!err && !is_special(path))
		return NULL;
	f = err ? copy_of(STDERR_FILENO) : fopen(path, "we");
	if (f == NULL)
		refuse(path, errno);
	return f;
}

struct outfile outfile_open(const char *path)
{
	struct outfile o = {.path = path, .special = open_special(path)};
	size_t len = strlen(path);
	char *dir;

	if (o.special != NULL)
		return o;
	if (len == 0 || path[len - 1] == '/')
		refuse(path, len == 0 ? ENOENT : EISDIR);
	o.file = realpath(path, NULL);
	if (o.file == NULL && is_link(path))
		refuse(path, errno);
	if (o.file == NULL)
		o.file = copy_text(path);
	dir = directory_of(o.file);
	if (access(dir, W_OK | X_OK) != 0)
		refuse(path, errno);
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
	bool named = fd < 0, done;
	int error;

	if (named)
		fd = create_named(name);
	done = fd >= 0 && write_all(fd, data, len);
	if (done && !named)
		done = named = give_name(fd, name);
	done = done && rename(name, path) == 0;
	error = errno;
	if (!done && named && fd >= 0)
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
				  : replace(o->file, data, len);
	error = errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (!done)
		refuse(o->path, error);
}
