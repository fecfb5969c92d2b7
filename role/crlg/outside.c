/* outside.c - see outside.h. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "cert/profile.h"
#include "coer/coer.h"
#include "role/crlg/outside.h"
#include "schema/scms_protocol.h"

#define FILE_MAX ((size_t)1 << 20)

struct reading {
	struct outside *out;
	struct arena *arena;
	struct crlg *g;
	uint32_t now;
};

static enum fault
no_room(struct fault_info *fi)
{
	return fault_set(
	    fi, FAULT_TOO_MANY, "there is room for %d files", OUTSIDE_MOST);
}

static enum fault
add(struct bytes *list, size_t *n, struct bytes b, struct fault_info *fi)
{
	if (*n == OUTSIDE_MOST)
		return no_room(fi);
	list[(*n)++] = b;
	return FAULT_OK;
}

/* ---- lists of series 256 ---- */

static enum fault
take_special(struct reading *r, struct bytes in, struct fault_info *fi)
{
	struct crl_rules rules = {.now = r->now,
	    .tolerance = (uint32_t)r->g->environment->time_tolerance_seconds};
	struct crl *crl = &r->out->special[r->out->specials];
	enum fault f;

	if (r->out->specials == OUTSIDE_MOST)
		return no_room(fi);
	f = crl_open(crl, r->arena, in, r->g->self.trust, &rules, fi);
	/* Of a root that electors have removed: it counts no more. */
	if (f == FAULT_REVOKED)
		return FAULT_OK;
	TRY(f);
	if (crl->series != CRL_SERIES_SPECIAL)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "a list of series %u", crl->series);
	r->out->specials++;
	return FAULT_OK;
}

bool
outside_revokes(const struct outside *o, const struct cert *k)
{
	for (size_t n = 0; n < o->specials; n++)
		if (crl_names(&o->special[n], k))
			return true;
	return false;
}

/* ---- ballots ---- */

/* What the votes are for, as the first of them says: all are of one kind. */
static enum fault
read_kind(endorsement_type *out, struct arena *a, const elector_ballot *b,
    struct fault_info *fi)
{
	const ieee1609_dot2_data *d = &b->endorsements.v[0], *payload;
	scms_pdu *pdu = ARENA_NEW(a, scms_pdu);

	if (pdu == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "ballot");
	if (d->content.is == ieee1609_dot2_content_signed_data &&
	    (payload = d->content.signed_data.tbs_data.payload.data) != NULL &&
	    payload->content.is == ieee1609_dot2_content_unsecured_data &&
	    coer_decode(&scms_pdu_asn, pdu, a, payload->content.unsecured_data,
		NULL) == FAULT_OK &&
	    pdu->content.is == scms_pdu_content_ccm &&
	    pdu->content.ccm.is ==
		scms_component_certificate_management_pdu_tbs_elector_endorsement) {
		*out = pdu->content.ccm.tbs_elector_endorsement.type;
		return FAULT_OK;
	}
	return fault_set(fi, FAULT_BAD_MESSAGE, "not votes of electors");
}

static enum fault
take_ballot(struct reading *r, struct bytes in, struct fault_info *fi)
{
	elector_ballot *b = ARENA_NEW(r->arena, elector_ballot);
	endorsement_type kind;
	struct cert *subject;

	if (b == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "ballot");
	TRY(coer_decode(&elector_ballot_asn, b, r->arena, in, fi));
	TRY(cert_of(&subject, r->arena, &b->certificate, fi));
	TRY(read_kind(&kind, r->arena, b, fi));
	if (subject->end <= r->now)
		return FAULT_OK;
	if (kind == endorsement_type_remove_root)
		return add(r->out->root, &r->out->roots, in, fi);
	if (kind == endorsement_type_remove_elector)
		return add(r->out->elector, &r->out->electors, in, fi);
	return fault_set(
	    fi, FAULT_BAD_MESSAGE, "a ballot that removes nothing");
}

/* ---- folders ---- */

static int
is_oer(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return e->d_name[0] != '.' && n > 4 &&
	       strcmp(e->d_name + n - 4, ".oer") == 0;
}

/* In the order of names, so that nothing but a new file changes a composite. */
static enum fault
each_file(struct reading *r, const char *folder,
    enum fault (*take)(struct reading *, struct bytes, struct fault_info *),
    struct fault_info *fi)
{
	struct dirent **names;
	char path[PATH_SIZE];
	struct bytes in;
	int n = scandir(folder, &names, is_oer, alphasort);

	if (n < 0)
		return fault_errno(fi, FAULT_IO, "%s", folder);
	for (int k = 0; k < n; k++) {
		struct fault_info wrong;

		path_join(path, folder, names[k]->d_name);
		free(names[k]);
		if (file_read(&in, r->arena, path, FILE_MAX, &wrong) ==
			FAULT_OK &&
		    take(r, in, &wrong) == FAULT_OK)
			continue;
		fault_prefix(&wrong, "left out: %s", path);
		crlg_note(r->g, r->g->left_out, &wrong);
	}
	free(names);
	return FAULT_OK;
}

enum fault
outside_read(struct outside *out, struct arena *a, struct crlg *g, uint32_t now,
    struct fault_info *fi)
{
	struct reading r = {out, a, g, now};

	memset(out, 0, sizeof(*out));
	crlg_note(g, g->left_out, NULL);
	TRY(each_file(&r, g->special, take_special, fi));
	return each_file(&r, g->ballots, take_ballot, fi);
}
