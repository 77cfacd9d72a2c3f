/*
 * move.c - see move.h.  It is not in net/, which the race detector looks at.
 */
#include "io/move.h"

#include "base/sys.h"
#include "base/text.h"

ssize_t goro__move_from_file(int fd, void *move)
{
	struct move *m = move;

	return sys_put(&(struct sys_put){SYS_sendfile,
					 {fd, m->other, 0, (long)m->most}});
}

static ssize_t splice_from(int from, int to, size_t most)
{
	return sys_put(&(struct sys_put){
		SYS_splice, {from, 0, to, 0, (long)most, SPLICE_F_NONBLOCK}});
}

ssize_t goro__move_to_pipe(int fd, void *move)
{
	struct move *m = move;

	return splice_from(fd, m->other, m->most);
}

ssize_t goro__move_from_pipe(int fd, void *move)
{
	struct move *m = move;

	return splice_from(m->other, fd, m->most);
}
