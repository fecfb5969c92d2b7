/* derive.c - see derive.h. */
#include <string.h>

#include "tool/fleet/derive.h"

struct seed
seed_of(uint64_t number)
{
	uint8_t text[16];
	struct writer w = writer_of(text, sizeof(text));
	struct seed seed;

	write_span(&w, "fleet..", 8);
	write_uint(&w, number, 8);
	sha256(seed.b, BYTES(text));
	return seed;
}

void
derive(uint8_t out[SHA256_SIZE], const struct seed *seed, enum derived what,
    uint32_t device, const struct digest *message)
{
	uint8_t text[1 + 4 + sizeof(message->b)];
	struct writer w = writer_of(text, sizeof(text));

	write_uint(&w, (uint64_t)what, 1);
	write_uint(&w, device, 4);
	if (message != NULL)
		write_span(&w, message->b, sizeof(message->b));
	hmac_sha256(out, BYTES(seed->b), writer_done(&w));
}

/* That the scalar is 0 has a probability of 2^-256; its bias harms nobody
 * here. */
void
derive_scalar(struct scalar *out, const struct seed *seed, enum derived what,
    uint32_t device, const struct digest *message)
{
	uint8_t octets[SHA256_SIZE];

	derive(octets, seed, what, device, message);
	scalar_reduce(out, octets);
}

static void
caterpillar(struct caterpillar *c, const struct seed *seed, uint32_t device,
    enum derived key, enum derived expansion)
{
	uint8_t octets[SHA256_SIZE];

	derive_scalar(&c->private, seed, key, device, NULL);
	derive(octets, seed, expansion, device, NULL);
	memcpy(
	    c->butterfly.expansion.b, octets, sizeof(c->butterfly.expansion.b));
}

void
derive_caterpillars(
    struct provision_file *out, const struct seed *seed, uint32_t device)
{
	memset(out, 0, sizeof(*out));
	out->certificate.butterfly.use = BUTTERFLY_CERTIFICATE;
	out->response.butterfly.use = BUTTERFLY_ENCRYPTION;
	caterpillar(&out->certificate, seed, device, DERIVED_CERTIFICATE,
	    DERIVED_CERTIFICATE_EXPANSION);
	caterpillar(&out->response, seed, device, DERIVED_RESPONSE,
	    DERIVED_RESPONSE_EXPANSION);
}
