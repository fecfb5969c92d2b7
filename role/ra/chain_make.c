/* chain_make.c - see chain_make.h. */
#include <stdio.h>

#include "base/log.h"
#include "base/time32.h"
#include "cert/chainfile.h"
#include "cert/perm.h"
#include "role/ra/chain_make.h"
#include "role/ra/policy_make.h"
#include "service/crash.h"

static enum fault
open_kind(struct chain_file *out, struct arena *arena, struct bytes in,
    bool local, struct fault_info *fi)
{
	TRY(chain_file_open(out, arena, in, fi));
	return out->local == local
		   ? FAULT_OK
		   : fault_set(fi, FAULT_BAD_MESSAGE, "not a %s chain file",
			 local ? "local" : "global");
}

static enum fault
read_lccf(struct chain_file *out, struct bytes *file, struct ra *ra,
    struct arena *arena, struct fault_info *fi)
{
	TRY(file_read(file, arena, ra->lccf.path, POLICY_LIMIT, fi));
	return open_kind(out, arena, *file, true, fi);
}

/* ---- what goes in ---- */

/* Devices talk to nobody who is an LA. */
static bool
is_for_devices(const struct cert *c, uint32_t now)
{
	return perm_role(c) != SCMS_LA && c->end > now;
}

/* Those of in that verify; what does not is named in the log and left out. */
static enum fault
choose(struct ra *ra, struct chain_file *out, struct arena *arena,
    const struct chain_file *in, struct fault_info *fi)
{
	struct bytes *v = ARENA_ARRAY(arena, in->n_cert + 1, struct bytes);
	uint32_t now = time32_now();
	struct fault_info why;
	struct cert *c;

	if (v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "chain file");
	out->cert = v;
	out->n_cert = 0;
	for (size_t k = 0; k < in->n_cert; k++) {
		TRY(cert_load(&c, arena, in->cert[k], fi));
		if (trust_check_chain(NULL, ra->self.trust, c, TRUST_ANY_TIME,
			&why) != FAULT_OK) {
			log_warn("global chain file: %s is left out: %s",
			    cert_name(arena, c), why.text);
			continue;
		}
		if (is_for_devices(c, now))
			v[out->n_cert++] = in->cert[k];
	}
	return FAULT_OK;
}

static enum fault
check_ma(struct ra *ra, struct arena *arena, const struct chain_file *in,
    struct fault_info *fi)
{
	struct cert *c;
	enum fault f;

	TRY(cert_load(&c, arena, in->ma, fi));
	f = trust_check_chain(NULL, ra->self.trust, c, TRUST_ANY_TIME, fi);
	/* A chain file must have one, even if it is revoked. */
	return f == FAULT_OK || f == FAULT_REVOKED
		   ? FAULT_OK
		   : fault_prefix(fi, "MA in the global chain file");
}

/* ---- the file ---- */

static enum fault
make(struct ra *ra, struct bytes *out, struct arena *arena,
    const struct chain_file *gccf, const struct chain_file *current,
    struct fault_info *fi)
{
	struct chain_file file = *gccf;

	file.local = true;
	file.lccf_version = (uint16_t)(current->lccf_version + 1);
	file.ra_hostname = ra->self.name;
	TRY(check_ma(ra, arena, gccf, fi));
	TRY(choose(ra, &file, arena, gccf, fi));
	return chain_file_build(out, arena, &file, fi);
}

static enum fault
publish(struct ra *ra, struct arena *arena, struct bytes file,
    struct bytes former, const char *who, struct fault_info *fi)
{
	char folder[PATH_SIZE], name[PUBLISHED_NAME];

	policy_folder(ra, folder);
	if (published_lccf(name, former, &ra->self, NULL) == FAULT_OK)
		TRY(versions_add(
		    ra->service->audit, folder, name, former, "found", fi));
	TRY(published_lccf(name, file, &ra->self, fi));
	TRY(versions_add(ra->service->audit, folder, name, file, who, fi));
	crash_point("ra-chains-kept");
	TRY(file_write(ra->lccf.path, file, 0644, fi));
	crash_point("ra-chains-published");
	(void)arena;
	return FAULT_OK;
}

enum fault
chain_update(
    struct ra *ra, struct arena *arena, const char *who, struct fault_info *fi)
{
	char folder[PATH_SIZE], path[PATH_SIZE], name[VERSION_NAME];
	struct chain_file gccf, current = {.local = true};
	struct bytes in, out, former = BYTES_NONE;

	policy_folder(ra, folder);
	if (versions_last(name, folder, CHAIN_GCCF, NULL) != FAULT_OK)
		return FAULT_OK;
	path_join(path, folder, name);
	TRY(file_read(&in, arena, path, POLICY_LIMIT, fi));
	TRY(open_kind(&gccf, arena, in, false, fi));
	if (read_lccf(&current, &former, ra, arena, NULL) == FAULT_OK &&
	    current.gccf_version >= gccf.gccf_version)
		return FAULT_OK;
	/* Issuers that are new are among its certificates. */
	TRY(trust_add_known(ra->self.trust, in, fi));
	TRY(make(ra, &out, arena, &gccf, &current, fi));
	return publish(ra, arena, out, former, who, fi);
}

enum fault
chain_keep_gccf(struct ra *ra, struct arena *arena, struct bytes file,
    const char *who, struct fault_info *fi)
{
	struct chain_file gccf, current;
	char folder[PATH_SIZE], name[VERSION_NAME];
	struct bytes lccf;

	TRY(open_kind(&gccf, arena, file, false, fi));
	if (read_lccf(&current, &lccf, ra, arena, NULL) == FAULT_OK &&
	    current.gccf_version > gccf.gccf_version)
		return fault_set(fi, FAULT_DENIED,
		    "global chain file %u is older than %u, which is in use",
		    gccf.gccf_version, current.gccf_version);
	policy_folder(ra, folder);
	snprintf(name, sizeof(name), CHAIN_GCCF "%04u.oer", gccf.gccf_version);
	TRY(versions_add(ra->service->audit, folder, name, file, who, fi));
	return chain_update(ra, arena, who, fi);
}
