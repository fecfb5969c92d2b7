/* lists.c - see lists.h. */
#include "lists.h"

const struct crl_rules now_rules = {.now = NOW, .tolerance = 5};

struct crl
list_of(uint16_t series)
{
	struct crl crl = {.series = series,
	    .issued = NOW,
	    .next = NOW + WEEK,
	    .serial = 7,
	    .i_rev = 0x1a9};

	memcpy(crl.craca, world()->root.cert->id, sizeof(crl.craca));
	return crl;
}

struct crl
list_with_hashes(uint16_t series)
{
	static const struct crl_hash_entry entries[] = {
	    {"0123456789", NOW + 100}, {"abcdefghij", NOW + 200}};
	struct crl crl = list_of(series);

	crl.entry = entries;
	crl.entries = 2;
	return crl;
}

struct crl
list_with_seeds(void)
{
	static struct key16 seed1 = {"\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1"};
	static struct key16 seed2 = {"\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2"};
	static const struct crl_linkage_group group = {.jmax = 20,
	    .la1 = {0x2a, 0xa0},
	    .la2 = {0x0e, 0x7e},
	    .i_max = 580,
	    .seed1 = &seed1,
	    .seed2 = &seed2,
	    .n = 1};
	struct crl crl = list_of(CRL_SERIES_PSEUDONYM);

	crl.group = &group;
	crl.groups = 1;
	return crl;
}

struct bytes
contents_of(const struct crl *crl)
{
	struct bytes out;

	OK(crl_encode(&out, &A, crl, FI));
	return out;
}

struct bytes
signed_by(const struct party *p, const struct crl *crl)
{
	struct bytes out;

	OK(crl_sign(&out, &A, crl, &p->signer, FI));
	return out;
}

struct bytes
signed_as(
    const struct party *p, const struct spdu_header *h, struct bytes contents)
{
	struct bytes out;

	OK(spdu_sign(&out, &A, h, contents, SIGNER_DIGEST, &p->signer, FI));
	return out;
}

struct bytes
composite_of(struct bytes first, ...)
{
	struct bytes list[ROOM], out;
	struct crl_parts parts = {.list = list};
	va_list ap;

	va_start(ap, first);
	for (struct bytes b = first; b.p != NULL; b = va_arg(ap, struct bytes))
		list[parts.lists++] = b;
	va_end(ap);
	OK(crl_composite_build(&out, &A, &parts, FI));
	return out;
}

struct bytes
whole_composite(uint32_t time)
{
	struct bytes b[5];

	for (uint16_t k = 0; k < 5; k++) {
		struct crl crl = list_of(k < 4 ? k + 1 : CRL_SERIES_SPECIAL);

		crl.issued = time;
		b[k] = signed_by(k < 4 ? &world()->crlg : &world()->root, &crl);
	}
	return composite_of(b[0], b[1], b[2], b[3], b[4], BYTES_NONE);
}
