/* crl_show.c - scms crl show: a composite CRL in words. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time32.h"
#include "cert/crl.h"
#include "cert/profile.h"
#include "coer/coer.h"
#include "schema/component_cert.h"
#include "tool/scms/crl.h"

#define COMPOSITE_MAX ((size_t)64 << 20)

static const char *
series_name(uint16_t series)
{
	switch (series) {
	case CRL_SERIES_PSEUDONYM:
		return "pseudonym certificates";
	case CRL_SERIES_COMPONENT:
		return "components";
	case CRL_SERIES_END_ENTITY:
		return "identification and application certificates";
	case CRL_SERIES_ENROLLMENT:
		return "enrollment certificates";
	case CRL_SERIES_SPECIAL:
		return "MA, PG and CRL generator";
	default:
		return "?";
	}
}

static void
show_group(const struct crl_linkage_group *g)
{
	char la1[5], la2[5];

	hex_encode(la1, g->la1, sizeof(g->la1));
	hex_encode(la2, g->la2, sizeof(g->la2));
	printf("  jMax %-3u  LAs %s %s  iMax %-5u  entries %zu\n", g->jmax, la1,
	    la2, g->i_max, g->n);
}

static void
show_entry(const struct crl_hash_entry *e)
{
	char id[2 * CRL_ID_SIZE + 1], until[TIME32_TEXT];

	hex_encode(id, e->id, sizeof(e->id));
	time32_text(until, e->expiry);
	printf("  %s  until %s\n", id, until);
}

static void
show_list(struct crl_desk *d, const struct crl *crl)
{
	char issued[TIME32_TEXT], next[TIME32_TEXT], root[2 * CERT_ID_SIZE + 1];
	size_t n = crl->entries;

	time32_text(issued, crl->issued);
	time32_text(next, crl->next);
	for (size_t k = 0; k < crl->groups; k++)
		n += crl->group[k].n;
	hex_encode(root, crl->craca, sizeof(crl->craca));
	printf("series %u: %s of root %s\n", crl->series,
	    series_name(crl->series), root);
	printf("  signed by %s  issued %s  next %s%s\n",
	    cert_name(&d->arena, crl->signer), issued, next,
	    crl->next <= d->now ? " (overdue)" : "");
	if (crl->series == CRL_SERIES_PSEUDONYM)
		printf("  period %u  list %u of it  entries %zu\n", crl->i_rev,
		    crl->index_within_i, n);
	else
		printf("  serial %u  entries %zu\n", crl->serial, n);
	for (size_t k = 0; k < crl->groups; k++)
		show_group(&crl->group[k]);
	for (size_t k = 0; k < crl->entries; k++)
		show_entry(&crl->entry[k]);
}

/* Whom it removes; the votes are judged by those whom it concerns. */
static enum fault
show_ballot(struct crl_desk *d, const char *what, struct bytes ballot,
    struct fault_info *fi)
{
	char id[2 * CERT_ID_SIZE + 1];
	elector_ballot b;
	struct cert *k;

	TRY(coer_decode(&elector_ballot_asn, &b, &d->arena, ballot, fi));
	TRY(cert_of(&k, &d->arena, &b.certificate, fi));
	hex_encode(id, k->id, sizeof(k->id));
	printf("ballot removes %s %s %s  votes %zu\n", what,
	    cert_name(&d->arena, k), id, b.endorsements.n);
	return FAULT_OK;
}

static enum fault
show(struct crl_desk *d, struct bytes in, struct fault_info *fi)
{
	struct crl_rules rules = {.now = d->now,
	    .tolerance = (uint32_t)d->site->env.time_tolerance_seconds};
	struct crl_composite c;

	TRY(crl_composite_open(&c, &d->arena, in, d->trust, &rules, fi));
	for (size_t k = 0; k < c.parts.lists; k++)
		show_list(d, &c.list[k]);
	for (size_t k = 0; k < c.parts.root_ballots; k++)
		TRY(show_ballot(d, "root", c.parts.root_ballot[k], fi));
	for (size_t k = 0; k < c.parts.elector_ballots; k++)
		TRY(show_ballot(d, "elector", c.parts.elector_ballot[k], fi));
	return FAULT_OK;
}

static int
is_composite(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return strncmp(e->d_name, "crl_", 4) == 0 && n > 8 &&
	       strcmp(e->d_name + n - 4, ".oer") == 0;
}

/* The last by name, as the CRL store has it. */
static enum fault
find_current(
    char out[PATH_SIZE], const struct site *site, struct fault_info *fi)
{
	char folder[PATH_SIZE];
	struct dirent **names;
	int n;

	path_join(folder, site->dir, "crlstore/data");
	if ((n = scandir(folder, &names, is_composite, alphasort)) < 0)
		return fault_errno(fi, FAULT_IO, "%s", folder);
	if (n > 0)
		path_join(out, folder, names[n - 1]->d_name);
	for (int k = 0; k < n; k++)
		free(names[k]);
	free(names);
	return n > 0
		   ? FAULT_OK
		   : fault_set(fi, FAULT_NOT_FOUND, "%s: no crl_*.oer", folder);
}

enum fault
crl_show(struct crl_desk *d, const char *path, struct fault_info *fi)
{
	char current[PATH_SIZE];
	struct bytes in;
	enum fault f;

	if (path == NULL) {
		TRY(find_current(current, d->site, fi));
		path = current;
	}
	TRY(file_read(&in, &d->arena, path, COMPOSITE_MAX, fi));
	printf("%s: %zu octets\n", path, in.n);
	f = show(d, in, fi);
	return f == FAULT_OK ? f : fault_prefix(fi, "%s", path);
}
