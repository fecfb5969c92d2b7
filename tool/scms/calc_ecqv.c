/* calc_ecqv.c - implicit certificates for scms calc. */
#include "cert/cert.h"
#include "tool/scms/calc.h"

enum fault
calc_ecqv(struct point *q, struct digest *e, struct bytes cert,
    struct bytes issuer, struct fault_info *fi)
{
	struct arena arena = arena_new((size_t)1 << 20);
	struct cert *c = NULL, *ca = NULL;
	enum fault f;

	f = cert_load(&c, &arena, cert, fi);
	if (f == FAULT_OK)
		f = cert_load(&ca, &arena, issuer, fi);
	if (f == FAULT_OK && !c->implicit)
		f = fault_set(fi, FAULT_BAD_CERTIFICATE_TYPE,
		    "--cert is an explicit certificate");
	if (f == FAULT_OK && !ca->has_key)
		f = fault_set(fi, FAULT_BAD_CERTIFICATE_TYPE,
		    "--issuer is an implicit certificate");
	if (f == FAULT_OK)
		f = cert_check_issued(c, ca, fi);
	if (f == FAULT_OK) {
		cert_ecqv_hash(e, c, ca);
		*q = c->key_p256;
	}
	arena_free(&arena);
	return f;
}
