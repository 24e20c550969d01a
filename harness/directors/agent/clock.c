/*
 * The kernel's jiffies, and when they change next.
 *
 * A TCP socket that was never connected shows them: TCP_INFO counts the time since it last sent anything from jiffy
 * 0 on, in ms (net/ipv4/tcp.c, tcp_get_info). That takes no file, no module and no privilege, so it works in a
 * container as in a guest. HZ is the resolution of the coarse clocks (include/linux/hrtimer.h, KTIME_LOW_RES).
 *
 * Jiffies change at a constant phase of CLOCK_MONOTONIC (kernel/time/tick-sched.c, tick_do_update_jiffies64), so one
 * change that was seen tells when to wake up for all others. That is a hint: what counts is what the kernel shows.
 */
#include "agent.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define NS_PER_SECOND 1000000000ull
#define MS_PER_SECOND 1000u
#define PHASE_SAMPLES 8
#define PHASE_LEAD_NS 200000
/* Jiffies begin so long before 32 bits overflow (include/linux/jiffies.h, INITIAL_JIFFIES). */
#define OVERFLOW_AFTER_SECONDS 300

static uint32_t hz;
static uint64_t tick_ns;
static uint32_t jiffy_ms;
static int tcp_socket = -1;
static uint32_t last_ms; /* as shown when `last_jiffies` was the time */
static uint64_t last_jiffies;
static uint64_t anchor_ns; /* when jiffies became `anchor_jiffies` */
static uint64_t anchor_jiffies;

static uint64_t clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * NS_PER_SECOND + t.tv_nsec;
}

static uint64_t monotonic_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

static uint32_t shown_ms(void)
{
	struct tcp_info info = { 0 };
	socklen_t length = sizeof info;

	if (getsockopt(tcp_socket, IPPROTO_TCP, TCP_INFO, &info, &length) < 0)
		die("no TCP_INFO, which tells the jiffies: %s", strerror(errno));
	return info.tcpi_last_data_sent;
}

uint64_t jiffies_now(void)
{
	uint32_t ms = shown_ms();

	last_jiffies += (uint32_t)(ms - last_ms) / jiffy_ms;
	last_ms = ms;
	return last_jiffies;
}

uint64_t tick_start_ns(uint64_t jiffies)
{
	return anchor_ns + (jiffies - anchor_jiffies) * tick_ns;
}

uint64_t jiffies_of_ns(uint64_t ns)
{
	return (ns * hz + NS_PER_SECOND - 1) / NS_PER_SECOND;
}

void sleep_for(uint64_t ns)
{
	struct timespec t = { ns / NS_PER_SECOND, ns % NS_PER_SECOND };

	clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
}

static void find_hz(void)
{
	struct timespec tick;

	clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	tick_ns = tick.tv_nsec;
	hz = (NS_PER_SECOND + tick_ns / 2) / tick_ns;
	if (MS_PER_SECOND % hz)
		die("HZ is %u: its jiffies cannot be told in ms", hz);
	jiffy_ms = MS_PER_SECOND / hz;
}

/* All 64 bits: what 32 bits of ms leave open is told by the time since the boot, which is right to the day. */
static void find_jiffies(void)
{
	uint64_t first = (uint32_t)-(OVERFLOW_AFTER_SECONDS * hz);
	uint64_t about = first + monotonic_ns() / tick_ns;

	tcp_socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (tcp_socket < 0)
		die("no TCP socket, which tells the jiffies: %s", strerror(errno));
	last_ms = shown_ms();
	last_jiffies = about + (int32_t)(last_ms - (uint32_t)(about * jiffy_ms)) / (int32_t)jiffy_ms;
}

/* When the jiffies next change. Whatever interrupts us makes it seen late, never early. */
static uint64_t change_seen_ns(void)
{
	uint64_t before = jiffies_now();

	while (jiffies_now() == before)
		;
	return monotonic_ns();
}

/* Looks at some changes, and takes the one that was seen with the least delay for the truth. */
static void find_phase(void)
{
	uint64_t first = change_seen_ns();
	uint64_t first_jiffies = last_jiffies;
	int64_t earliest = 0;

	for (int i = 0; i < PHASE_SAMPLES; i++) {
		uint64_t ticks_since = (monotonic_ns() - first) / tick_ns;
		int64_t late;

		sleep_for(first + (ticks_since + 2) * tick_ns - PHASE_LEAD_NS - monotonic_ns());
		late = change_seen_ns() - first;
		late -= (last_jiffies - first_jiffies) * tick_ns;
		if (late < earliest)
			earliest = late;
	}
	anchor_ns = first + earliest;
	anchor_jiffies = first_jiffies;
}

uint32_t find_clock(void)
{
	find_hz();
	find_jiffies();
	find_phase();
	return hz;
}
