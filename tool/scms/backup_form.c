/* backup_form.c - see backup.h. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
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
	struct stat st = {0};
	void *p = NULL;

	if (fd < 0 || fstat(fd, &st) != 0)
		f = fault_errno(fi, FAULT_IO, "%s", path);
	else if (st.st_size > 0 &&
		 (p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd,
		      0)) == MAP_FAILED)
		f = fault_errno(fi, FAULT_IO, "%s", path);
	else
		sha256(out, (struct bytes){p, (size_t)st.st_size});
	if (p != NULL && p != MAP_FAILED)
		munmap(p, (size_t)st.st_size);
	if (fd >= 0)
		close(fd);
	return f;
}

static enum fault
add_line(
    void *ctx, const struct tree_entry *e, bool *enter, struct fault_info *fi)
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
