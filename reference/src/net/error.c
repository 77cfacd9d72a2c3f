/*
 * error.c - the texts of errors, as Go has them.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sched/errtext.h"
#include "io/fd.h"
#include "net.h"

int goro__neterr(struct neterr *e, int status, const char *fmt, ...)
{
	va_list ap;

	e->status = status;
	e->error = 0;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return status;
}

/* libc's texts are Go's, but begin with a capital letter. */
int goro__neterr_errno(struct neterr *e, const char *call, int error)
{
	const char *text = strerrordesc_np(error);
	int status = goro__fd_status(FD_ERRNO(error));
	const char *colon = call ? ": " : "";

	text = text ? text : "unknown error";
	goro__neterr(e, status, "%s%s%c%s", call ? call : "", colon,
		     text[0] >= 'A' && text[0] <= 'Z' ? text[0] - 'A' + 'a'
						      : text[0],
		     text + 1);
	e->error = error;
	return status;
}

int goro__neterr_fd(struct neterr *e, const char *call, int fd_status)
{
	if (FD_IS_ERRNO(fd_status))
		return goro__neterr_errno(e, call, FD_ERRNO_OF(fd_status));
	return goro__neterr(e, fd_status, "%s", goro_status_text(fd_status));
}

int goro__net_fail(const struct neterr *e, const char *op, const char *network,
		   const char *from, const char *to)
{
	goro__set_error_text(ERRTEXT_NET, "%s%s%s%s%s%s%s: %s", op,
			     *network ? " " : "", network,
			     *from || *to ? " " : "", from,
			     *from && *to ? "->" : "", to, e->text);
	return e->status;
}

int goro__net_fail_bare(int status, const char *text)
{
	goro__set_error_text(ERRTEXT_NET, "%s", text);
	return status;
}

int goro__net_invalid(void)
{
	return goro__net_fail_bare(GORO_EINVAL, "invalid argument");
}

int goro__net_unsupported(void)
{
	return goro__net_fail_bare(GORO_ENOTSUP, "not supported");
}

int goro__net_unknown(const char *op, const char *network)
{
	struct neterr e;

	goro__neterr(&e, GORO_ENOTSUP, "unknown network %.120s", network);
	return goro__net_fail(&e, op, network, "", "");
}

const char *goro_net_error(void)
{
	return goro__error_text(ERRTEXT_NET);
}
