/* pg.c - opening and closing; see pg.h. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "cert/perm.h"
#include "role/pg/pg.h"

static enum fault
open_all(struct pg *pg, const char *folder, struct fault_info *fi)
{
	struct arena arena = arena_new((size_t)2 * PG_FILE_MAX);
	struct policy_file policy_now;
	struct bytes file;
	const char *name;
	enum fault f;

	TRY(component_load(&pg->self, folder, fi));
	TRY(perm_check_role(pg->self.cert, SCMS_PG, fi));
	snprintf(pg->dir, sizeof(pg->dir), "%s", folder);
	path_join(pg->folder, folder, "data");
	f = pg_global_policy(pg, &file, &name, &arena, fi);
	if (f == FAULT_OK &&
	    (f = policy_open(&policy_now, &arena, file, pg->self.trust,
		 TRUST_ANY_TIME, fi)) != FAULT_OK)
		f = fault_prefix(fi, "%s", name);
	if (f == FAULT_OK)
		f = pg_chain_file(pg, &file, &name, &arena, fi);
	arena_free(&arena);
	return f;
}

enum fault
pg_open(struct pg **out, const char *folder, struct audit *audit,
    struct fault_info *fi)
{
	struct pg *pg = calloc(1, sizeof(*pg));
	enum fault f;

	if (pg == NULL)
		log_fatal("out of memory");
	pg->audit = audit;
	if ((f = open_all(pg, folder, fi)) != FAULT_OK)
		pg_close(pg);
	else
		*out = pg;
	return f;
}

void
pg_close(struct pg *pg)
{
	if (pg != NULL)
		component_free(&pg->self);
	free(pg);
}
