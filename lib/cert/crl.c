/* crl.c - see crl.h. */
#include "cert/crl.h"
#include "coer/coer.h"
#include "schema/component_cert.h"

const uint8_t crl_composite_empty[7] = {
    0x00, 0x01, 0x00, 0x01, 0x00, 0x01, 0x00};

enum fault
crl_composite(struct bytes *out, struct arena *a, const struct bytes *secured,
    size_t n, struct fault_info *fi)
{
	composite_crl c = {.secured_crl_series.n = n};
	size_t i;

	c.secured_crl_series.v = ARENA_ARRAY(a, n, secured_crl);
	if (c.secured_crl_series.v == NULL && n != 0)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "no memory left for %zu CRLs", n);
	for (i = 0; i < n; i++)
		TRY(coer_decode(&secured_crl_asn, &c.secured_crl_series.v[i], a,
		    secured[i], fi));
	return coer_encode_new(out, a, &composite_crl_asn, &c, fi);
}
