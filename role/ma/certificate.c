/* certificate.c - see certificate.h. */
#include "role/ma/certificate.h"
#include "base/file.h"
#include "schema/dot2.h"

#define FILE_MAX 65536u

static enum fault
read_message(struct cert **out, struct arena *arena, struct bytes octets,
    struct fault_info *fi)
{
	ieee1609_dot2_data *data = ARENA_NEW(arena, ieee1609_dot2_data);
	const signer_identifier *signer;

	if (data == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "message");
	if (coer_decode(&ieee1609_dot2_data_asn, data, arena, octets, NULL) !=
		FAULT_OK ||
	    data->content.is != ieee1609_dot2_content_signed_data)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "neither a certificate nor a signed message");
	signer = &data->content.signed_data.signer;
	if (signer->is != signer_identifier_certificate ||
	    signer->certificate.n != 1)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "a message without the certificate of its signer");
	return cert_of(out, arena, &signer->certificate.v[0], fi);
}

enum fault
ma_certificate_read(struct cert **out, struct arena *arena, const char *path,
    struct fault_info *fi)
{
	struct bytes octets;

	TRY(file_read(&octets, arena, path, FILE_MAX, fi));
	if (cert_load(out, arena, octets, NULL) == FAULT_OK)
		return FAULT_OK;
	return read_message(out, arena, octets, fi);
}
