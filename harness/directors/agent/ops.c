/* One operation of a scenario, one answer record: its code, an errno (0: done), and what it yields. */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_CHUNK 16384
/*
 * A /proc file hands out what it has a page at a time, and less only when the next line does not fit or there
 * is none (fs/seq_file.c). With lines far shorter than half a page, a read below this was the last one.
 */
#define READ_LAST 2048
#define OPEN_FILES_MAX 16
#define NETLINK_MAX 32
#define GETSOCKOPT_MAX (4u << 20)

/* Files and sockets stay open for a scenario: opening a /proc file costs more than reading it. */
static struct {
	const char *path;
	int fd;
} open_files[OPEN_FILES_MAX];
static unsigned int open_file_count;
static int option_socket = -1;
static int netlink_sockets[NETLINK_MAX];
static unsigned int netlink_opened; /* a bit per protocol */

static void close_netns_files(void)
{
	close_taps();
	while (open_file_count > 0)
		close(open_files[--open_file_count].fd);
	if (option_socket >= 0)
		close(option_socket);
	option_socket = -1;
	for (unsigned int i = 0; i < NETLINK_MAX; i++)
		if (netlink_opened & 1u << i)
			close(netlink_sockets[i]);
	netlink_opened = 0;
}

static int first_netns(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	return fd;
}

void enter_new_netns(void)
{
	first_netns();
	close_netns_files();
	if (unshare(CLONE_NEWNET) < 0)
		die("no new network namespace: %s", strerror(errno));
}

/* The namespace dies with its last user, so nothing of a scenario ticks on after its end. */
void leave_netns(void)
{
	int home = first_netns();

	close_netns_files();
	if (setns(home, CLONE_NEWNET) < 0)
		die("no way back to the first network namespace: %s", strerror(errno));
}

static uint32_t write_file(struct reader *op)
{
	const char *path = get_string(op);
	struct bytes content = get_bytes(op);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	uint32_t failed;

	if (fd < 0)
		return errno;
	failed = write(fd, content.data, content.length) < 0 ? errno : 0;
	close(fd);
	return failed;
}

static int kept_open(const char *path)
{
	int fd;

	for (unsigned int i = 0; i < open_file_count; i++)
		if (strcmp(open_files[i].path, path) == 0)
			return open_files[i].fd;
	if (open_file_count == OPEN_FILES_MAX)
		die("more than %u files read in one scenario", OPEN_FILES_MAX);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		/* The path lies in the scenario's message, which outlives the open file. */
		open_files[open_file_count].path = path;
		open_files[open_file_count++].fd = fd;
	}
	return fd;
}

static void read_file(struct reader *op, struct writer *out)
{
	int fd = kept_open(get_string(op));
	size_t at;
	ssize_t n;
	uint32_t length = 0;

	put_u32(out, fd < 0 ? errno : 0);
	at = out->length;
	put_u32(out, 0);
	for (n = READ_LAST; fd >= 0 && n >= READ_LAST; length += n > 0 ? n : 0) {
		n = pread(fd, put_room(out, READ_CHUNK), READ_CHUNK, length);
		out->length += n > 0 ? n : 0;
	}
	memcpy(out->data + at, &length, sizeof length);
}

/*
 * Two calls, because some options (iptables' tables) must be asked first how large the answer is: the first
 * answer has the size at a given place, the second question wants it at another, and grows by it.
 */
static void sized_getsockopt(struct reader *op, struct writer *out)
{
	int level = get_u32(op);
	int info_option = get_u32(op);
	struct bytes info = get_bytes(op);
	uint32_t size_from = get_u32(op);
	int option = get_u32(op);
	struct bytes question = get_bytes(op);
	uint32_t size_to = get_u32(op);
	uint8_t *answer;
	uint32_t size;
	socklen_t length = info.length;
	size_t start = out->length;

	if (option_socket < 0)
		/* Unbound, it listens to nothing; a raw one would take packets of its protocol. */
		option_socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (size_from + 4 > info.length || size_to + 4 > question.length)
		die("a size outside of its getsockopt question");
	put_u32(out, 0);
	put_bytes(out, info.data, info.length);
	answer = out->data + out->length - info.length;
	if (getsockopt(option_socket, level, info_option, answer, &length) < 0)
		goto failed;
	memcpy(&size, answer + size_from, sizeof size);
	if (size > GETSOCKOPT_MAX)
		die("a getsockopt answer of %u bytes", size);
	length = question.length + size;
	put_u32(out, length);
	answer = put_room(out, length);
	memcpy(answer, question.data, question.length);
	memcpy(answer + size_to, &size, sizeof size);
	if (getsockopt(option_socket, level, option, answer, &length) < 0)
		goto failed;
	out->length += question.length + size;
	return;
failed:
	out->length = start;
	put_u32(out, errno);
}

static int netlink_socket(uint32_t protocol)
{
	if (protocol >= NETLINK_MAX)
		die("netlink protocol %u", protocol);
	if (!(netlink_opened & 1u << protocol)) {
		int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);

		if (fd < 0)
			return -1;
		netlink_sockets[protocol] = fd;
		netlink_opened |= 1u << protocol;
	}
	return netlink_sockets[protocol];
}

/* The kernel answers a netlink request inside send() and goes on with a dump inside recv(): no waiting. */
static void netlink(struct reader *op, struct writer *out)
{
	int fd = netlink_socket(get_u32(op));
	struct bytes request = get_bytes(op);
	ssize_t n;

	if (fd < 0 || send(fd, request.data, request.length, 0) < 0) {
		put_u32(out, errno);
		return;
	}
	put_u32(out, 0);
	while ((n = recv(fd, put_room(out, READ_CHUNK), READ_CHUNK, 0)) > 0)
		out->length += n;
}

static uint32_t tap(struct reader *op)
{
	struct tap wanted;

	wanted.link = get_u8(op);
	wanted.mac = get_raw(op, 6);
	wanted.mtu = get_u32(op);
	wanted.ifindex = get_u32(op);
	wanted.name = get_string(op);
	return open_tap(&wanted);
}

static uint32_t frame(struct reader *op)
{
	uint8_t link = get_u8(op);
	struct bytes content = get_bytes(op);

	return send_frame(link, content.data, content.length);
}

void run_op(uint8_t code, struct reader *op, struct writer *out)
{
	size_t mark = open_record(out, code);

	switch (code) {
	case OP_NETNS:
		enter_new_netns();
		put_u32(out, 0);
		break;
	case OP_TAP:
		put_u32(out, tap(op));
		break;
	case OP_WRITE_FILE:
		put_u32(out, write_file(op));
		break;
	case OP_EXEC:
		run_program(op, out);
		break;
	case OP_READ_FILE:
		read_file(op, out);
		break;
	case OP_GETSOCKOPT:
		sized_getsockopt(op, out);
		break;
	case OP_NETLINK:
		netlink(op, out);
		break;
	case OP_FRAME:
		put_u32(out, frame(op));
		break;
	case OP_SEND: {
		struct bytes packet = get_bytes(op);

		put_u32(out, send_own(packet.data, packet.length));
		break;
	}
	case OP_SETTLE:
		sleep_for(get_u64(op));
		put_u32(out, 0);
		break;
	default:
		die("operation %u is not in protocol version %u", code, PROTOCOL_VERSION);
	}
	close_record(out, mark);
}
