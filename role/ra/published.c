/* published.c - see published.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cert/chainfile.h"
#include "cert/policy.h"
#include "role/ra/published.h"

#define FILE_MAX  ((size_t)4 << 20)
#define ARENA_MAX ((size_t)32 << 20)

void
published_init(struct published *p, const char *path,
    published_name_fn *name_of, const struct component *self)
{
	memset(p, 0, sizeof(*p));
	pthread_mutex_init(&p->lock, NULL);
	snprintf(p->path, sizeof(p->path), "%s", path);
	p->name_of = name_of;
	p->self = self;
	p->arena = arena_new(FILE_MAX);
}

void
published_destroy(struct published *p)
{
	arena_free(&p->arena);
	pthread_mutex_destroy(&p->lock);
}

enum fault
published_lccf(char out[PUBLISHED_NAME], struct bytes in,
    const struct component *self, struct fault_info *fi)
{
	struct arena arena = arena_new(ARENA_MAX);
	struct chain_file file;
	enum fault f = chain_file_open(&file, &arena, in, fi);

	(void)self; /* each device validates for itself */
	if (f == FAULT_OK && !file.local)
		f = fault_set(fi, FAULT_BAD_MESSAGE, "not a local chain file");
	if (f == FAULT_OK)
		chain_file_name(out, &file);
	arena_free(&arena);
	return f;
}

#define ID_OCTETS 6
#define ID_TEXT	  (2 * ID_OCTETS + 1)

/* The first octets of an id in hexadecimal; "0" for an empty one. */
static void
id_text(char out[ID_TEXT], struct bytes id)
{
	memcpy(out, "0", 2);
	if (id.n > 0)
		hex_encode(out, id.p, id.n < ID_OCTETS ? id.n : ID_OCTETS);
}

enum fault
published_lpf(char out[PUBLISHED_NAME], struct bytes in,
    const struct component *self, struct fault_info *fi)
{
	struct arena arena = arena_new(ARENA_MAX);
	char global[ID_TEXT], local[ID_TEXT];
	struct policy_file file;
	enum fault f =
	    policy_open(&file, &arena, in, self->trust, TRUST_ANY_TIME, fi);

	if (f == FAULT_OK && !file.is_local)
		f = fault_set(fi, FAULT_BAD_MESSAGE, "not a local policy file");
	if (f == FAULT_OK) {
		id_text(global, file.head.id);
		id_text(local, file.local_head.id);
		snprintf(out, PUBLISHED_NAME, "local_policy_%s_%s.oer", global,
		    local);
	}
	arena_free(&arena);
	return f;
}

/* What could not be read is read again the next time; until then, what was read
 * before stays published. */
static enum fault
read_file(struct published *p, struct fault_info *fi)
{
	struct arena arena = arena_new(FILE_MAX);
	struct bytes contents;
	enum fault f = file_read(&contents, &arena, p->path, FILE_MAX, fi);

	if (f != FAULT_OK)
		p->inode = 0;
	if (f == FAULT_IO) {
		arena_free(&arena);
		return f;
	}
	arena_free(&p->arena);
	p->arena = arena;
	p->contents = contents;
	p->name[0] = '\0';
	return f;
}

static enum fault
read_anew(struct published *p, struct fault_info *fi)
{
	enum fault f;

	TRY(read_file(p, fi));
	f = p->name_of(p->name, p->contents, p->self, fi);
	if (f != FAULT_OK) {
		p->name[0] = '\0';
		log_error("%s is not published: %s", p->path, fi->text);
	} else {
		p->reading++;
	}
	return f;
}

/* Reads the file if it is another than before. */
static void
refresh(struct published *p)
{
	struct fault_info fi;
	struct stat st;

	if (stat(p->path, &st) != 0) {
		p->name[0] = '\0';
		p->inode = 0;
		return;
	}
	if (st.st_ino == p->inode && st.st_mtim.tv_sec == p->changed.tv_sec &&
	    st.st_mtim.tv_nsec == p->changed.tv_nsec)
		return;
	p->inode = st.st_ino;
	p->changed = st.st_mtim;
	/* the first one is no news, least of all to a command */
	if (read_anew(p, &fi) == FAULT_OK && p->reading > 1)
		log_info("publishing %s", p->name);
}

unsigned
published_reading(struct published *p)
{
	unsigned n;

	pthread_mutex_lock(&p->lock);
	refresh(p);
	n = p->name[0] == '\0' ? 0 : p->reading;
	pthread_mutex_unlock(&p->lock);
	return n;
}

enum fault
published_get(struct published *p, const char **name, struct bytes *contents,
    struct arena *arena, struct fault_info *fi)
{
	enum fault f = FAULT_OK;

	pthread_mutex_lock(&p->lock);
	refresh(p);
	if (p->name[0] == '\0') {
		f = fault_set(fi, FAULT_NOT_FOUND, "no file to publish");
	} else {
		*name = arena_printf(arena, "%s", p->name);
		*contents = bytes_copy(arena, p->contents);
		if (*name == NULL || contents->p == NULL)
			f = fault_set(
			    fi, FAULT_INTERNAL, "%s is too large", p->name);
	}
	pthread_mutex_unlock(&p->lock);
	return f;
}
