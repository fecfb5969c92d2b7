/*
 * site.h - a CRL generator and a CRL store in a folder that goes away, with the
 * keys and certificates of test/unit/cert/common.h; composites go from one to
 * the other without a network.
 */
#ifndef TEST_CRLG_SITE_H
#define TEST_CRLG_SITE_H

#include "cert/crl.h"
#include "role/crlg/crlg.h"
#include "role/crlstore/crlstore.h"
#include "schema/monarch.h"
#include "test/unit/cert/common.h"

#define WEEK 604800u

struct site {
	char dir[64], crlg[PATH_SIZE], store[PATH_SIZE], data[PATH_SIZE];
	struct environment env;
	struct service generator, keeper;
	struct crlg *g;
	struct crlstore s;
	uint32_t now; /* by the generator's clock */
};

/* The site of the running test: made by site_setup, removed by
 * site_teardown. */
extern struct site S;
int site_setup(void **);
int site_teardown(void **);
#define ST(f) cmocka_unit_test_setup_teardown(f, site_setup, site_teardown)

/* Opens generator and store anew, as after a crash. */
void site_reopen(void);

/* A file, and the folder it is in; the file of a key. */
void put(const char *folder, const char *name, struct bytes);
void put_key(const char *folder, const char *name, const struct scalar *);

uint32_t period_of(uint32_t time);
/* The store's own answer to a composite (accept.h) at a time. */
struct bringing {
	uint32_t now;
	size_t calls;
};
enum fault
bring(void *bringing, struct arena *, struct bytes, struct fault_info *);
/* One round of the thread that publishes; must work. */
void publish_at(uint32_t now);

/* What the store gives out; opened and checked. */
struct bytes given_out(void);
struct crl_composite lists_at(uint32_t now);
const struct crl *list_at(uint32_t now, uint16_t series);
size_t pairs_of(const struct crl *);

/* A revocation with one pair of seeds (first octets: seed, and 0xff - seed),
 * iMax, and jMax 20. */
struct revocation {
	monarch_revocation r;
	monarch_revocation_linkage linkage[2];
	monarch_revocation_digest digest[2];
};
void one_pair(
    struct revocation *, uint8_t id, uint32_t i, uint8_t seed, uint16_t i_max);
struct bytes signed_revocation(
    const struct party *, const monarch_revocation *, uint32_t time);
/* As the MA, at a time. */
void take_at(const struct revocation *, uint32_t time);

/* Everything that may change: state, rows, what is given out, names of files.
 */
struct bytes snapshot(void);

#endif /* TEST_CRLG_SITE_H */
