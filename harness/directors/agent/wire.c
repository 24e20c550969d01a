#include "wire.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"

#define MESSAGE_MAX (64u << 20)

static int link_in = -1;
static int link_out = -1;

const uint8_t *get_raw(struct reader *r, size_t length)
{
	const uint8_t *at = r->at;

	if ((size_t)(r->end - at) < length)
		die("a message ends in the middle of a value");
	r->at += length;
	return at;
}

uint8_t get_u8(struct reader *r)
{
	return *get_raw(r, 1);
}

/* Every machine we run on is little-endian, so a number on the wire is a number in memory. */
#define GETTER(name, type)                                   \
	type name(struct reader *r)                          \
	{                                                    \
		type value;                                  \
		memcpy(&value, get_raw(r, sizeof value), sizeof value); \
		return value;                                \
	}
GETTER(get_u16, uint16_t)
GETTER(get_u32, uint32_t)
GETTER(get_u64, uint64_t)

struct bytes get_bytes(struct reader *r)
{
	uint32_t length = get_u32(r);

	return (struct bytes){ get_raw(r, length), length };
}

const char *get_string(struct reader *r)
{
	struct bytes b = get_bytes(r);

	if (b.length == 0 || b.data[b.length - 1] != 0)
		die("a string without its NUL");
	return (const char *)b.data;
}

uint8_t get_record(struct reader *r, struct reader *payload)
{
	uint8_t code = get_u8(r);
	struct bytes b = get_bytes(r);

	*payload = (struct reader){ b.data, b.data + b.length };
	return code;
}

uint8_t *put_room(struct writer *w, size_t length)
{
	if (w->length + length > w->room) {
		w->room = 2 * (w->length + length);
		w->data = realloc(w->data, w->room);
		if (!w->data)
			die("out of memory at %zu bytes of transcript", w->room);
	}
	return w->data + w->length;
}

void put_raw(struct writer *w, const void *data, size_t length)
{
	memcpy(put_room(w, length), data, length);
	w->length += length;
}

void put_u8(struct writer *w, uint8_t value)
{
	put_raw(w, &value, sizeof value);
}

void put_u16(struct writer *w, uint16_t value)
{
	put_raw(w, &value, sizeof value);
}

void put_u32(struct writer *w, uint32_t value)
{
	put_raw(w, &value, sizeof value);
}

void put_u64(struct writer *w, uint64_t value)
{
	put_raw(w, &value, sizeof value);
}

void put_bytes(struct writer *w, const void *data, size_t length)
{
	put_u32(w, length);
	put_raw(w, data, length);
}

size_t open_record(struct writer *w, uint8_t code)
{
	put_u8(w, code);
	put_u32(w, 0);
	return w->length;
}

size_t open_message(struct writer *w, uint8_t type)
{
	put_u32(w, 0);
	put_u8(w, type);
	return w->length - 1;
}

void close_record(struct writer *w, size_t mark)
{
	uint32_t length = w->length - mark;

	memcpy(w->data + mark - sizeof length, &length, sizeof length);
}

void open_link(int in, int out)
{
	link_in = in;
	link_out = out;
}

static int write_all(const uint8_t *data, size_t length)
{
	while (length > 0) {
		ssize_t n = write(link_out, data, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		data += n;
		length -= n;
	}
	return 0;
}

void send_messages(struct writer *w)
{
	if (write_all(w->data, w->length) < 0)
		exit_agent();
	w->length = 0;
}

static int read_all(uint8_t *data, size_t length)
{
	while (length > 0) {
		ssize_t n = read(link_in, data, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		data += n;
		length -= n;
	}
	return 0;
}

int read_message(uint8_t *type, struct reader *payload)
{
	static uint8_t *message;
	static size_t room;
	uint32_t length;

	if (read_all((uint8_t *)&length, sizeof length) < 0)
		return 0;
	if (length < 1 || length > MESSAGE_MAX)
		die("a message of %u bytes; 1 to %u are allowed", length, MESSAGE_MAX);
	if (length > room) {
		free(message);
		message = malloc(length);
		room = length;
		if (!message)
			die("out of memory at a message of %u bytes", length);
	}
	if (read_all(message, length) < 0)
		return 0;
	*type = message[0];
	*payload = (struct reader){ message + 1, message + length };
	return 1;
}

void die(const char *format, ...)
{
	char text[512];
	struct writer w = { 0 };
	va_list args;
	size_t mark;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	fprintf(stderr, "agent: %s\n", text);
	if (link_out >= 0) {
		mark = open_message(&w, 'E');
		put_bytes(&w, text, strlen(text));
		close_record(&w, mark);
		write_all(w.data, w.length);
	}
	exit_agent();
}
