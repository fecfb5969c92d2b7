/* files.c - the global policy and the global chain file, as they are on disk
 * now. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "http/range.h"
#include "role/pg/pg.h"

#define GPF_BEGIN  "global_policy_"
#define GCCF_BEGIN "global_certificate_chains_"
#define ENDING	   ".oer"

static bool
is_of_kind(const char *name, const char *begin)
{
	size_t n = strlen(name), m = strlen(begin);

	return n > m + strlen(ENDING) && strncmp(name, begin, m) == 0 &&
	       strcmp(name + n - strlen(ENDING), ENDING) == 0;
}

/* The last name of a kind, in arena memory. */
static enum fault
find(const char **out, struct arena *arena, const char *folder,
    const char *begin, struct fault_info *fi)
{
	DIR *d = opendir(folder);
	struct dirent *e;

	if (d == NULL)
		return fault_errno(fi, FAULT_IO, "%s", folder);
	*out = "";
	while ((e = readdir(d)) != NULL && *out != NULL)
		if (is_of_kind(e->d_name, begin) && strcmp(e->d_name, *out) > 0)
			*out = arena_printf(arena, "%s", e->d_name);
	closedir(d);
	if (*out == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%s", folder);
	return **out != '\0' ? FAULT_OK
			     : fault_set(fi, FAULT_NOT_FOUND,
				   "%s: no %s*" ENDING, folder, begin);
}

static enum fault
read_last(struct pg *pg, struct bytes *out, const char **name,
    struct arena *arena, const char *begin, struct fault_info *fi)
{
	char path[PATH_SIZE];

	TRY(find(name, arena, pg->folder, begin, fi));
	path_join(path, pg->folder, *name);
	return file_read(out, arena, path, PG_FILE_MAX, fi);
}

enum fault
pg_global_policy(struct pg *pg, struct bytes *out, const char **name,
    struct arena *arena, struct fault_info *fi)
{
	return read_last(pg, out, name, arena, GPF_BEGIN, fi);
}

enum fault
pg_chain_file(struct pg *pg, struct bytes *out, const char **name,
    struct arena *arena, struct fault_info *fi)
{
	return read_last(pg, out, name, arena, GCCF_BEGIN, fi);
}

static void
reply_file(struct pg *pg, const struct http_request *request,
    struct http_response *response, const char *begin)
{
	struct fault_info fi;
	struct bytes file;
	const char *name;

	if (read_last(pg, &file, &name, request->arena, begin, &fi) !=
	    FAULT_OK) {
		log_error("%s", fi.text);
		http_reply(response, 503, BYTES_NONE);
		return;
	}
	atomic_fetch_add(&pg->downloads, 1);
	http_reply_download(request, response, name, file);
}

void
pg_handle_policy(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	reply_file(ctx, request, response, GPF_BEGIN);
}

void
pg_handle_chains(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	reply_file(ctx, request, response, GCCF_BEGIN);
}
