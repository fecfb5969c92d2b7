/* process.c - see process.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "service/service.h"
#include "tool/scms/lop.h"
#include "tool/scms/process.h"

/* Reads a small file into text of n octets; -1 on error, else its length. */
static ssize_t
slurp(char *text, size_t n, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -1;
	got = read(fd, text, n - 1);
	close(fd);
	if (got >= 0)
		text[got] = '\0';
	return got;
}

static pid_t
recorded_pid(const char *folder)
{
	char path[PATH_SIZE], text[32];
	long pid;

	path_join(path, folder, "run/pid");
	if (slurp(text, sizeof(text), path) <= 0)
		return 0;
	pid = strtol(text, NULL, 10);
	return pid > 1 && pid <= INT_MAX ? (pid_t)pid : 0;
}

/* Is argument, as seen from the working folder of pid, this path? */
static bool
names_path(pid_t pid, const char *argument, const char *path)
{
	char from[PATH_SIZE], real[PATH_MAX];

	if (argument[0] == '/')
		snprintf(from, sizeof(from), "%s", argument);
	else if (snprintf(from, sizeof(from), "/proc/%ld/cwd/%s", (long)pid,
		     argument) >= (int)sizeof(from))
		return false;
	return realpath(from, real) != NULL && strcmp(real, path) == 0;
}

/* HAProxy holds no lock on its run/pid, so the number alone proves nothing:
 * was this process started with our configuration? */
static bool
is_our_lop(pid_t pid, const char *folder)
{
	char path[PATH_SIZE], config[PATH_SIZE], line[2 * PATH_SIZE];
	const char *arg, *end;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%ld/cmdline", (long)pid);
	if ((n = slurp(line, sizeof(line), path)) <= 0)
		return false;
	path_join(config, folder, LOP_CONFIG);
	end = line + n;
	for (arg = line + strlen(line) + 1; arg < end; arg += strlen(arg) + 1)
		if (names_path(pid, arg, config))
			return true;
	return false;
}

static pid_t
running(const struct process *p)
{
	pid_t pid = 0;

	if (p->part == &parts[PART_LOP]) {
		pid = recorded_pid(p->folder);
		return pid != 0 && is_our_lop(pid, p->folder) ? pid : 0;
	}
	return service_running(p->folder, &pid, NULL) ? pid : 0;
}

void
process_find(struct process *p, const char *dir, const struct part *part)
{
	*p = (struct process){.part = part, .fd = -1};
	path_join(p->folder, dir, part->name);
	if (part->program == NULL || (p->pid = running(p)) == 0)
		return;
	/* Asked again once the descriptor stands for the process: then the
	 * number cannot have changed its owner in between. */
	if ((p->fd = pidfd_open(p->pid, 0)) < 0 || running(p) != p->pid)
		process_close(p);
}

void
process_close(struct process *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
	p->pid = 0;
}

void
process_forget(struct process *p)
{
	char path[PATH_SIZE];

	path_join(path, p->folder, "run/ready");
	unlink(path);
	path_join(path, p->folder, "run/pid");
	unlink(path);
	process_close(p);
}

void
process_program(char out[PATH_SIZE], const char *name)
{
	/* Installed: beside scms.  In a build folder: role/<role>/. */
	static const char *const ways[] = {
	    "", "/role/", "/../../role/", "/../libexec/monarch"};
	const char *role = strncmp(name, "scms-", 5) == 0 ? name + 5 : "";
	char self[PATH_SIZE];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	self[n > 0 ? n : 0] = '\0';
	if ((slash = strrchr(self, '/')) != NULL)
		*slash = '\0';
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		int len = snprintf(out, PATH_SIZE, "%s%s%s/%s", self, ways[i],
		    i == 1 || i == 2 ? role : "", name);

		if (len < PATH_SIZE && access(out, X_OK) == 0)
			return;
	}
	/* HAProxy lives in /usr/sbin, which not everybody has on the PATH. */
	if (snprintf(out, PATH_SIZE, "/usr/sbin/%s", name) < PATH_SIZE &&
	    access(out, X_OK) == 0)
		return;
	snprintf(out, PATH_SIZE, "%s", name);
}

/* In the child: nothing of this program's surroundings remains open. */
no_return static void
become(const struct process *p, const char *program, int log)
{
	char *const daemon[] = {strdup(program), strdup(p->folder), NULL};
	char *const lop[] = {strdup(program), strdup("-db"), strdup("-f"),
	    strdup(LOP_CONFIG), NULL};
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;

	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0 ||
	    close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC) != 0)
		_exit(126);
	if (p->part == &parts[PART_LOP]) {
		if (chdir(p->folder) == 0)
			execvp(program, lop);
	} else {
		execvp(program, daemon);
	}
	fprintf(stderr, "%s: %s\n", program, strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* HAProxy writes no pid file in the foreground, so this program does. */
static enum fault
record_pid(const struct process *p, struct fault_info *fi)
{
	char path[PATH_SIZE], text[32];

	path_join(path, p->folder, "run/pid");
	snprintf(text, sizeof(text), "%ld\n", (long)p->pid);
	return file_write(path, bytes_of_string(text), 0600, fi);
}

static enum fault
launch(struct process *p, const char *program, int log, struct fault_info *fi)
{
	if ((p->pid = fork()) < 0)
		return fault_errno(fi, FAULT_IO, "fork");
	if (p->pid == 0)
		become(p, program, log);
	p->child = true;
	if ((p->fd = pidfd_open(p->pid, 0)) < 0)
		return fault_errno(fi, FAULT_IO, "pidfd of %ld", (long)p->pid);
	return p->part == &parts[PART_LOP] ? record_pid(p, fi) : FAULT_OK;
}

enum fault
process_start(struct process *p, struct fault_info *fi)
{
	char program[PATH_SIZE], path[PATH_SIZE], name[64];
	enum fault f;
	int log;

	process_program(program, p->part->program);
	path_join(path, p->folder, "run");
	TRY(file_mkdir(path, 0700, fi));
	path_join(path, p->folder, "run/ready");
	if (unlink(path) != 0 && errno != ENOENT)
		return fault_errno(fi, FAULT_IO, "%s", path);
	path_join(path, p->folder, "log");
	TRY(file_mkdir(path, 0700, fi));
	snprintf(name, sizeof(name), "log/%s.log", p->part->name);
	path_join(path, p->folder, name);
	log = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (log < 0)
		return fault_errno(fi, FAULT_IO, "%s", path);
	f = launch(p, program, log, fi);
	close(log);
	return f;
}

/* The LOP says nothing when it is ready: try its port. */
static bool
accepts(unsigned net, const struct part *part)
{
	struct sockaddr_in a = {
	    .sin_family = AF_INET, .sin_port = htons((uint16_t)part->port)};
	char text[ADDRESS_TEXT];
	bool ok;
	int s;

	part_address(text, net, part->host, 0);
	if (inet_pton(AF_INET, text, &a.sin_addr) != 1 ||
	    (s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		return false;
	ok = connect(s, (const struct sockaddr *)&a, sizeof(a)) == 0;
	close(s);
	return ok;
}

bool
process_ready(const struct process *p, unsigned net)
{
	char path[PATH_SIZE];

	if (p->part == &parts[PART_LOP])
		return accepts(net, p->part);
	path_join(path, p->folder, "run/ready");
	return file_exists(path);
}

bool
process_ended(struct process *p, int *status)
{
	struct pollfd poller = {.fd = p->fd, .events = POLLIN};
	int s = -1;

	if (p->fd >= 0 && poll(&poller, 1, 0) == 0)
		return false;
	if (p->child && waitpid(p->pid, &s, WNOHANG) != p->pid)
		s = -1;
	if (status != NULL)
		*status = s;
	return true;
}

enum fault
process_signal(const struct process *p, int number, struct fault_info *fi)
{
	if (p->fd < 0 || pidfd_send_signal(p->fd, number, NULL, 0) == 0 ||
	    errno == ESRCH)
		return FAULT_OK;
	return fault_errno(
	    fi, FAULT_IO, "%s: process %ld", p->part->name, (long)p->pid);
}

void
process_last_words(char *out, size_t n, const struct process *p)
{
	char path[PATH_SIZE], name[64], tail[2048];
	char *start;
	ssize_t got;
	int fd;

	snprintf(name, sizeof(name), "log/%s.log", p->part->name);
	path_join(path, p->folder, name);
	out[0] = '\0';
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return;
	if (lseek(fd, -(off_t)(sizeof(tail) - 1), SEEK_END) < 0)
		lseek(fd, 0, SEEK_SET);
	got = read(fd, tail, sizeof(tail) - 1);
	close(fd);
	while (got > 0 && tail[got - 1] == '\n')
		got--;
	tail[got > 0 ? got : 0] = '\0';
	start = strrchr(tail, '\n');
	snprintf(out, n, "%s", start != NULL ? start + 1 : tail);
}

long
process_memory(const struct process *p)
{
	char path[PATH_SIZE], text[4096];
	const char *line;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)p->pid);
	if (p->pid == 0 || slurp(text, sizeof(text), path) <= 0 ||
	    (line = strstr(text, "\nVmRSS:")) == NULL)
		return 0;
	return strtol(line + strlen("\nVmRSS:"), NULL, 10);
}
