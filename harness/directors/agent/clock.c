/*
 * Jiffies from CLOCK_MONOTONIC. The kernel adds to jiffies at a constant phase of its monotonic clock
 * (kernel/time/tick-sched.c, last_jiffies_update), so one anchor tells them for the whole boot.
 * CLOCK_MONOTONIC_COARSE moves in the same interrupt and costs no system call: watching it shows the phase.
 */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_SECOND 1000000000ull
#define PHASE_SAMPLES 8
#define PHASE_LEAD_NS 200000

/* Files in which a kernel prints its jiffies, the cheap one first; it needs CONFIG_SCHEDSTATS. */
static const struct {
	const char *path;
	const char *label;
} jiffies_files[] = {
	{ "/proc/schedstat", "\ntimestamp " },
	{ "/proc/timer_list", "\njiffies: " },
};

static struct clock_facts facts;
static int jiffies_fd = -1;
static const char *jiffies_label;
static uint64_t anchor_jiffies; /* the jiffies at phase_ns itself; may be "negative", which wraps rightly */

static uint64_t clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * NS_PER_SECOND + t.tv_nsec;
}

uint64_t monotonic_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

uint64_t jiffies_now(void)
{
	return anchor_jiffies + (monotonic_ns() - facts.phase_ns) / facts.tick_ns;
}

uint64_t tick_start_ns(uint64_t jiffies)
{
	return facts.phase_ns + (jiffies - anchor_jiffies) * facts.tick_ns;
}

uint64_t jiffies_of_ns(uint64_t ns)
{
	return (ns * facts.hz + NS_PER_SECOND - 1) / NS_PER_SECOND;
}

static int open_jiffies_file(char *text, size_t room)
{
	for (size_t i = 0; i < sizeof jiffies_files / sizeof *jiffies_files; i++) {
		ssize_t n;

		jiffies_fd = open(jiffies_files[i].path, O_RDONLY | O_CLOEXEC);
		if (jiffies_fd < 0)
			continue;
		jiffies_label = jiffies_files[i].label;
		n = pread(jiffies_fd, text, room - 1, 0);
		text[n > 0 ? n : 0] = 0;
		if (strstr(text, jiffies_label))
			return 0;
		close(jiffies_fd);
	}
	return -1;
}

uint64_t jiffies_read(void)
{
	char text[512];
	ssize_t n = pread(jiffies_fd, text, sizeof text - 1, 0);
	char *label;

	text[n > 0 ? n : 0] = 0;
	label = strstr(text, jiffies_label);
	if (!label)
		die("the kernel no longer prints its jiffies");
	return strtoull(label + strlen(jiffies_label), NULL, 10);
}

void sleep_for(uint64_t ns)
{
	struct timespec t = { ns / NS_PER_SECOND, ns % NS_PER_SECOND };

	clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
}

/* HZ is not told to programs. Under virtual time a second of sleep costs little; HZ is a round number. */
static uint32_t measure_hz(void)
{
	uint64_t from_ns = monotonic_ns();
	uint64_t from = jiffies_read();
	uint64_t ns, jiffies;

	sleep_for(NS_PER_SECOND);
	jiffies = jiffies_read() - from;
	ns = monotonic_ns() - from_ns;
	return (jiffies * NS_PER_SECOND + ns / 2) / ns;
}

/* When the coarse clock next moves. The interrupt that moves it delays us a little: never early, a bit late. */
static uint64_t next_tick_seen_ns(void)
{
	uint64_t coarse = clock_ns(CLOCK_MONOTONIC_COARSE);

	while (clock_ns(CLOCK_MONOTONIC_COARSE) == coarse)
		;
	return monotonic_ns();
}

static uint64_t measure_phase(uint64_t tick_ns)
{
	uint64_t first = next_tick_seen_ns();
	int64_t earliest = 0;

	for (int i = 0; i < PHASE_SAMPLES; i++) {
		uint64_t ticks_since = (monotonic_ns() - first) / tick_ns;
		int64_t late;

		sleep_for(first + (ticks_since + 2) * tick_ns - PHASE_LEAD_NS - monotonic_ns());
		late = (int64_t)((next_tick_seen_ns() - first) % tick_ns);
		if (late > (int64_t)tick_ns / 2)
			late -= tick_ns;
		if (late < earliest)
			earliest = late;
	}
	return (first + earliest) % tick_ns;
}

/* A jiffies value read between two clock readings of the same tick belongs to that tick. */
static void anchor(void)
{
	uint64_t before, value, after;

	do {
		before = (monotonic_ns() - facts.phase_ns) / facts.tick_ns;
		value = jiffies_read();
		after = (monotonic_ns() - facts.phase_ns) / facts.tick_ns;
	} while (before != after);
	anchor_jiffies = value - before;
}

/* HZ comes out of a rough division; kernels know only these (kernel/Kconfig.hz, and old Alpha's 1024). */
static uint32_t nearest_hz(uint32_t measured)
{
	static const uint32_t known[] = { 100, 250, 300, 1000 };
	uint32_t best = known[0];

	for (size_t i = 1; i < sizeof known / sizeof *known; i++)
		if (labs((long)known[i] - (long)measured) < labs((long)best - (long)measured))
			best = known[i];
	return best;
}

void find_clock(struct clock_facts *found)
{
	char text[512];

	if (open_jiffies_file(text, sizeof text) < 0)
		die("neither /proc/schedstat nor /proc/timer_list tells the jiffies");
	facts.hz = nearest_hz(measure_hz());
	facts.tick_ns = (NS_PER_SECOND + facts.hz / 2) / facts.hz;
	facts.phase_ns = measure_phase(facts.tick_ns);
	anchor();
	*found = facts;
}
