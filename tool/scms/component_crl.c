/* component_crl.c - a new root, and the lists of the former one; see
 * component.h. */
#include <stdio.h>
#include <string.h>

#include "tool/scms/component.h"
#include "tool/scms/special.h"

#define KEY_MAX 4096u

/* The generator goes on signing about certificates of the former root
 * (role/crlg/signers.h): this key does not go as others do. */
static enum fault
keep_signer(struct component_job *job, struct fault_info *fi)
{
	struct bytes raw = job->former[ACTOR_CRLG], key;
	char path[PATH_SIZE], name[64], id[2 * CERT_ID_SIZE + 1];
	struct cert *former;

	if (raw.n == 0)
		return FAULT_OK;
	TRY(cert_load(&former, &job->c.arena, raw, fi));
	if (former->end <= job->c.now)
		return FAULT_OK;
	hex_encode(id, former->id, CERT_ID_SIZE);
	snprintf(name, sizeof(name), SPECIAL_PART "/roots/%s.oer", id);
	TRY(change_write(&job->change, name, raw, 0644, fi));
	snprintf(name, sizeof(name), SPECIAL_PART "/roots/%s.key", id);
	path_join(path, job->site->dir, SPECIAL_PART "/sign.key");
	TRY(file_read(&key, &job->c.arena, path, KEY_MAX, fi));
	return change_write(&job->change, name, key, 0600, fi);
}

/* The new root's list of series 256, with nobody on it. */
static enum fault
first_list(struct component_job *job, struct fault_info *fi)
{
	struct actor *root = &job->c.actor[ACTOR_ROOT];
	char name[sizeof(SPECIAL_PART "/") + SPECIAL_NAME], own[SPECIAL_NAME];
	struct bytes list;

	TRY(special_sign(
	    &list, &job->c.arena, 0, NULL, 0, job->c.now, &root->signer, fi));
	special_name(own, root->cert);
	snprintf(name, sizeof(name), SPECIAL_PART "/%s", own);
	return change_write(&job->change, name, list, 0644, fi);
}

enum fault
component_crl(struct component_job *job, struct fault_info *fi)
{
	if (!job->plan.is_new[ACTOR_ROOT])
		return FAULT_OK;
	TRY(keep_signer(job, fi));
	return first_list(job, fi);
}
