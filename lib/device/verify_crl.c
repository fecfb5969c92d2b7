/* verify_crl.c - revocation lists of a verifier: those that it was given, or
 * those of a device. */
#include <stdlib.h>
#include <string.h>

#include "base/time32.h"
#include "device/anchors.h"
#include "device/issuers.h"
#include "device/verify_int.h"

#define ARENA_LIMIT ((size_t)1 << 30)
#define OVERDUE	    1209600u /* two weeks, as CAMP */

void
verify_forget_lists(struct monarch_verifier *v)
{
	if (v->device != NULL)
		crl_watch_free(v->device);
	free(v->device);
	free(v->lists);
}

enum fault
verify_renew_lists(
    const struct monarch_verifier *v, uint32_t now, struct fault_info *fi)
{
	return v->device == NULL ? FAULT_OK
				 : crl_watch_renew(v->device, now, fi);
}

/* ---- given ---- */

static enum fault
keep(struct monarch_verifier *v, struct arena *a, struct crl_lists *held,
    struct fault_info *fi)
{
	static const struct anchors nobody;
	struct revoked *r;
	struct bytes file;
	uint8_t *copy;

	TRY(crl_file_build(&file, a, held, fi));
	TRY(crl_expand(&r, held, &nobody, v->revoked, &held->sum, fi));
	trust_revoke(v->trust, r);
	v->revoked = r;
	if ((copy = malloc(file.n)) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "revocation lists");
	memcpy(copy, file.p, file.n);
	free(v->lists); /* what is held lay in it */
	v->lists = copy;
	v->lists_n = file.n;
	return FAULT_OK;
}

/* What was good is kept, whatever else was not. */
static enum fault
take(struct monarch_verifier *v, struct arena *a, struct bytes composite,
    const struct revoked_terms *terms, struct fault_info *fi)
{
	struct crl_lists *held = ARENA_NEW(a, struct crl_lists);
	struct fault_info later;
	enum fault fault, f;

	if (held == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	if (v->lists_n > 0) {
		TRY(crl_file_open(
		    held, (struct bytes){v->lists, v->lists_n}, fi));
		TRY(crl_file_lists(held, a, fi));
	}
	held->terms = *terms;
	fault = crl_take(held, a, composite, v->trust, fi);
	f = keep(v, a, held, &later);
	if (f != FAULT_OK && fault == FAULT_OK) {
		*fi = later;
		return f;
	}
	return fault;
}

enum fault
monarch_verifier_crl(struct monarch_verifier *v, struct bytes composite,
    const struct monarch_crl_rules *rules, struct fault_info *fi)
{
	const struct revoked_terms terms = {
	    .now = rules->now != 0 ? rules->now : time32_now(),
	    .i_zero = rules->i_zero != 0 ? rules->i_zero : I_ZERO_DEFAULT,
	    .i_seconds =
		rules->i_seconds != 0 ? rules->i_seconds : I_PERIOD_DEFAULT,
	    .tolerance = rules->overdue != 0 ? rules->overdue : OVERDUE};
	struct arena arena = arena_new(ARENA_LIMIT);
	struct fault_info own = {0};
	enum fault fault;

	fault = take(v, &arena, composite, &terms, fi == NULL ? &own : fi);
	arena_free(&arena);
	return fault;
}

/* ---- of a device ---- */

static enum fault
read_roots(struct anchors *anchors, struct arena *a, const struct folder *f,
    struct fault_info *fi)
{
	enum fault fault = anchors_read(anchors, a, f, fi);
	struct bundle bundle;

	if (fault != FAULT_NOT_FOUND)
		return fault;
	TRY(bundle_of_folder(&bundle, a, f, fi));
	return anchors_of_bundle(anchors, a, &bundle, fi);
}

static enum fault
know(struct trust *trust, struct arena *a, const struct folder *f,
    struct fault_info *fi)
{
	struct anchors anchors;

	TRY(read_roots(&anchors, a, f, fi));
	for (size_t k = 0; k < anchors.roots; k++)
		TRY(trust_add_root(trust, anchors.root[k]->raw, fi));
	return issuers_know_all(trust, a, f, fi);
}

static enum fault
follow(
    struct monarch_verifier *v, const struct folder *f, struct fault_info *fi)
{
	if ((v->device = calloc(1, sizeof(*v->device))) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	crl_watch_init(v->device, f, v->trust);
	v->device->overdue = v->device->keep = true;
	return FAULT_OK;
}

enum fault
monarch_verifier_device(
    struct monarch_verifier *v, const char *folder, struct fault_info *fi)
{
	struct arena arena = arena_new(ARENA_LIMIT);
	struct fault_info own = {0};
	struct folder f;
	enum fault fault;

	fi = fi == NULL ? &own : fi;
	if ((fault = folder_find(&f, folder, fi)) == FAULT_OK &&
	    (fault = know(v->trust, &arena, &f, fi)) == FAULT_OK)
		fault = follow(v, &f, fi);
	arena_free(&arena);
	return fault;
}
