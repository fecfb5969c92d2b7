/* crl_self.c - see crl_self.h. */
#include "device/crl_self.h"
#include "device/bundle.h"
#include "device/place.h"
#include "device/week.h"

#define ARENA_LIMIT (16u << 20)

enum fault
crl_self_check(struct trust *t, const struct cert *cert, struct fault_info *fi)
{
	uint8_t room[512];
	struct arena a = arena_of(room, sizeof(room));
	const struct cert *k = cert;

	for (unsigned up = 0; k != NULL && up <= CERT_CHAIN_MAX; up++) {
		const uint8_t *issuer = cert_issuer_id(k);

		if (trust_check_revoked(t, k, TRUST_ANY_TIME, fi) != FAULT_OK)
			return fault_prefix(
			    fi, "our certificate %s", cert_name(&a, k));
		k = issuer == NULL ? NULL : trust_find(t, issuer);
	}
	return FAULT_OK;
}

/* In the place, or in the bundle. */
static const char *
enrollment_file(const struct folder *place)
{
	return folder_has(place, FOLDER_ENROLLMENT) ? FOLDER_ENROLLMENT
						    : FOLDER_BUNDLE
		   "/" FOLDER_ENROLLMENT;
}

static enum fault
check_enrollment(struct trust *t, struct arena *a, const struct folder *place,
    struct fault_info *fi)
{
	struct bytes file;
	struct cert *cert;

	if (folder_read(&file, a, place, FOLDER_ECA, NULL) == FAULT_OK)
		TRY(trust_add_known(t, file, fi));
	if (folder_read(&file, a, place, enrollment_file(place), NULL) !=
	    FAULT_OK)
		return FAULT_OK;
	TRY(cert_load(&cert, a, file, fi));
	return crl_self_check(t, cert, fi);
}

enum fault
crl_self_enrollment(
    struct trust *t, const struct folder *place, struct fault_info *fi)
{
	struct arena a = arena_new(ARENA_LIMIT);
	enum fault fault = check_enrollment(t, &a, place, fi);

	arena_free(&a);
	return fault;
}

static enum fault
check_week(struct trust *t, struct arena *a, const struct week *w,
    struct fault_info *fi)
{
	struct cert *cert;

	for (size_t k = 0; k < w->n; k++) {
		TRY(cert_load(&cert, a, w->v[k].certificate, fi));
		TRY(crl_self_check(t, cert, fi));
	}
	return FAULT_OK;
}

static enum fault
check_store(struct trust *t, struct arena *a, const struct folder *store,
    uint32_t now, struct fault_info *fi)
{
	struct week w;
	uint32_t *i;
	size_t n;

	TRY(week_list(&i, &n, a, store, fi));
	for (size_t k = 0; k < n; k++)
		/* a damaged one is fetched again */
		if (week_read(&w, a, store, i[k], NULL) == FAULT_OK &&
		    w.start <= now && now < w.end)
			TRY(check_week(t, a, &w, fi));
	return FAULT_OK;
}

static enum fault
check_place(struct trust *t, const struct folder *place, uint32_t now,
    struct fault_info *fi)
{
	enum fault fault = FAULT_OK;
	struct folder store;

	for (unsigned k = MONARCH_PSEUDONYM;
	     k < MONARCH_KINDS && fault == FAULT_OK; k++) {
		struct arena a = arena_new(ARENA_LIMIT);

		place_kind(&store, place, (enum monarch_kind)k);
		fault = check_store(t, &a, &store, now, fi);
		arena_free(&a);
	}
	return fault;
}

enum fault
crl_self_find(struct trust *t, const struct folder *f, uint32_t now,
    struct fault_info *fi)
{
	struct folder place;

	(void)place_in_use(&place, f, now);
	TRY(crl_self_enrollment(t, &place, fi));
	for (unsigned n = 0; n < place_count(f); n++) {
		place_number(&place, f, n);
		TRY(check_place(t, &place, now, fi));
	}
	return FAULT_OK;
}
