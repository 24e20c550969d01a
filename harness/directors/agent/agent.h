/* What the agent's files share, in the order in which a scenario meets it. */
#ifndef AGENT_H
#define AGENT_H

#include <stdint.h>

#include "wire.h"

#define PROTOCOL_VERSION 4
#define LINKS_MAX 16

/* Records the host sends (PROTOCOL.md says what is in them); an answer carries the code of its question. */
enum op {
	OP_NETNS = 1,
	OP_TAP = 2,
	OP_WRITE_FILE = 3,
	OP_EXEC = 4,
	OP_READ_FILE = 5,
	OP_GETSOCKOPT = 6,
	OP_NETLINK = 7,
	OP_FRAME = 8,
	OP_STEP = 9,
	OP_OBSERVE = 10,
	OP_SETTLE = 11,
	OP_SEND = 12,
};

/* Records only the agent sends. */
enum answer {
	ANSWER_FRAME_OUT = 32,
	ANSWER_SAME = 33,
};

/* boot.c: a PID 1's duties. Ends with the file descriptor of the host's virtio port. */
int boot_guest(void);
/* Ends the agent and, where it is PID 1, the guest. */
_Noreturn void exit_agent(void);

/* punctual.c: to be called before there is anything to be late for. */
void be_punctual(void);

/* clock.c: the kernel's jiffies. */
uint32_t find_clock(void); /* HZ; before anything else is asked of this file */
void sleep_for(uint64_t ns);
uint64_t jiffies_now(void); /* as the kernel shows them, 64 bits */
uint64_t tick_start_ns(uint64_t jiffies); /* in CLOCK_MONOTONIC; to wake up by, not to judge by */
uint64_t jiffies_of_ns(uint64_t ns); /* a duration, rounded up */

/* links.c: the TAP devices of the current scenario. */
struct tap {
	uint8_t link;
	const uint8_t *mac;
	uint32_t mtu;
	int ifindex; /* chosen by the host, so that its netlink requests can name the device */
	const char *name;
};
int open_tap(const struct tap *tap);
void close_taps(void);
int send_frame(unsigned int link, const uint8_t *frame, size_t length);
void drain_taps(struct writer *out);
/* Sleeps until CLOCK_MONOTONIC reaches the time, and records every frame that comes out meanwhile. */
void sleep_until(uint64_t ns, struct writer *out);

/* raw.c: a whole IPv4 packet of the director's own, from an address that it has. */
int send_own(const uint8_t *packet, size_t length);

/* exec.c */
void run_program(struct reader *op, struct writer *out);

/* ops.c: one operation, one answer. */
void enter_new_netns(void);
void leave_netns(void);
void run_op(uint8_t code, struct reader *op, struct writer *out);

/* scenario.c */
void play_scenario(struct reader *message, struct writer *out);

#endif
