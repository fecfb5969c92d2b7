/*
 * crl.c - CRL contents and composite CRLs; and lists and composites as they
 * come in, opened by somebody who knows a root and a generator.
 *
 * Nobody can guess a signature, so any octets are also signed as contents: what
 * opens then is written again and must be the same, but for a priority.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cert/crl.h"
#include "cert/perm.h"
#include "cert/profile.h"
#include "cert/spdu.h"
#include "fuzz.h"
#include "schema/all.h"
#include "test/unit/cert/common.h"

#define MEMORY ((size_t)16 << 20)

static const struct crl_rules rules = {.now = NOW, .tolerance = 5};

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

/* Groups as they came may be in another order, or have empty nodes: reading
 * what was written must give the same columns. */
static bool
same_columns(const struct crl *a, const struct crl *b)
{
	bool same = a->series == b->series && a->issued == b->issued &&
		    a->next == b->next && a->groups == b->groups &&
		    a->entries == b->entries;

	for (size_t k = 0; same && k < a->entries; k++)
		same = a->entry[k].expiry == b->entry[k].expiry &&
		       memcmp(a->entry[k].id, b->entry[k].id, CRL_ID_SIZE) == 0;
	for (size_t k = 0; same && k < a->groups; k++)
		same = a->group[k].n == b->group[k].n &&
		       a->group[k].jmax == b->group[k].jmax &&
		       a->group[k].i_max == b->group[k].i_max &&
		       (a->group[k].n == 0 ||
			   memcmp(a->group[k].seed2, b->group[k].seed2,
			       a->group[k].n * sizeof(struct key16)) == 0);
	return same;
}

#define AT_CRACA  3 /* version, series; dates follow */
#define AT_ISSUED (AT_CRACA + CERT_ID_SIZE)
#define HEAD	  (AT_ISSUED + 8)

/* About the certificates of our root, and of today: keys are new in each run.
 */
static struct bytes
for_us(struct arena *a, struct bytes in)
{
	uint8_t *p = arena_alloc(a, in.n, 1);
	struct writer w;

	must(p != NULL, "no memory");
	memcpy(p, in.p, in.n);
	w = writer_of(p + AT_CRACA, HEAD - AT_CRACA);
	write_span(&w, world()->root.cert->id, CERT_ID_SIZE);
	write_uint(&w, NOW, 4);
	write_uint(&w, NOW + 1, 4);
	return (struct bytes){p, in.n};
}

static void
as_contents(struct arena *a, struct bytes in)
{
	static const struct spdu_header h = {.psid = PSID_CRL};
	const struct world *w = world();
	struct crl read, opened, again;
	struct bytes list, out;

	/* One signature costs more than all the rest. */
	if (in.n < HEAD || crl_read(&read, a, in, NULL) != FAULT_OK)
		return;
	in = for_us(a, in);
	must(crl_read(&read, a, in, NULL) == FAULT_OK, "not for us");
	must(spdu_sign(&list, a, &h, in, SIGNER_DIGEST,
		 read.series == CRL_SERIES_SPECIAL ? &w->root.signer
						   : &w->crlg.signer,
		 NULL) == FAULT_OK,
	    "contents cannot be signed");
	if (crl_open(&opened, a, list, w->trust, &rules, NULL) != FAULT_OK)
		return;
	must(same_columns(&read, &opened), "opened is not what was read");
	must(crl_encode(&out, a, &opened, NULL) == FAULT_OK &&
		 crl_read(&again, a, out, NULL) == FAULT_OK &&
		 same_columns(&opened, &again),
	    "written is not what was opened");
}

static void
as_message(struct arena *a, struct bytes in)
{
	struct crl_composite c;
	struct crl_parts parts;
	struct bytes out;
	struct crl crl;

	(void)!crl_open(&crl, a, in, world()->trust, &rules, NULL);
	(void)!crl_composite_open(&c, a, in, world()->trust, &rules, NULL);
	if (crl_composite_read(&parts, a, in, NULL) != FAULT_OK)
		return;
	/* Additions of later editions are not written again. */
	must(crl_composite_build(&out, a, &parts, NULL) == FAULT_OK &&
		 (in.p[0] != 0 || bytes_equal(in, out)),
	    "a composite taken apart is another");
}

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct arena a = arena_new(MEMORY);
	struct bytes b = {in, n};

	if (A.blocks == NULL)
		A = arena_new(MEMORY); /* for world() */
	fuzz_round_trip(&crl_contents_asn, in, n);
	fuzz_round_trip(&composite_crl_asn, in, n);
	as_contents(&a, b);
	as_message(&a, b);
	arena_free(&a);
	return 0;
}
