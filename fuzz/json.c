/* json.c - JSON as a certificate, which then must survive all ways. */
#include <stdlib.h>

#include "coer/json.h"
#include "fuzz.h"
#include "schema/all.h"

static _Alignas(64) uint8_t memory[1 << 20];

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct arena arena = arena_of(memory, sizeof(memory));
	char *text = malloc(n + 1);
	struct certificate c;
	struct bytes octets;
	json_t *json;
	size_t i;

	if (text == NULL)
		abort();
	for (i = 0; i < n; i++)
		text[i] = (char)in[i];
	json = coer_json_load(text, n, NULL);
	free(text);
	if (json == NULL)
		return 0;
	if (coer_from_json(&certificate_asn, &c, &arena, json, NULL) ==
		FAULT_OK &&
	    coer_encode_new(&octets, &arena, &certificate_asn, &c, NULL) ==
		FAULT_OK &&
	    !fuzz_round_trip(&certificate_asn, octets.p, octets.n))
		abort();
	json_decref(json);
	return 0;
}
