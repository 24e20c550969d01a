/*
 * relay PROGRAM ARGUMENT…: process 1 of a container in which QEMU runs. QEMU wants a socket under each of some
 * numbers, a container has one stream in and one out: here they meet.
 *
 *     piece := u8 number of the socket, u32 length (little-endian), bytes
 *
 * What QEMU does not take yet is kept, since what makes it go on may come by another socket. When nobody holds our
 * input any more QEMU is killed; when it ends, so do we, with its status.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIRST 3 /* QEMU_FD in ../../microvm/qemu-command.ts */
#define SOCKETS 3
#define HEAD 5
#define PIECE_MAX 65536

static struct {
	int fd;
	uint8_t *kept;
	size_t length;
} sockets[SOCKETS];

static void die(const char *what)
{
	fprintf(stderr, "relay: %s: %s\n", what, strerror(errno));
	_exit(127);
}

static pid_t start(char **argv)
{
	int theirs[SOCKETS];
	pid_t pid;

	for (int i = 0; i < SOCKETS; i++) {
		int pair[2];

		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
			die("socketpair");
		/* Out of the way of the numbers that QEMU's ends shall have. */
		sockets[i].fd = fcntl(pair[0], F_DUPFD_CLOEXEC, 64);
		theirs[i] = fcntl(pair[1], F_DUPFD_CLOEXEC, 64);
		close(pair[0]);
		close(pair[1]);
		fcntl(sockets[i].fd, F_SETFL, O_NONBLOCK);
	}
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		int nothing = open("/dev/null", O_RDONLY);

		dup2(nothing, STDIN_FILENO);
		dup2(STDERR_FILENO, STDOUT_FILENO);
		for (int i = 0; i < SOCKETS; i++)
			dup2(theirs[i], FIRST + i);
		execv(argv[0], argv);
		die(argv[0]);
	}
	for (int i = 0; i < SOCKETS; i++)
		close(theirs[i]);
	return pid;
}

static int read_all(uint8_t *data, size_t length)
{
	while (length > 0) {
		ssize_t n = read(STDIN_FILENO, data, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		data += n;
		length -= n;
	}
	return 0;
}

/* One piece of our input; -1 at its end. */
static int take_in(void)
{
	uint8_t head[HEAD];
	uint32_t length;
	unsigned int to;

	if (read_all(head, sizeof head) < 0)
		return -1;
	to = head[0] - FIRST;
	memcpy(&length, head + 1, sizeof length);
	if (to >= SOCKETS)
		die("a piece for no socket");
	sockets[to].kept = realloc(sockets[to].kept, sockets[to].length + length);
	if (!sockets[to].kept)
		die("realloc");
	if (read_all(sockets[to].kept + sockets[to].length, length) < 0)
		return -1;
	sockets[to].length += length;
	return 0;
}

static void hand_on(int i)
{
	ssize_t n = write(sockets[i].fd, sockets[i].kept, sockets[i].length);

	if (n <= 0)
		return;
	sockets[i].length -= n;
	memmove(sockets[i].kept, sockets[i].kept + n, sockets[i].length);
}

/* 0 when QEMU has closed its end. */
static int bring_back(int i)
{
	static uint8_t piece[HEAD + PIECE_MAX];
	ssize_t n = read(sockets[i].fd, piece + HEAD, PIECE_MAX);
	uint32_t length = n;

	if (n <= 0)
		return n < 0 && errno == EAGAIN;
	piece[0] = FIRST + i;
	memcpy(piece + 1, &length, sizeof length);
	for (ssize_t done = 0, all = HEAD + n; done < all;) {
		ssize_t written = write(STDOUT_FILENO, piece + done, all - done);

		if (written <= 0)
			return 0;
		done += written;
	}
	return 1;
}

static void relay(void)
{
	struct pollfd waiting[1 + SOCKETS] = { { .fd = STDIN_FILENO, .events = POLLIN } };

	for (int open = SOCKETS; open > 0;) {
		for (int i = 0; i < SOCKETS; i++) {
			waiting[1 + i].fd = sockets[i].fd;
			waiting[1 + i].events = POLLIN | (sockets[i].length > 0 ? POLLOUT : 0);
		}
		poll(waiting, 1 + SOCKETS, -1);
		if (waiting[0].revents && take_in() < 0)
			return;
		for (int i = 0; i < SOCKETS; i++) {
			if (waiting[1 + i].revents & POLLOUT)
				hand_on(i);
			if (waiting[1 + i].revents & (POLLIN | POLLHUP) && !bring_back(i)) {
				sockets[i].fd = -1;
				open--;
			}
		}
	}
}

int main(int argc, char **argv)
{
	pid_t qemu;
	int status;

	if (argc < 2)
		die("no program");
	signal(SIGPIPE, SIG_IGN);
	qemu = start(argv + 1);
	relay();
	kill(qemu, SIGKILL);
	waitpid(qemu, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
