/* site.c - see site.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "service/service.h"
#include "tool/scms/site.h"

#define SITE_MEMORY (1u << 20)

static enum fault
lock(struct site *s, struct fault_info *fi)
{
	s->lock = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->lock < 0)
		return fault_errno(fi, FAULT_IO, "%s", s->dir);
	if (flock(s->lock, LOCK_EX | LOCK_NB) == 0)
		return FAULT_OK;
	return errno == EWOULDBLOCK ? fault_set(fi, FAULT_BUSY,
					  "%s: another scms is at work", s->dir)
				    : fault_errno(fi, FAULT_IO, "%s", s->dir);
}

static enum fault
read_settings(struct site *s, struct fault_info *fi)
{
	char path[PATH_SIZE];

	path_join(path, s->dir, "environment.conf");
	TRY(environment_read(&s->env, &s->arena, path, fi));
	path_join(path, s->dir, "clock");
	return service_clock_read(path, fi);
}

enum fault
site_open(
    struct site *s, const char *dir, enum site_use use, struct fault_info *fi)
{
	char real[PATH_MAX];
	enum fault f = FAULT_OK;

	*s = (struct site){.lock = -1};
	if (realpath(dir, real) == NULL)
		return fault_errno(fi,
		    errno == ENOENT ? FAULT_NOT_FOUND : FAULT_IO, "%s", dir);
	/* Names of our own are appended to it later. */
	if (strlen(real) > PATH_SIZE / 2)
		return fault_set(fi, FAULT_USAGE, "%s: path too long", real);
	memcpy(s->dir, real, strlen(real) + 1);
	s->arena = arena_new(SITE_MEMORY);
	if (use == SITE_LOCKED)
		f = lock(s, fi);
	if (f == FAULT_OK)
		f = read_settings(s, fi);
	if (f != FAULT_OK)
		site_close(s);
	return f;
}

void
site_close(struct site *s)
{
	if (s->lock >= 0)
		close(s->lock);
	s->lock = -1;
	arena_free(&s->arena);
}

const char *
site_url(struct arena *arena, const struct environment *env, const char *name,
    unsigned port, const char *path)
{
	return arena_printf(
	    arena, "https://%s.%s:%u%s", name, env->domain, port, path);
}
