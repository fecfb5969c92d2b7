/* world.h - a root, an ICA and an ECA in a folder of /tmp, and devices that
 * ask it for enrollment certificates. */
#ifndef TEST_ECA_WORLD_H
#define TEST_ECA_WORLD_H

#include "role/eca/eca.h"
#include "schema/eca_ee.h"

#define NOW 700000000u

struct world {
	char folder[64];
	struct environment env;
	struct arena arena;
	struct audit *audit;
	struct eca *eca;
};

/* Aborts the test when something fails. */
void world_open(struct world *);
void world_close(struct world *);
/* The ECA stops and starts again on the same folder. */
void world_restart(struct world *);

/* A device's key and the request it would send, before it is signed. */
struct csr_maker {
	struct scalar d;
	struct point Q;
	ee_eca_cert_request request;
	psid_ssp_range psid[4];
	psid_group_permissions group;
	sequence_of_psid_group_permissions groups;
	geographic_region region;
	identified_region identified[4];
	sequence_of_octet_string empty_ssp;
	octet_string nothing;
};

/* A fresh key; everything else as the profile wants it. */
void csr_begin(struct csr_maker *);
/* Encoded and signed by the key; the maker stays as it is. */
struct bytes
csr_sign(const struct csr_maker *, struct arena *, bool extra_octet);

#endif /* TEST_ECA_WORLD_H */
