/* backup_form.c - see backup.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "crypto/hash.h"
#include "tool/scms/backup.h"
#include "tool/scms/tree.h"

static enum fault
hash_file(uint8_t out[SHA256_SIZE], const char *path, struct fault_info *fi)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	enum fault f = FAULT_OK;
	struct stat st = { 0 };
	void *p = NULL;

	if (fd < 0 || fstat(fd, &st) != 0)
		f = fault_errno(fi, FAULT_IO, "%s", path);
	else if (st.st_size > 0 && (p = mmap(NULL, (size_t)st.st_size,
	    PROT_READ, MAP_PRIVATE, fd, 0)) == MAP_FAILED)
		f = fault_errno(fi, FAULT_IO, "%s", path);
	else
		sha256(out, (struct bytes){ p, (size_t)st.st_size });
	if (p != NULL && p != MAP_FAILED)
		munmap(p, (size_t)st.st_size);
	if (fd >= 0)
		close(fd);
	return f;
}

static enum fault
add_line(void *ctx, const struct tree_entry *e, bool *enter,
    struct fault_info *fi)
{
	char hex[2 * SHA256_SIZE + 1];
	uint8_t hash[SHA256_SIZE];
	FILE *out = ctx;

	(void)enter;
	if (e->is_folder || strcmp(e->name, BACKUP_MANIFEST) == 0)
		return FAULT_OK;
	TRY(hash_file(hash, e->path, fi));
	hex_encode(hex, hash, sizeof(hash));
	fprintf(out, "%s %s\n", hex, e->name);
	return FAULT_OK;
}

enum fault
backup_manifest(char **out, const char *folder, struct fault_info *fi)
{
	char *text = NULL;
	size_t n = 0;
	FILE *stream = open_memstream(&text, &n);
	enum fault f;

	if (stream == NULL)
		log_fatal("out of memory");
	fputs(BACKUP_FIRST_LINE, stream);
	f = tree_walk(folder, add_line, stream, fi);
	if (fclose(stream) != 0)
		log_fatal("out of memory");
	if (f == FAULT_OK)
		*out = text;
	else
		free(text);
	return f;
}

no_return static void
become_tar(char *const arguments[], int in, int out, int complaints)
{
	if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
	    dup2(complaints, STDERR_FILENO) >= 0)
		execvp("tar", arguments);
	_exit(127);
}

/* The last line that came through the pipe. */
static void
listen_to(int fd, char *words, size_t n)
{
	char text[512];
	ssize_t got;

	words[0] = '\0';
	while ((got = read(fd, text, sizeof(text) - 1)) > 0 ||
	    (got < 0 && errno == EINTR)) {
		char *line, *rest = text;

		text[got > 0 ? got : 0] = '\0';
		while ((line = strsep(&rest, "\n")) != NULL)
			if (line[0] != '\0')
				snprintf(words, n, "%s", line);
	}
}

enum fault
backup_tar(char *const arguments[], int in, int out, struct fault_info *fi)
{
	char words[160];
	int ends[2], status = 0;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return fault_errno(fi, FAULT_IO, "pipe");
	if ((pid = fork()) == 0)
		become_tar(arguments, in, out, ends[1]);
	close(ends[1]);
	if (pid > 0)
		listen_to(ends[0], words, sizeof(words));
	close(ends[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return FAULT_OK;
	if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return fault_set(fi, FAULT_IO, "tar cannot be run");
	return fault_set(fi, FAULT_IO, "tar failed: %s", pid < 0 ? "fork" :
	    words);
}
