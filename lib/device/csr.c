/* csr.c - a new device: its key and its certificate request. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "base/time32.h"
#include "cert/convert.h"
#include "cert/request.h"
#include "coer/coer.h"
#include "crypto/random.h"
#include "device/csr.h"
#include "device/csr_terms.h"
#include "device/monarch.h"
#include "device/zipfile.h"
#include "schema/scms_protocol.h"

#define ARENA_LIMIT (1u << 20)
#define YEARS	    6

/* What the device wishes its certificate to be; the ECA decides. */
static enum fault
fill(to_be_signed_certificate *tbs, struct arena *arena,
    const struct monarch_csr_terms *terms, uint32_t now, struct fault_info *fi)
{
	tbs->id.is = certificate_id_name;
	tbs->validity_period.start = now;
	tbs->validity_period.duration.is = duration_years;
	tbs->validity_period.duration.years =
	    terms->years != 0 ? terms->years : YEARS;
	TRY(csr_region(&tbs->region, arena, &terms->region, fi));
	return csr_permissions(&tbs->cert_request_permissions, arena,
	    terms->psids, terms->psids_n, fi);
}

static enum fault
build(struct bytes *out, struct arena *arena, const struct scalar *key,
    const to_be_signed_certificate *tbs, bool extra_octet,
    struct fault_info *fi)
{
	scms_pdu pdu = {.version = 1, .content.is = scms_pdu_content_eca_ee};
	ee_eca_cert_request *request = &pdu.content.eca_ee.ee_eca_cert_request;
	verification_key_indicator *v = &request->tbs_data.verify_key_indicator;
	struct curve_point compressed;
	struct signer signer;
	struct bytes encoded;

	TRY(signer_of_scalar(&signer, key, NULL, fi));
	pdu.content.eca_ee.is =
	    eca_end_entity_interface_pdu_ee_eca_cert_request;
	request->version = 1;
	request->current_time = time32_now();
	request->tbs_data = *tbs;
	v->is = verification_key_indicator_verification_key;
	compressed = signer.public;
	curve_compress(&compressed);
	key_to_schema(&v->verification_key, &compressed);
	TRY(coer_encode_new(&encoded, arena, &scms_pdu_asn, &pdu, fi));
	return request_sign(
	    out, arena, encoded, extra_octet, SIGNER_SELF, &signer, fi);
}

enum fault
csr_make(const struct folder *f, struct arena *arena,
    const to_be_signed_certificate *tbs, bool extra_octet,
    struct fault_info *fi)
{
	struct bytes request;
	struct scalar key;
	enum fault fault;

	random_scalars(&key, 1);
	fault = build(&request, arena, &key, tbs, extra_octet, fi);
	if (fault == FAULT_OK)
		fault = folder_write(f, FOLDER_REQUEST_KEY, BYTES(key.b), fi);
	wipe(&key, sizeof(key));
	TRY(fault);
	return folder_write(f, FOLDER_REQUEST, request, fi);
}

static enum fault
make(const struct folder *f, struct arena *arena,
    const struct monarch_csr_terms *terms, struct fault_info *fi)
{
	to_be_signed_certificate tbs = {0};

	TRY(fill(&tbs, arena, terms, time32_now(), fi));
	return csr_make(f, arena, &tbs, terms->extra_octet, fi);
}

enum fault
monarch_csr_new(const char *folder, const struct monarch_csr_terms *terms,
    struct fault_info *fi)
{
	struct arena arena = arena_new(ARENA_LIMIT);
	struct folder f;
	enum fault fault;

	if (file_exists(folder))
		return fault_set(fi, FAULT_EXISTS, "%s exists already", folder);
	TRY(file_mkdir(folder, 0700, fi));
	fault = folder_find(&f, folder, fi);
	if (fault == FAULT_OK)
		fault = make(&f, &arena, terms, fi);
	if (fault != FAULT_OK)
		(void)rmdir(folder); /* unless the key is in it */
	arena_free(&arena);
	return fault;
}

static enum fault
take_request(struct zip_entry *entry, struct arena *arena, const char *folder,
    struct fault_info *fi)
{
	struct folder f;

	TRY(folder_find(&f, folder, fi));
	TRY(folder_read(&entry->data, arena, &f, FOLDER_REQUEST, fi));
	entry->name = arena_printf(arena, "%s.oer", f.name);
	return entry->name != NULL ? FAULT_OK
				   : fault_set(fi, FAULT_TOO_LARGE, "names");
}

enum fault
monarch_csr_zip(const char *path, const char *const *folders, size_t n,
    struct fault_info *fi)
{
	struct arena arena = arena_new(ARENA_LIMIT + n * 4096);
	struct zip_entry *entry = ARENA_ARRAY(&arena, n + 1, struct zip_entry);
	enum fault fault = entry == NULL ? FAULT_TOO_LARGE : FAULT_OK;
	struct bytes zip;

	for (size_t k = 0; k < n && fault == FAULT_OK; k++)
		fault = take_request(&entry[k], &arena, folders[k], fi);
	if (fault == FAULT_OK)
		fault = zipfile_build(&zip, &arena, entry, n, fi);
	if (fault == FAULT_OK)
		fault = file_write(path, zip, 0644, fi);
	arena_free(&arena);
	return fault;
}
