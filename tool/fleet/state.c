/* state.c - see state.h. */
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "tool/fleet/state.h"

_Static_assert(sizeof(struct record) == 320, "no gaps");
_Static_assert(sizeof(struct state_head) == 64, "no gaps");
_Static_assert(sizeof(struct held) == 16, "no gaps");

static enum fault
open_file(int *fd, const char *folder, const char *name, int flags,
    struct fault_info *fi)
{
	char path[PATH_SIZE];

	path_join(path, folder, name);
	*fd = open(path, flags | O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	return *fd >= 0 ? FAULT_OK : fault_errno(fi, FAULT_IO, "%s", path);
}

/* A head is written before anything else and never changes. */
static enum fault
check_head(
    struct state *s, uint64_t seed, const char *folder, struct fault_info *fi)
{
	struct state_head want = {
	    .record_size = sizeof(struct record), .seed = seed};
	struct state_head have;
	struct stat st;

	memcpy(want.magic, STATE_MAGIC, sizeof(want.magic));
	if (fstat(s->fd, &st) != 0)
		return fault_errno(fi, FAULT_IO, "%s", folder);
	if ((size_t)st.st_size < sizeof(want) &&
	    pwrite(s->fd, &want, sizeof(want), 0) != sizeof(want))
		return fault_errno(fi, FAULT_IO, "%s", folder);
	if (pread(s->fd, &have, sizeof(have), 0) != sizeof(have) ||
	    memcmp(&have, &want, sizeof(have)) != 0)
		return fault_set(fi, FAULT_STORE,
		    "%s/" STATE_DEVICES " is not of this program and seed",
		    folder);
	if ((size_t)st.st_size < s->map_n &&
	    ftruncate(s->fd, (off_t)s->map_n) != 0)
		return fault_errno(fi, FAULT_IO, "%s", folder);
	return FAULT_OK;
}

/* A torn record at the end, of a write that a crash cut short, goes. */
static enum fault
open_held(struct state *s, const char *folder, struct fault_info *fi)
{
	struct stat st;

	TRY(open_file(&s->held_fd, folder, STATE_CERTIFICATES, O_APPEND, fi));
	if (fstat(s->held_fd, &st) != 0 ||
	    ftruncate(s->held_fd,
		st.st_size - st.st_size % (off_t)sizeof(struct held)) != 0)
		return fault_errno(
		    fi, FAULT_IO, "%s/" STATE_CERTIFICATES, folder);
	return FAULT_OK;
}

enum fault
state_open(struct state *s, const char *folder, uint32_t n, uint64_t seed,
    struct fault_info *fi)
{
	*s = (struct state){.n = n, .fd = -1, .held_fd = -1};
	s->map_n = sizeof(struct state_head) + n * sizeof(struct record);
	TRY(file_mkdir(folder, 0700, fi));
	TRY(open_file(&s->fd, folder, STATE_DEVICES, 0, fi));
	if (flock(s->fd, LOCK_EX | LOCK_NB) != 0)
		return fault_set(fi, FAULT_BUSY,
		    "another scms-fleet works with this seed (%s)", folder);
	TRY(check_head(s, seed, folder, fi));
	TRY(open_held(s, folder, fi));
	s->map =
	    mmap(NULL, s->map_n, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
	if (s->map == MAP_FAILED) {
		s->map = NULL;
		return fault_errno(fi, FAULT_IO, "%s", folder);
	}
	s->v = (void *)((uint8_t *)s->map + sizeof(struct state_head));
	return FAULT_OK;
}

void
state_close(struct state *s)
{
	if (s->map != NULL)
		munmap(s->map, s->map_n);
	if (s->held_fd >= 0)
		close(s->held_fd);
	if (s->fd >= 0)
		close(s->fd);
	*s = (struct state){.fd = -1, .held_fd = -1};
}

enum fault
state_hold(
    struct state *s, const struct held *h, size_t n, struct fault_info *fi)
{
	size_t size = n * sizeof(*h);

	if (write(s->held_fd, h, size) != (ssize_t)size)
		return fault_errno(fi, FAULT_IO, STATE_CERTIFICATES);
	return FAULT_OK;
}
