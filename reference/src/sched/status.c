/*
 * status.c - what the statuses say.
 */
#include <goro.h>

#include "base/text.h"

/* clang-format off */
const char *goro_status_text(int status)
{
	switch (status) {
	case GORO_OK: return "ok";
	case GORO_CLOSED: return "channel closed";
	case GORO_AGAIN: return "not ready";
	case GORO_TIMEOUT: return "i/o timeout";
	case GORO_PANICKED: return "panicked";
	case GORO_EOF: return "EOF";
	case GORO_CANCELED: return "context canceled";
	case GORO_DEADLINE: return "context deadline exceeded";
	case GORO_SEND_CLOSED: return "send on closed channel";
	case GORO_CLOSE_CLOSED: return "close of closed channel";
	case GORO_CLOSE_NIL: return "close of nil channel";
	case GORO_CHAN_SIZE: return "makechan: size out of range";
	case GORO_WG_NEGATIVE: return "sync: negative WaitGroup counter";
	case GORO_COND_COPIED: return "sync.Cond is copied";
	case GORO_TICKER_NEW: return "non-positive interval for NewTicker";
	case GORO_TICKER_RESET:
		return "non-positive interval for Ticker.Reset";
	case GORO_TIMER_STOP:
		return "time: Stop called on uninitialized Timer";
	case GORO_TIMER_RESET:
		return "time: Reset called on uninitialized Timer";
	case GORO_CTX_NIL_PARENT:
		return "cannot create context from nil parent";
	case GORO_CTX_NIL_KEY: return "nil key";
	case GORO_CTX_BAD_KEY: return "key is not comparable";
	case GORO_SEM_RELEASED: return "semaphore: released more than held";
	case GORO_GROUP_LIMIT:
		return "errgroup: modify limit while goroutines in the group "
		       "are still active";
	case GORO_EINVAL: return "invalid argument";
	case GORO_ENOMEM: return "out of memory";
	case GORO_ENOTSUP: return "not supported";
	case GORO_NET_CLOSED: return "use of closed network connection";
	case GORO_NET_REFUSED: return "connect: connection refused";
	case GORO_NET_RESET: return "connection reset by peer";
	case GORO_NET_PIPE: return "broken pipe";
	case GORO_NET_ADDR: return "invalid port";
	case GORO_NET_NO_DEADLINE:
		return "file type does not support deadline";
	case GORO_NET_CANCELED: return "operation was canceled";
	case GORO_NET_PIPE_CLOSED: return "io: read/write on closed pipe";
	case GORO_NET_MFILE: return "too many open files";
	case GORO_NET_OTHER: return "network error";
	case GORO_RATE_BURST: return "rate: wait exceeds limiter's burst";
	case GORO_RATE_DEADLINE:
		return "rate: wait would exceed context deadline";
	case GORO_CTX_KIND: return "context has no such call";
	default: return "unknown status";
	}
}
/* clang-format on */
