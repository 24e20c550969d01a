/*
 * What a program on the director sends. The socket is there only while it sends, so that nobody listens when the
 * packet or an answer to it comes back; and it is one of a protocol that the kernel has a handler for, so that a
 * listener would change nothing (net/ipv4/ip_input.c, ip_protocol_deliver_rcu).
 */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int send_own(const uint8_t *packet, size_t length)
{
	struct sockaddr_in from = { .sin_family = AF_INET };
	struct sockaddr_in to = { .sin_family = AF_INET };
	int whole = 1;
	int fd, failed;

	if (length < sizeof(struct iphdr))
		return EINVAL;
	memcpy(&from.sin_addr, packet + offsetof(struct iphdr, saddr), sizeof from.sin_addr);
	memcpy(&to.sin_addr, packet + offsetof(struct iphdr, daddr), sizeof to.sin_addr);
	fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_UDP);
	if (fd < 0)
		return errno;
	failed = setsockopt(fd, IPPROTO_IP, IP_HDRINCL, &whole, sizeof whole) < 0 ||
		 bind(fd, (struct sockaddr *)&from, sizeof from) < 0 ||
		 sendto(fd, packet, length, 0, (struct sockaddr *)&to, sizeof to) < 0
			 ? errno
			 : 0;
	close(fd);
	return failed;
}
