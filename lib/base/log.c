/* log.c - see log.h. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

static int log_fd = STDERR_FILENO;
static const char *log_process = "monarch";

enum fault
log_open(const char *process, const char *path, struct fault_info *fi)
{
	int fd;

	log_process = process;
	if (path == NULL)
		return FAULT_OK;
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return fault_errno(fi, FAULT_IO, "%s", path);
	log_fd = fd;
	return FAULT_OK;
}

static void line(const char *, const char *, va_list) printf_like(2, 0);

static void
line(const char *level, const char *fmt, va_list ap)
{
	char buf[1024];
	struct timespec ts;
	struct tm tm;
	size_t n;
	int len;

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	n = strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%S", &tm);
	len = snprintf(buf + n, sizeof(buf) - n,
	    ".%03ldZ %-5s %s: ", ts.tv_nsec / 1000000, level, log_process);
	n += (size_t)len;
	len = vsnprintf(buf + n, sizeof(buf) - n - 1, fmt, ap);
	n += len < 0 ? 0 : (size_t)len;
	if (n > sizeof(buf) - 2)
		n = sizeof(buf) - 2;
	for (size_t i = 0; i < n; i++) /* one event, one line */
		if ((unsigned char)buf[i] < ' ')
			buf[i] = '?';
	buf[n++] = '\n';
	if (write(log_fd, buf, n) < 0)
		return; /* nowhere left to complain */
}

#define LEVEL(name, text)                     \
	void log_##name(const char *fmt, ...) \
	{                                     \
		va_list ap;                   \
                                              \
		va_start(ap, fmt);            \
		line(text, fmt, ap);          \
		va_end(ap);                   \
	}
LEVEL(info, "info")
LEVEL(warn, "warn")
LEVEL(error, "error")

void
log_debug(const char *fmt, ...)
{
	static int wanted = -1;
	va_list ap;

	if (wanted < 0)
		wanted = getenv("MONARCH_DEBUG") != NULL;
	if (!wanted)
		return;
	va_start(ap, fmt);
	line("debug", fmt, ap);
	va_end(ap);
}

void
log_fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line("fatal", fmt, ap);
	va_end(ap);
	exit(1);
}
