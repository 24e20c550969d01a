/* What PID 1 of a microVM does before there is anybody to talk to: file systems, modules, the host's port. */
#include "agent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PORT_NAME "org.lvs-conformance.agent"
#define PORTS "/sys/class/virtio-ports"

static const struct {
	const char *type;
	const char *at;
} file_systems[] = {
	{ "proc", "/proc" },
	{ "sysfs", "/sys" },
	{ "devtmpfs", "/dev" },
	{ "tmpfs", "/run" },
	{ "tmpfs", "/tmp" },
};

static void mount_file_systems(void)
{
	for (size_t i = 0; i < sizeof file_systems / sizeof *file_systems; i++) {
		mkdir(file_systems[i].at, 0755);
		if (mount(file_systems[i].type, file_systems[i].at, file_systems[i].type, 0, NULL) < 0 &&
		    errno != EBUSY)
			die("%s cannot be mounted: %s", file_systems[i].at, strerror(errno));
	}
}

/* What the agent and its programs complain about goes where the kernel's words go. */
static void open_console(void)
{
	int fd = open("/dev/console", O_RDWR | O_NOCTTY);

	for (int standard = 0; fd >= 0 && standard < 3; standard++)
		if (standard != fd)
			dup2(fd, standard);
	if (fd > 2)
		close(fd);
}

static void load_module(char *line)
{
	char path[600];
	char *parameters = strchr(line, ' ');
	int fd;

	if (parameters)
		*parameters++ = 0;
	snprintf(path, sizeof path, "/modules/%s", line);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	if (syscall(SYS_finit_module, fd, parameters ? parameters : "", 0) < 0 && errno != EEXIST &&
	    errno != ENODEV) /* code for hardware that this machine lacks; its users would complain */
		die("%s cannot be loaded: %s", path, strerror(errno));
	close(fd);
}

static void load_modules(void)
{
	FILE *order = fopen("/modules/order", "re");
	char line[512];

	if (!order)
		die("/modules/order: %s", strerror(errno));
	while (fgets(line, sizeof line, order)) {
		line[strcspn(line, "\n")] = 0;
		if (line[0])
			load_module(line);
	}
	fclose(order);
}

static int is_our_port(const char *device)
{
	char path[300], name[64] = "";
	FILE *file;

	snprintf(path, sizeof path, PORTS "/%s/name", device);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (!fgets(name, sizeof name, file))
		name[0] = 0;
	fclose(file);
	name[strcspn(name, "\n")] = 0;
	return strcmp(name, PORT_NAME) == 0;
}

/* Whether the host holds its end. It may have died while we booted, and writing would wait for it for ever. */
static int host_is_there(int port)
{
	struct pollfd end = { .fd = port };

	poll(&end, 1, 0);
	return !(end.revents & POLLHUP);
}

/* The port appears a moment after its driver is loaded. */
static int open_port(void)
{
	for (int try = 0; try < 1000; try++) {
		DIR *ports = opendir(PORTS);
		struct dirent *entry;
		char path[300] = "";

		while (ports && (entry = readdir(ports)))
			if (is_our_port(entry->d_name))
				snprintf(path, sizeof path, "/dev/%s", entry->d_name);
		if (ports)
			closedir(ports);
		if (path[0]) {
			int fd = open(path, O_RDWR | O_CLOEXEC);

			if (fd >= 0 && host_is_there(fd))
				return fd;
			close(fd);
		}
		usleep(10000);
	}
	die("no virtio port is named " PORT_NAME ", or nobody is at its other end");
}

/* Whether we are the whole of a guest: in a container we are PID 1 too. */
static int booted;

int boot_guest(void)
{
	booted = 1;
	mount_file_systems();
	open_console();
	load_modules();
	return open_port();
}

void exit_agent(void)
{
	if (booted)
		reboot(RB_AUTOBOOT); /* QEMU runs with -no-reboot: this ends it */
	_exit(1);
}
