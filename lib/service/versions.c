/* versions.c - see versions.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "service/versions.h"

#define ENDING	   ".oer"
#define FILE_LIMIT ((size_t)8 << 20)

static bool
is_of_kind(const char *name, const char *kind)
{
	size_t n = strlen(name), m = strlen(kind);

	return n < VERSION_NAME && n > m + strlen(ENDING) &&
	       strncmp(name, kind, m) == 0 &&
	       strcmp(name + n - strlen(ENDING), ENDING) == 0;
}

enum fault
versions_last(char out[VERSION_NAME], const char *folder, const char *kind,
    struct fault_info *fi)
{
	DIR *d = opendir(folder);
	struct dirent *e;

	if (d == NULL)
		return fault_errno(fi,
		    errno == ENOENT ? FAULT_NOT_FOUND : FAULT_IO, "%s", folder);
	out[0] = '\0';
	while ((e = readdir(d)) != NULL)
		if (is_of_kind(e->d_name, kind) && strcmp(e->d_name, out) > 0)
			snprintf(out, VERSION_NAME, "%s", e->d_name);
	closedir(d);
	return out[0] != '\0' ? FAULT_OK
			      : fault_set(fi, FAULT_NOT_FOUND,
				    "%s: no %s*" ENDING, folder, kind);
}

const char *
versions_user(void)
{
	const char *sudo = getuid() == 0 ? getenv("SUDO_USER") : NULL;
	const struct passwd *p;

	if (sudo != NULL && sudo[0] != '\0' && strpbrk(sudo, " \n") == NULL)
		return sudo;
	p = getpwuid(getuid());
	return p != NULL ? p->pw_name : "unknown";
}

static enum fault
account(struct audit *audit, const char *name, struct bytes contents,
    const char *who, struct fault_info *fi)
{
	char hex[2 * SHA256_SIZE + 1];
	uint8_t hash[SHA256_SIZE];

	sha256(hash, contents);
	hex_encode(hex, hash, sizeof(hash));
	return audit_write(audit, AUDIT_POLICY, fi,
	    "by=%.100s file=%.100s hash=%s",
	    who != NULL ? who : versions_user(), name, hex);
}

static enum fault
check_same(const char *path, struct bytes contents, struct fault_info *fi)
{
	struct arena arena = arena_new(FILE_LIMIT + 64);
	struct bytes there;
	enum fault f = file_read(&there, &arena, path, FILE_LIMIT, fi);

	if (f == FAULT_OK && !bytes_equal(there, contents))
		f = fault_set(fi, FAULT_EXISTS,
		    "%s is there already, and is another", path);
	arena_free(&arena);
	return f;
}

enum fault
versions_add(struct audit *audit, const char *folder, const char *name,
    struct bytes contents, const char *who, struct fault_info *fi)
{
	char path[PATH_SIZE];

	path_join(path, folder, name);
	if (file_exists(path))
		return check_same(path, contents, fi);
	TRY(account(audit, name, contents, who, fi));
	return file_create(path, contents, 0600, fi);
}

enum fault
versions_lock(int *lock, const char *folder, struct fault_info *fi)
{
	*lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*lock < 0)
		return fault_errno(fi, FAULT_IO, "%s", folder);
	while (flock(*lock, LOCK_EX) != 0)
		if (errno != EINTR) {
			fault_errno(fi, FAULT_IO, "%s", folder);
			close(*lock);
			return FAULT_IO;
		}
	return FAULT_OK;
}

void
versions_unlock(int lock)
{
	close(lock);
}
