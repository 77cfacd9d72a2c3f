/*
 * text_test.c - the texts that programs and dumps show are Go's.
 */
#include <string.h>

#include "unit.h"

struct text {
	int code;
	const char *text;
};

static const struct text status_texts[] = {
	{GORO_OK, "ok"},
	{GORO_CLOSED, "channel closed"},
	{GORO_AGAIN, "not ready"},
	{GORO_TIMEOUT, "i/o timeout"},
	{GORO_PANICKED, "panicked"},
	{GORO_EOF, "EOF"},
	{GORO_CANCELED, "context canceled"},
	{GORO_DEADLINE, "context deadline exceeded"},
	{GORO_SEND_CLOSED, "send on closed channel"},
	{GORO_CLOSE_CLOSED, "close of closed channel"},
	{GORO_CLOSE_NIL, "close of nil channel"},
	{GORO_CHAN_SIZE, "makechan: size out of range"},
	{GORO_WG_NEGATIVE, "sync: negative WaitGroup counter"},
	{GORO_COND_COPIED, "sync.Cond is copied"},
	{GORO_TICKER_NEW, "non-positive interval for NewTicker"},
	{GORO_TICKER_RESET, "non-positive interval for Ticker.Reset"},
	{GORO_TIMER_STOP, "time: Stop called on uninitialized Timer"},
	{GORO_TIMER_RESET, "time: Reset called on uninitialized Timer"},
	{GORO_EINVAL, "invalid argument"},
	{GORO_ENOMEM, "out of memory"},
	{GORO_ENOTSUP, "not supported"},
	{GORO_EBUSY, "tracing is already enabled"},
	{GORO_WRITING, "call to WriteTo for trace.FlightRecorder already in "
		       "progress"},
	{GORO_CTX_NIL_PARENT, "cannot create context from nil parent"},
	{GORO_CTX_NIL_KEY, "nil key"},
	{GORO_CTX_BAD_KEY, "key is not comparable"},
	{GORO_SEM_RELEASED, "semaphore: released more than held"},
	{GORO_GROUP_LIMIT,
	 "errgroup: modify limit while goroutines in the group are still "
	 "active"},
	{GORO_BUBBLE_BLOCKED, "deadlock: all goroutines in bubble are blocked"},
	{GORO_BUBBLE_LEFT, "deadlock: main bubble goroutine has exited but "
			   "blocked goroutines remain"},
	{GORO_BUBBLE_NESTED,
	 "synctest.Run called from within a synctest bubble"},
	{GORO_BUBBLE_NONE, "goroutine is not in a bubble"},
	{GORO_BUBBLE_WAITING, "wait already in progress"},
	{GORO_NET_CLOSED, "use of closed network connection"},
	{GORO_NET_REFUSED, "connect: connection refused"},
	{GORO_NET_RESET, "connection reset by peer"},
	{GORO_NET_PIPE, "broken pipe"},
	{GORO_NET_ADDR, "invalid port"},
	{GORO_NET_NO_DEADLINE, "file type does not support deadline"},
	{GORO_NET_CANCELED, "operation was canceled"},
	{GORO_NET_PIPE_CLOSED, "io: read/write on closed pipe"},
	{GORO_NET_MFILE, "too many open files"},
	{GORO_NET_OTHER, "network error"},
	{GORO_RATE_BURST, "rate: wait exceeds limiter's burst"},
	{GORO_RATE_DEADLINE, "rate: wait would exceed context deadline"},
	{GORO_CTX_KIND, "context has no such call"},
};

#define STATUSES (sizeof(status_texts) / sizeof(status_texts[0]))

static void statuses(void)
{
	for (size_t i = 0; i < STATUSES; i++)
		UNIT_STR(goro_status_text(status_texts[i].code),
			 status_texts[i].text);
}

static bool known(int code)
{
	for (size_t i = 0; i < STATUSES; i++)
		if (status_texts[i].code == code)
			return true;
	return false;
}

/* Any other number has a text too, and not that of a status. */
static void unknown(void)
{
	for (int code = -200; code < 200; code++)
		if (!known(code))
			UNIT_STR(goro_status_text(code), "unknown status");
	UNIT_STR(goro_status_text(INT32_MIN), "unknown status");
}

static const struct text wait_texts[] = {
	{WAIT_CHAN_RECV_NIL, "chan receive (nil chan)"},
	{WAIT_CHAN_SEND_NIL, "chan send (nil chan)"},
	{WAIT_CHAN_RECV, "chan receive"},
	{WAIT_CHAN_SEND, "chan send"},
	{WAIT_SELECT, "select"},
	{WAIT_SELECT_NO_CASES, "select (no cases)"},
	{WAIT_SLEEP, "sleep"},
	{WAIT_MUTEX, "sync.Mutex.Lock"},
	{WAIT_RW_RLOCK, "sync.RWMutex.RLock"},
	{WAIT_RW_LOCK, "sync.RWMutex.Lock"},
	{WAIT_WAITGROUP, "sync.WaitGroup.Wait"},
	{WAIT_COND, "sync.Cond.Wait"},
	{WAIT_BUBBLE_RUN, "synctest.Run"},
	{WAIT_BUBBLE_WAIT, "synctest.Wait"},
};

static void wait_reasons(void)
{
	for (size_t i = 0; i < sizeof(wait_texts) / sizeof(wait_texts[0]); i++)
		UNIT_STR(goro__wait_text[wait_texts[i].code],
			 wait_texts[i].text);
	UNIT_STR(goro__wait_text[WAIT_NONE], "");
}

static const struct unit_test tests[] = {
	{"statuses", statuses},
	{"unknown statuses", unknown},
	{"wait reasons", wait_reasons},
	{NULL, NULL},
};

const struct unit_suite text_suite = {"texts", tests};
