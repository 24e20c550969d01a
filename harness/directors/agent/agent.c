/*
 * The agent: plays scenarios inside a director, alone, and sends back what happened. It knows neither
 * IPVS nor TCP: files, programs, frames and time are all it deals with. Everything clever is on the host.
 *
 * As PID 1 it is a microVM's whole user space and talks over a virtio port; started with the argument
 * `--stdio` it talks over stdin and stdout (in a container). PROTOCOL.md describes the messages.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static void say_hello(struct writer *w)
{
	uint32_t hz = find_clock();
	struct utsname kernel;
	size_t mark;

	uname(&kernel);
	mark = open_message(w, 'H');
	put_u16(w, PROTOCOL_VERSION);
	put_u32(w, hz);
	put_bytes(w, kernel.release, strlen(kernel.release));
	close_record(w, mark);
	send_messages(w);
}

int main(int argc, char **argv)
{
	struct writer transcript = { 0 };
	struct reader message;
	uint8_t type;

	signal(SIGPIPE, SIG_IGN);
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("LC_ALL", "C", 1);
	if (argc == 2 && strcmp(argv[1], "--stdio") == 0) {
		open_link(STDIN_FILENO, STDOUT_FILENO);
	} else if (getpid() == 1) {
		int port = boot_guest();

		open_link(port, port);
	} else {
		die("run as PID 1 of a guest, or with --stdio");
	}
	be_punctual();
	say_hello(&transcript);
	while (read_message(&type, &message)) {
		if (type != 'S')
			die("message type %u is not in protocol version %u", type, PROTOCOL_VERSION);
		play_scenario(&message, &transcript);
		send_messages(&transcript);
		leave_netns();
	}
	exit_agent();
}
