/* Runs an administrator's tool: argument vector, text on stdin, and what it said. Never a shell. */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS_MAX 256
#define OUTPUT_MAX (1u << 20)

/* Files in memory, not pipes: nobody has to read while the program runs, so nothing can block. */
static int memory_file(struct bytes content)
{
	int fd = memfd_create("stdio", MFD_CLOEXEC);

	if (fd < 0 || pwrite(fd, content.data, content.length, 0) != (ssize_t)content.length)
		die("no memory file for a program's text: %s", strerror(errno));
	return fd;
}

static void put_memory_file(struct writer *out, int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	uint32_t length = size > OUTPUT_MAX ? OUTPUT_MAX : size;

	put_u32(out, length);
	if (pread(fd, put_room(out, length), length, 0) != (ssize_t)length)
		die("a program's output cannot be read back: %s", strerror(errno));
	out->length += length;
	close(fd);
}

static int spawn(pid_t *pid, char **argv, const int stdio[3])
{
	posix_spawn_file_actions_t files;
	int failed;

	posix_spawn_file_actions_init(&files);
	for (int i = 0; i < 3; i++)
		posix_spawn_file_actions_adddup2(&files, stdio[i], i);
	failed = posix_spawnp(pid, argv[0], &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	return failed;
}

/* The wait status as a shell would say it: exit code, or 128 + signal. A program over its limit is killed. */
static uint32_t wait_for(pid_t pid, uint32_t limit_ms)
{
	struct pollfd ended = { .fd = syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
	int status;

	if (poll(&ended, 1, limit_ms) == 0)
		kill(pid, SIGKILL);
	close(ended.fd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void run_program(struct reader *op, struct writer *out)
{
	uint32_t limit_ms = get_u32(op);
	uint16_t count = get_u16(op);
	char *argv[ARGUMENTS_MAX + 1] = { NULL };
	int stdio[3];
	pid_t pid;
	int failed;

	if (count < 1 || count > ARGUMENTS_MAX)
		die("%u arguments; 1 to %u are allowed", count, ARGUMENTS_MAX);
	for (unsigned int i = 0; i < count; i++)
		argv[i] = (char *)get_string(op);
	stdio[0] = memory_file(get_bytes(op));
	stdio[1] = memory_file((struct bytes){ NULL, 0 });
	stdio[2] = memory_file((struct bytes){ NULL, 0 });
	failed = spawn(&pid, argv, stdio);
	put_u32(out, failed);
	put_u32(out, failed ? 127 : wait_for(pid, limit_ms));
	close(stdio[0]);
	put_memory_file(out, stdio[1]);
	put_memory_file(out, stdio[2]);
}
