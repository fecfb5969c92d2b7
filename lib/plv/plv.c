/* plv.c - EncryptedIndividualPLV. */
#include <string.h>

#include "base/secret.h"
#include "plv/plv.h"

#define CHUNK 64

static void
seal_chunk(uint8_t *out, const uint8_t la_id[2], const struct symm_key *key,
    const struct plv *in, size_t n)
{
	uint8_t plain[CHUNK * PLV_PLAIN_OCTETS];
	size_t t;

	for (t = 0; t < n; t++) {
		uint8_t *p = plain + t * PLV_PLAIN_OCTETS;
		uint8_t *m = out + t * PLV_OCTETS;

		p[0] = (uint8_t)(in[t].i >> 8);
		p[1] = (uint8_t)in[t].i;
		memcpy(p + 2, in[t].value.b, sizeof(in[t].value.b));
		m[0] = 1;
		memcpy(m + 1, la_id, 2);
	}
	symm_seal(out + 3, PLV_OCTETS, key, plain, PLV_PLAIN_OCTETS, n);
	wipe(plain, sizeof(plain));
}

void
plv_seal(uint8_t *out, const uint8_t la_id[2], const struct symm_key *key,
    const struct plv *in, size_t n)
{
	size_t t, m;

	for (t = 0; t < n; t += m) {
		m = n - t < CHUNK ? n - t : CHUNK;
		seal_chunk(out + t * PLV_OCTETS, la_id, key, in + t, m);
	}
}

static void
open_chunk(struct plv *out, const struct symm_data *in, bool *ok, size_t n)
{
	uint8_t plain[CHUNK * PLV_PLAIN_OCTETS];
	size_t t;

	symm_open(plain, PLV_PLAIN_OCTETS, in, ok, n);
	for (t = 0; t < n; t++) {
		const uint8_t *p = plain + t * PLV_PLAIN_OCTETS;

		out[t].i = (uint16_t)(p[0] << 8 | p[1]);
		memcpy(out[t].value.b, p + 2, sizeof(out[t].value.b));
	}
	wipe(plain, sizeof(plain));
}

void
plv_open(struct plv *out, const struct symm_data *in, bool *ok, size_t n)
{
	size_t t, m;

	for (t = 0; t < n; t += m) {
		m = n - t < CHUNK ? n - t : CHUNK;
		open_chunk(out + t, in + t, ok + t, m);
	}
}
