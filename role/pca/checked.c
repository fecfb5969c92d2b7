/* checked.c - a signer that verifies what it has signed. */
#include "role/pca/checked.h"
#include "base/log.h"

static _Noreturn void
end(void)
{
	log_fatal("a signature of ours does not verify: memory or processor"
		  " is faulty, nothing was sent");
}

static enum fault
sign(void *ctx, struct p256_signature *out, const struct digest *digest,
    size_t n, struct fault_info *fi)
{
	const struct checked_signer *c = ctx;

	TRY(c->inner->sign(c->inner->ctx, out, digest, n, fi));
	if (ecdsa_verify_known(c->key, digest, out, NULL, n) != FAULT_OK)
		end();
	return FAULT_OK;
}

static enum fault
sign_any(void *ctx, struct curve_signature *out, const uint8_t *hash,
    size_t hash_n, struct fault_info *fi)
{
	const struct checked_signer *c = ctx;

	TRY(c->inner->sign_any(c->inner->ctx, out, hash, hash_n, fi));
	if (curve_verify(&c->inner->public, hash, hash_n, out, NULL) !=
	    FAULT_OK)
		end();
	return FAULT_OK;
}

enum fault
checked_signer_start(
    struct checked_signer *c, const struct signer *inner, struct fault_info *fi)
{
	struct point Q;

	*c = (struct checked_signer){.inner = inner};
	TRY(curve_to_p256(&Q, &inner->public, fi));
	if ((c->key = p256_known_new(&Q)) == NULL)
		return fault_set(
		    fi, FAULT_BAD_POINT, "our own key is no point");
	c->signer = *inner;
	c->signer.ctx = c;
	c->signer.sign = sign;
	c->signer.sign_any = sign_any;
	return FAULT_OK;
}

void
checked_signer_stop(struct checked_signer *c)
{
	p256_known_free(c->key);
	c->key = NULL;
}
