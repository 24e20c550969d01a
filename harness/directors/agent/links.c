/*
 * TAP devices: what is written here comes in on a link of the director, what is read here went out on it.
 * The kernel handles a written frame before write() returns (drivers/net/tun.c, tun_get_user), so what it
 * sends in answer can be read at once, and nothing to read means that it sent nothing.
 */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define FRAME_MAX 65600

/* poll() wants them side by side: the timer first, then the links. A free place has fd -1. */
static struct pollfd waiting[1 + LINKS_MAX];
static unsigned int waiting_count;

static int configure(int fd, const struct tap *wanted)
{
	struct ifreq tap = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	struct ifreq address = { .ifr_hwaddr.sa_family = ARPHRD_ETHER };
	struct ifreq size = { .ifr_mtu = wanted->mtu };
	struct ifreq up = { .ifr_flags = IFF_UP | IFF_RUNNING };
	int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int failed;

	strncpy(tap.ifr_name, wanted->name, IFNAMSIZ - 1);
	strncpy(address.ifr_name, wanted->name, IFNAMSIZ - 1);
	strncpy(size.ifr_name, wanted->name, IFNAMSIZ - 1);
	strncpy(up.ifr_name, wanted->name, IFNAMSIZ - 1);
	memcpy(address.ifr_hwaddr.sa_data, wanted->mac, 6);
	failed = ioctl(fd, TUNSETIFINDEX, &wanted->ifindex) < 0 || ioctl(fd, TUNSETIFF, &tap) < 0 || ioctl(fd, TUNSETOFFLOAD, 0) < 0 ||
		 ioctl(control, SIOCSIFHWADDR, &address) < 0 || ioctl(control, SIOCSIFMTU, &size) < 0 ||
		 ioctl(control, SIOCSIFFLAGS, &up) < 0
			 ? errno
			 : 0;
	close(control);
	return failed;
}

int open_tap(const struct tap *tap)
{
	int fd, failed;

	if (tap->link >= LINKS_MAX)
		die("link %u; there are %u", tap->link, LINKS_MAX);
	while (waiting_count < tap->link + 2u)
		waiting[waiting_count++] = (struct pollfd){ .fd = -1, .events = POLLIN };
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno;
	failed = configure(fd, tap);
	if (failed)
		close(fd);
	else
		waiting[1 + tap->link].fd = fd;
	return failed;
}

void close_taps(void)
{
	for (unsigned int i = 1; i < waiting_count; i++)
		if (waiting[i].fd >= 0)
			close(waiting[i].fd);
	waiting_count = 0;
}

int send_frame(unsigned int link, const uint8_t *frame, size_t length)
{
	if (link + 1 >= waiting_count || waiting[1 + link].fd < 0)
		return ENODEV;
	return write(waiting[1 + link].fd, frame, length) < 0 ? errno : 0;
}

static void drain(unsigned int link, struct writer *out)
{
	static uint8_t frame[FRAME_MAX];
	ssize_t n;

	while ((n = read(waiting[1 + link].fd, frame, sizeof frame)) >= 0) {
		size_t mark = open_record(out, ANSWER_FRAME_OUT);

		put_u64(out, jiffies_now());
		put_u8(out, link);
		put_bytes(out, frame, n);
		close_record(out, mark);
	}
}

void drain_taps(struct writer *out)
{
	for (unsigned int link = 0; link + 1 < waiting_count; link++)
		if (waiting[1 + link].fd >= 0)
			drain(link, out);
}

void sleep_until(uint64_t ns, struct writer *out)
{
	static int timer = -1;
	struct itimerspec when = { .it_value = { ns / 1000000000, ns % 1000000000 } };

	if (timer < 0)
		timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (waiting_count == 0)
		waiting_count = 1;
	waiting[0] = (struct pollfd){ .fd = timer, .events = POLLIN };
	timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
	do {
		poll(waiting, waiting_count, -1);
		drain_taps(out);
	} while (!(waiting[0].revents & POLLIN));
}
