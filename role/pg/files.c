/* files.c - the global policy and the global chain file, as they are on disk
 * now. */
#include "base/log.h"
#include "http/range.h"
#include "role/pg/pg.h"
#include "service/versions.h"

static enum fault
read_last(struct pg *pg, struct bytes *out, const char **name,
    struct arena *arena, const char *begin, struct fault_info *fi)
{
	char path[PATH_SIZE], last[VERSION_NAME];

	TRY(versions_last(last, pg->folder, begin, fi));
	if ((*name = arena_printf(arena, "%s", last)) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%s", pg->folder);
	path_join(path, pg->folder, last);
	return file_read(out, arena, path, PG_FILE_MAX, fi);
}

enum fault
pg_global_policy(struct pg *pg, struct bytes *out, const char **name,
    struct arena *arena, struct fault_info *fi)
{
	return read_last(pg, out, name, arena, PG_POLICY, fi);
}

enum fault
pg_chain_file(struct pg *pg, struct bytes *out, const char **name,
    struct arena *arena, struct fault_info *fi)
{
	return read_last(pg, out, name, arena, PG_CHAINS, fi);
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
	reply_file(ctx, request, response, PG_POLICY);
}

void
pg_handle_chains(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	reply_file(ctx, request, response, PG_CHAINS);
}
