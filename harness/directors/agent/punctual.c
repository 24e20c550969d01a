/* Woken on time: before other tasks, by timers that are not rounded. Programs that we start do not inherit it. */
#include "agent.h"

#include <linux/sched.h> /* not <sched.h>: the two cannot stand together */
#include <linux/sched/types.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The time at a stretch that the agent asks for: kernels since 6.12 let whoever asks for little go first. */
#define STRETCH_NS 100000

static const struct sched_attr real_time = {
	.size = sizeof real_time,
	.sched_policy = SCHED_FIFO,
	.sched_flags = SCHED_FLAG_RESET_ON_FORK,
	.sched_priority = 1,
};

static const struct sched_attr usual = {
	.size = sizeof usual,
	.sched_policy = SCHED_NORMAL,
	.sched_flags = SCHED_FLAG_RESET_ON_FORK,
	.sched_nice = -20,
	.sched_runtime = STRETCH_NS,
};

/* A container may have no share of real time (cgroup v1 with CONFIG_RT_GROUP_SCHED): the best of the usual must do. */
void be_punctual(void)
{
	if (syscall(SYS_sched_setattr, 0, &real_time, 0) < 0)
		syscall(SYS_sched_setattr, 0, &usual, 0);
	prctl(PR_SET_TIMERSLACK, 1ul);
}
