/* What belongs to a request travels in its context, down to the last call. */
#include <goro_ext.h>
#include <stdio.h>

/* Keys of this file only: the address is nobody else's. */
static const char key_type;

enum { USER_ID, AUTH_TOKEN, LOGGER };

typedef void (*logger)(const char *line);

struct log {
	logger write;
};

static struct goro_key key(uint64_t which)
{
	return (struct goro_key){(uintptr_t)&key_type, which};
}

static const char *user_id(goro_context *c)
{
	return goro_context_value(c, key(USER_ID));
}

static const char *auth_token(goro_context *c)
{
	return goro_context_value(c, key(AUTH_TOKEN));
}

static void say(goro_context *c, const char *line)
{
	const struct log *l = goro_context_value(c, key(LOGGER));

	l->write(line);
}

static void handle_response(goro_context *c)
{
	char line[80];

	snprintf(line, sizeof(line), "handling response for %s (auth: %s)",
		 user_id(c), auth_token(c));
	say(c, line);
}

static void process_request(goro_context *c, char *user, char *token)
{
	goro_context *with_user, *with_token;

	if (goro_with_value(c, key(USER_ID), user, &with_user) ||
	    goro_with_value(with_user, key(AUTH_TOKEN), token, &with_token))
		goro_panic("out of memory");
	handle_response(with_token);
	goro_context_free(with_token);
	goro_context_free(with_user);
}

static void to_stdout(const char *line)
{
	printf("log: %s\n", line);
}

static void app(void *arg)
{
	char user[] = "jane", token[] = "abc134";
	struct log log = {to_stdout};
	goro_context *c;

	(void)arg;
	if (goro_with_value(goro_background(), key(LOGGER), &log, &c))
		goro_panic("out of memory");
	process_request(c, user, token);
	printf("above it nobody knows of jane: %s\n",
	       user_id(c) ? "wrong" : "right");
	goro_context_free(c);
}

int main(void)
{
	return goro_run(app, NULL);
}
