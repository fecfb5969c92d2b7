/* ceremony_chain_files.c - the electors' ballot on the root, GCCF and LCCF. */
#include <stdio.h>

#include "cert/ballot.h"
#include "cert/chainfile.h"
#include "tool/scms/ceremony.h"

static const enum actor_id global[] = {ACTOR_ICA, ACTOR_ECA, ACTOR_PCA,
    ACTOR_RA, ACTOR_LA1, ACTOR_LA2, ACTOR_CRLG, ACTOR_PG};
/* What a device, or who checks its messages, must know. */
static const enum actor_id local[] = {
    ACTOR_ICA, ACTOR_ECA, ACTOR_PCA, ACTOR_RA, ACTOR_CRLG, ACTOR_PG};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static enum fault
elect(struct ceremony *c, struct bytes *ballot, struct fault_info *fi)
{
	const struct cert *root = c->actor[ACTOR_ROOT].cert;
	struct bytes endorsement[ELECTORS];
	struct cert *electors[ELECTORS];

	for (size_t i = 0; i < ELECTORS; i++) {
		struct actor *a = &c->actor[ACTOR_ELECTOR1 + i];

		electors[i] = a->cert;
		TRY(endorsement_sign(&endorsement[i], &c->arena,
		    ENDORSE_ADD_ROOT, root, c->now, &a->signer, fi));
	}
	TRY(ballot_build(ballot, &c->arena, root, endorsement, ELECTORS, fi));
	TRY(ballot_check(NULL, &c->arena, *ballot, ENDORSE_ADD_ROOT, electors,
	    ELECTORS, QUORUM, c->now, fi));
	ceremony_record(c,
	    "Ballot: %d of %d electors endorse the root, quorum "
	    "%d",
	    ELECTORS, ELECTORS, QUORUM);
	return FAULT_OK;
}

static void
collect(struct bytes *out, const struct ceremony *c, const enum actor_id *ids,
    size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = c->actor[ids[i]].raw;
}

static enum fault
write_chain_file(struct ceremony *c, const struct chain_file *file,
    const char *public, const char *other, struct fault_info *fi)
{
	char name[CHAIN_FILE_NAME] = "global_certificate_chains_0001.oer";
	struct bytes octets;

	TRY(chain_file_build(&octets, &c->arena, file, fi));
	if (file->local)
		chain_file_name(name, file);
	TRY(ceremony_write(c, public, octets, 0644, fi));
	TRY(ceremony_write(c, other, octets, 0644, fi));
	ceremony_record_hash(c, name, octets);
	return FAULT_OK;
}

static enum fault
write_chain_files(
    struct ceremony *c, const struct bytes *ballot, struct fault_info *fi)
{
	struct bytes all[COUNT(global)], some[COUNT(local)];
	struct chain_file file = {.gccf_version = 1,
	    .root_ballot = ballot,
	    .n_root_ballot = 1,
	    .ma = c->actor[ACTOR_MA].raw,
	    .cert = all,
	    .n_cert = COUNT(global)};

	collect(all, c, global, COUNT(global));
	TRY(write_chain_file(c, &file, "public/GCCF.oer",
	    "pg/data/global_certificate_chains_0001.oer", fi));
	collect(some, c, local, COUNT(local));
	file.local = true;
	file.lccf_version = 1;
	file.ra_hostname = c->actor[ACTOR_RA].name;
	file.cert = some;
	file.n_cert = COUNT(local);
	return write_chain_file(
	    c, &file, "public/LCCF.oer", "ra/data/lccf.oer", fi);
}

enum fault
ceremony_chain_files(struct ceremony *c, struct fault_info *fi)
{
	struct bytes ballot;

	TRY(elect(c, &ballot, fi));
	ceremony_record(c, "Chain files (SHA-256)");
	return write_chain_files(c, &ballot, fi);
}
