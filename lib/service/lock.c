/*
 * lock.c - run/pid and run/ready.
 *
 * run/pid is locked (open file description lock) as long as the daemon lives
 * and is never removed, so two daemons cannot hold locks on two files of the
 * same name.  run/ready holds the same process number, so that one left
 * behind by a killed daemon means nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/service_int.h"

#define HOLDER_TRIES 100 /* of a millisecond each */

static const struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

/* The number in a file; 0: there is none. */
static pid_t
read_number(int fd)
{
	char text[32];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return 0;
	text[n] = '\0';
	return (pid_t)strtol(text, NULL, 10);
}

enum fault
lock_take(struct frame *f, struct fault_info *fi)
{
	char path[PATH_SIZE], text[32];
	struct flock lock = whole;
	int n;

	path_join(path, f->dir, "run/pid");
	f->pid_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (f->pid_fd < 0)
		return fault_errno(fi, FAULT_IO, "%s", path);
	if (fcntl(f->pid_fd, F_OFD_SETLK, &lock) != 0) {
		fault_set(fi, FAULT_BUSY, "%s: running already, process %ld",
		    f->dir, (long)read_number(f->pid_fd));
		close(f->pid_fd); /* it is the other's: leave it alone */
		f->pid_fd = -1;
		return FAULT_BUSY;
	}
	lock_clear_ready(f);
	n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	if (ftruncate(f->pid_fd, 0) != 0 ||
	    pwrite(f->pid_fd, text, (size_t)n, 0) != n)
		return fault_errno(fi, FAULT_IO, "%s", path);
	return FAULT_OK;
}

void
lock_release(struct frame *f)
{
	if (f->pid_fd < 0)
		return;
	if (ftruncate(f->pid_fd, 0) != 0)
		return; /* the lock alone counts */
	close(f->pid_fd);
	f->pid_fd = -1;
}

enum fault
lock_set_ready(const struct frame *f, struct fault_info *fi)
{
	char path[PATH_SIZE], text[32];

	path_join(path, f->dir, "run/ready");
	snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	return file_write(path, bytes_of_string(text), 0600, fi);
}

void
lock_clear_ready(const struct frame *f)
{
	char path[PATH_SIZE];

	path_join(path, f->dir, "run/ready");
	unlink(path);
}

/* The process that holds the lock; 0: nobody.  Between taking the lock and
 * writing its number a daemon shows the number of one that was killed. */
static pid_t
holder(int fd)
{
	struct flock lock;
	pid_t number;
	int i;

	for (i = 0; i < HOLDER_TRIES; i++) {
		lock = whole;
		if (fcntl(fd, F_OFD_GETLK, &lock) != 0 ||
		    lock.l_type == F_UNLCK)
			return 0;
		number = read_number(fd);
		if (number > 0 && (kill(number, 0) == 0 || errno == EPERM))
			return number;
		usleep(1000);
	}
	return 0;
}

bool
service_running(const char *dir, pid_t *pid, bool *ready)
{
	char path[PATH_SIZE];
	pid_t number;
	int fd;

	path_join(path, dir, "run/pid");
	if ((fd = open(path, O_RDWR | O_CLOEXEC)) < 0)
		return false;
	number = holder(fd);
	close(fd);
	if (number == 0)
		return false;
	if (pid != NULL)
		*pid = number;
	if (ready != NULL) {
		path_join(path, dir, "run/ready");
		fd = open(path, O_RDONLY | O_CLOEXEC);
		*ready = fd >= 0 && read_number(fd) == number;
		if (fd >= 0)
			close(fd);
	}
	return true;
}
