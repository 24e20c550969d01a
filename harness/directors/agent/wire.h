/*
 * The bytes between agent and host: little-endian numbers, length-prefixed strings and records.
 * PROTOCOL.md describes them. A reader that runs past its end is a broken host: the agent dies.
 */
#ifndef AGENT_WIRE_H
#define AGENT_WIRE_H

#include <stddef.h>
#include <stdint.h>

/* What is left to read of one message or of one record in it. */
struct reader {
	const uint8_t *at;
	const uint8_t *end;
};

/* A message being written. It grows, and is kept from scenario to scenario. */
struct writer {
	uint8_t *data;
	size_t length;
	size_t room;
};

struct bytes {
	const uint8_t *data;
	uint32_t length;
};

/* Tells the host why (an 'E' message, if the link still works), then ends the process. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

uint8_t get_u8(struct reader *r);
uint16_t get_u16(struct reader *r);
uint32_t get_u32(struct reader *r);
uint64_t get_u64(struct reader *r);
const uint8_t *get_raw(struct reader *r, size_t length);
struct bytes get_bytes(struct reader *r);
/* A string with its NUL on the wire, so that it can be used where it lies. */
const char *get_string(struct reader *r);
/* The next record: its code, and a reader for its payload. */
uint8_t get_record(struct reader *r, struct reader *payload);

void put_u8(struct writer *w, uint8_t value);
void put_u16(struct writer *w, uint16_t value);
void put_u32(struct writer *w, uint32_t value);
void put_u64(struct writer *w, uint64_t value);
void put_raw(struct writer *w, const void *data, size_t length);
void put_bytes(struct writer *w, const void *data, size_t length);
/* Room for `length` more bytes at the end, which the caller fills and adds to w->length. */
uint8_t *put_room(struct writer *w, size_t length);
/* Opens a record or message; the returned mark closes it, which fills in the length. */
size_t open_record(struct writer *w, uint8_t code);
size_t open_message(struct writer *w, uint8_t type);
void close_record(struct writer *w, size_t mark);

/* The link to the host. read_message waits; 0 means that the host has hung up. */
void open_link(int in, int out);
int read_message(uint8_t *type, struct reader *payload);
void send_messages(struct writer *w);

#endif
