/*
 * A profile in the form that pprof reads: a message of protocol buffers.  Of
 * its fields these are read: sample (2) with location_id (1) and value (2), and
 * location (4) with id (1).
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kit/kit.h"

enum { SAMPLE = 2, SAMPLE_LOCATION = 1, SAMPLE_VALUE = 2 };
enum { LOCATION = 4, LOCATION_ID = 1 };

struct part {
	const unsigned char *at, *end;
};

static uint64_t number(struct part *p)
{
	uint64_t v = 0;

	for (int shift = 0; shift < 64; shift += 7) {
		REQUIRE(p->at < p->end);
		v |= (uint64_t)(*p->at & 0x7f) << shift;
		if (!(*p->at++ & 0x80))
			break;
	}
	return v;
}

struct field {
	uint64_t id;       /* 0: no more */
	struct part bytes; /* of a number: those that it is written in */
};

static struct field next_field(struct part *p)
{
	struct field f = {0};
	uint64_t key, n;

	if (p->at == p->end)
		return f;
	key = number(p);
	f.id = key >> 3;
	f.bytes = *p;
	if ((key & 7) == 0) {
		number(p);
	} else {
		REQUIRE_EQ(key & 7, 2);
		n = number(p);
		REQUIRE_CMP(n, <=, (uint64_t)(p->end - p->at));
		f.bytes.at = p->at;
		p->at += n;
	}
	f.bytes.end = p->at;
	return f;
}

/* Returns the first number of a field of the message; 0: it has none. */
static uint64_t first_of(struct part message, uint64_t id)
{
	struct field f;

	while ((f = next_field(&message)).id)
		if (f.id == id && f.bytes.at < f.bytes.end)
			return number(&f.bytes);
	return 0;
}

static bool has_location(struct part profile, uint64_t id)
{
	struct field f;

	while ((f = next_field(&profile)).id)
		if (f.id == LOCATION && first_of(f.bytes, LOCATION_ID) == id)
			return true;
	return false;
}

/* Returns how many frames a sample has; each is in the profile. */
static int64_t frames(struct part profile, struct part sample)
{
	int64_t n = 0;
	struct field f;

	while ((f = next_field(&sample)).id)
		while (f.id == SAMPLE_LOCATION && f.bytes.at < f.bytes.end) {
			CHECK(has_location(profile, number(&f.bytes)));
			n++;
		}
	return n;
}

/* There is one sample with that value, and it has some frames. */
static void check_sample(struct part profile, uint64_t value)
{
	struct part rest = profile;
	struct field f;
	int64_t n = 0;

	while ((f = next_field(&rest)).id)
		if (f.id == SAMPLE &&
		    first_of(f.bytes, SAMPLE_VALUE) == value) {
			CHECK_GE(frames(profile, f.bytes), 2);
			n++;
		}
	CHECK_MSG(n == 1, "%" PRId64 " samples of %" PRIu64, n, value);
}

static struct part take_profile(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	unsigned char *bytes;
	off_t n;

	REQUIRE_CMP(fd, >=, 0);
	REQUIRE_EQ(rt->profile->write(name, 0, fd), ASSAY_OK);
	n = lseek(fd, 0, SEEK_END);
	REQUIRE_CMP(n, >=, 2);
	bytes = mmap(NULL, (size_t)n, PROT_READ, MAP_PRIVATE, fd, 0);
	REQUIRE(bytes != MAP_FAILED);
	close(fd);
	return (struct part){bytes, bytes + n};
}

static void waits(void *never)
{
	wait_for(never);
	__asm__ volatile("");
}

static void waits_too(void *never)
{
	wait_for(never);
	wait_for(never);
	__asm__ volatile("");
}

CASE_OF(PRF_002, pprof, "pprof reads each stack with its count and its frames",
	NEEDS(NEED(profile, write)))
{
	assay_chan *never = chan_signal(0);
	struct part profile;

	go_many(90, waits, never);
	go_many(11, waits_too, never);
	settle(101);
	profile = take_profile("goroutine");
	if (profile.at[0] == 0x1f && profile.at[1] == 0x8b)
		skip("the profile is compressed");
	check_sample(profile, 90);
	check_sample(profile, 11);
	check_sample(profile, 1);
	close_chan(never);
}
