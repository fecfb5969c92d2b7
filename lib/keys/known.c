/* known.c - see known.h. */
#include <dirent.h>
#include <string.h>

#include "base/file.h"
#include "keys/known.h"

#define CERTIFICATE_MAX 4096

struct search {
	const struct component *self;
	const char *name;
	enum scms_role role;
	uint32_t time;
	struct arena *arena;
	struct cert *best;
};

/* Files of one certificate; chain files name nobody in particular. */
static void
look_at(struct search *s, const char *path)
{
	const char *name;
	struct bytes raw;
	struct cert *c;

	if (file_read(&raw, s->arena, path, CERTIFICATE_MAX, NULL) !=
		FAULT_OK ||
	    cert_load(&c, s->arena, raw, NULL) != FAULT_OK ||
	    (name = cert_name(s->arena, c)) == NULL ||
	    strcmp(name, s->name) != 0 ||
	    perm_check_role(c, s->role, NULL) != FAULT_OK ||
	    trust_check_chain(NULL, s->self->trust, c, s->time, NULL) !=
		FAULT_OK)
		return;
	if (s->best == NULL || c->start > s->best->start)
		s->best = c;
}

enum fault
known_find(struct cert **out, struct arena *arena, const struct component *self,
    const char *folder, const char *name, enum scms_role role, uint32_t time,
    struct fault_info *fi)
{
	struct search s = {self, name, role, time, arena, NULL};
	char known[PATH_SIZE], path[PATH_SIZE];
	const struct dirent *e;
	DIR *dir;

	path_join(known, folder, "known");
	if ((dir = opendir(known)) == NULL)
		return fault_errno(fi, FAULT_IO, "%s", known);
	while ((e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.') {
			path_join(path, known, e->d_name);
			look_at(&s, path);
		}
	closedir(dir);
	if (s.best == NULL)
		return fault_set(fi, FAULT_NO_CERTIFICATE,
		    "no valid certificate of %s in %s", name, known);
	*out = s.best;
	return FAULT_OK;
}
