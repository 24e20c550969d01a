/*
 * A scenario: operations that set it up, then timed steps. Each step acts at the start of a tick, and what
 * can be observed is read before the tick ends, so all of it belongs to one value of jiffies.
 */
#include "agent.h"

#include <string.h>

/* An observation that does not end in its tick is made so many times. */
#define OBSERVE_TRIES 3

static struct reader observed_ops;
static uint64_t last_step_jiffies; /* when it acted */

/* Where the answers of the previous step's observation lie in the transcript, to tell what is unchanged. */
#define OBSERVED_MAX 16
static struct {
	size_t at;
	size_t length;
} previous[OBSERVED_MAX];

/* Sleeps to just after the start of the tick, or of the first one still possible. */
static void sleep_to_tick(uint64_t jiffies, struct writer *out)
{
	uint64_t next = jiffies_now() + 1;

	if ((int64_t)(jiffies - next) < 0)
		jiffies = next;
	sleep_until(tick_start_ns(jiffies), out);
	while ((int64_t)(jiffies_now() - jiffies) < 0)
		; /* woken a little before the tick was counted */
}

/* Reads everything that was declared; an answer equal to the previous step's shrinks to one empty record. */
static void observe(struct writer *out)
{
	struct reader ops = observed_ops;
	struct reader op;

	for (unsigned int i = 0; ops.at < ops.end; i++) {
		size_t at = out->length;
		uint8_t code = get_record(&ops, &op);
		size_t length;

		if (i == OBSERVED_MAX)
			die("more than %u things to observe", OBSERVED_MAX);
		run_op(code, &op, out);
		length = out->length - at;
		if (previous[i].length == length && memcmp(out->data + previous[i].at, out->data + at, length) == 0) {
			out->length = at;
			close_record(out, open_record(out, ANSWER_SAME));
		} else {
			previous[i].at = at;
			previous[i].length = length;
		}
	}
}

/*
 * All observables within one tick. What was read across a tick's end is thrown away and read again; if that
 * does not help, the jiffies at the begin and at the end tell.
 */
static void observe_within_tick(uint64_t jiffies[2], struct writer *out)
{
	for (int try = 1;; try++) {
		size_t at = out->length;

		jiffies[0] = jiffies_now();
		observe(out);
		jiffies[1] = jiffies_now();
		if (jiffies[1] == jiffies[0] || try == OBSERVE_TRIES)
			return;
		out->length = at;
		memset(previous, 0, sizeof previous);
		sleep_to_tick(0, out);
	}
}

static uint64_t due(struct reader *step)
{
	uint64_t wait = jiffies_of_ns(get_u64(step));
	uint32_t modulus = get_u32(step);
	uint64_t jiffies = last_step_jiffies + (wait ? wait : 1);

	if (modulus > 1) {
		if ((int64_t)(jiffies - jiffies_now()) <= 0)
			jiffies = jiffies_now() + 1;
		jiffies += modulus - 1 - (jiffies + modulus - 1) % modulus;
	}
	return jiffies;
}

static void play_step(struct reader *step, struct writer *out)
{
	size_t mark = open_record(out, OP_STEP);
	size_t times_at = out->length;
	uint64_t times[4] = { due(step) }; /* due, acted, observed: from, to */
	struct reader op;

	put_raw(out, times, sizeof times);
	sleep_to_tick(times[0], out);
	times[1] = jiffies_now();
	last_step_jiffies = times[1];
	while (step->at < step->end) {
		uint8_t code = get_record(step, &op);

		run_op(code, &op, out);
		drain_taps(out);
	}
	if (jiffies_now() != times[1])
		sleep_to_tick(0, out);
	observe_within_tick(&times[2], out);
	memcpy(out->data + times_at, times, sizeof times);
	close_record(out, mark);
}

void play_scenario(struct reader *message, struct writer *out)
{
	uint32_t id = get_u32(message);
	size_t mark = open_message(out, 'T');
	struct reader op;

	memset(previous, 0, sizeof previous);
	observed_ops = (struct reader){ NULL, NULL };
	last_step_jiffies = jiffies_now();
	put_u32(out, id);
	while (message->at < message->end) {
		uint8_t code = get_record(message, &op);

		if (code == OP_OBSERVE)
			observed_ops = op;
		else if (code == OP_STEP)
			play_step(&op, out);
		else
			run_op(code, &op, out);
	}
	close_record(out, mark);
}
