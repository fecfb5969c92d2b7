/* run.c - see run.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "tool/scms/run.h"

#define NOT_THERE 127

/* execvp takes pointers to char that may be changed; these are copies. */
static char **
copy_arguments(const char *const *from)
{
	size_t n = 0;
	char **v;

	while (from[n] != NULL)
		n++;
	if ((v = calloc(n + 1, sizeof(*v))) == NULL)
		log_fatal("out of memory");
	for (size_t i = 0; i < n; i++)
		if ((v[i] = strdup(from[i])) == NULL)
			log_fatal("out of memory");
	return v;
}

no_return static void
become(const char *const *arguments, int in, int out, int complaints)
{
	char **v = copy_arguments(arguments);

	if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
	    dup2(complaints, STDERR_FILENO) >= 0)
		execvp(v[0], v);
	_exit(NOT_THERE);
}

/* Reads until the end; keeps the last line that is not empty. */
static void
listen_to(int fd, char *words, size_t n)
{
	FILE *stream = fdopen(fd, "r");
	char *line = NULL;
	size_t room = 0;
	ssize_t got;

	words[0] = '\0';
	if (stream == NULL)
		return;
	while ((got = getline(&line, &room, stream)) > 0) {
		while (
		    got > 0 && (line[got - 1] == '\n' || line[got - 1] == ' '))
			line[--got] = '\0';
		if (got > 0)
			snprintf(words, n, "%s", line);
	}
	free(line);
	fclose(stream);
}

static enum fault
judge(const char *program, int status, const char *words, struct fault_info *fi)
{
	const char *name = strrchr(program, '/');

	name = name != NULL ? name + 1 : program;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return FAULT_OK;
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_THERE)
		return fault_set(fi, FAULT_NOT_FOUND, "%s cannot be run", name);
	if (WIFSIGNALED(status))
		return fault_set(fi, FAULT_IO, "%s: killed by signal %d", name,
		    WTERMSIG(status));
	return fault_set(fi, FAULT_IO, "%s failed: %s", name,
	    words[0] != '\0' ? words : "it does not say why");
}

enum fault
run_program(
    const char *const *arguments, int in, int out, struct fault_info *fi)
{
	int ends[2], status = 0;
	char words[200];
	pid_t pid;

	fflush(NULL);
	if (pipe2(ends, O_CLOEXEC) != 0)
		return fault_errno(fi, FAULT_IO, "pipe");
	if ((pid = fork()) < 0) {
		close(ends[0]);
		close(ends[1]);
		return fault_errno(fi, FAULT_IO, "fork");
	}
	if (pid == 0)
		become(arguments, in, out, ends[1]);
	close(ends[1]);
	listen_to(ends[0], words, sizeof(words));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return judge(arguments[0], status, words, fi);
}
