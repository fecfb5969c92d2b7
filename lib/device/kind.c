/* kind.c - the kinds of certificates that a device can have. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device/kind.h"
#include "device/week.h"
#include "schema/scms_protocol.h"

#define HASH_SIZE 17

static const struct kind kinds[MONARCH_KINDS] = {
    [MONARCH_PSEUDONYM] =
	{
	    .name = "pseudonym",
	    .provision = "/provision-pseudonym-certificate-batch",
	    .download = "/download/batch",
	    .profile = PROFILE_PSEUDONYM,
	    .per_i = WEEK_MAX,
	    .i_most = UINT16_MAX,
	    .response = plaintext_certificate_response_implicit_butterfly,
	    .ack =
		end_entity_ra_interface_pdu_ra_ee_pseudonym_cert_provisioning_ack,
	    .is_butterfly = true,
	},
    [MONARCH_IDENTIFICATION] =
	{
	    .name = "identification",
	    .folder = "identification",
	    .provision = "/provision-identity-certificate",
	    .download = "/download/identity-certificate",
	    .profile = PROFILE_IDENTIFICATION,
	    .per_i = 1,
	    .i_most = UINT32_MAX,
	    .response = plaintext_certificate_response_implicit_butterfly,
	    .ack = end_entity_ra_interface_pdu_ra_ee_id_cert_provisioning_ack,
	    .is_butterfly = true,
	},
    [MONARCH_APPLICATION] =
	{
	    .name = "application",
	    .folder = "application",
	    .provision = "/provision-application-certificate",
	    .download = "/download/application-certificate",
	    .profile = PROFILE_APPLICATION,
	    .per_i = 1,
	    .i_most = UINT32_MAX,
	    .response = plaintext_certificate_response_implicit,
	    .ack = end_entity_ra_interface_pdu_ra_ee_app_cert_provisioning_ack,
	},
};

const struct kind *
kind_of(enum monarch_kind kind)
{
	return &kinds[kind];
}

static void
upper_hash(char out[HASH_SIZE], const uint8_t hash[8])
{
	hex_encode(out, hash, 8);
	for (char *p = out; *p != '\0'; p++)
		*p = *p >= 'a' ? (char)(*p - 'a' + 'A') : *p;
}

void
kind_file(char out[KIND_NAME_SIZE], enum monarch_kind kind,
    const uint8_t hash[8], uint32_t i)
{
	char text[HASH_SIZE];

	upper_hash(text, hash);
	if (kind == MONARCH_APPLICATION)
		snprintf(out, KIND_NAME_SIZE, "%s.zip", text);
	else
		snprintf(out, KIND_NAME_SIZE, "%s_%X.zip", text, (unsigned)i);
}

/* "1A9_13" */
static bool
batch_entry(uint32_t *j, const char *name, uint32_t i)
{
	char again[KIND_NAME_SIZE];
	unsigned long a, b;
	char *end;

	a = strtoul(name, &end, 16);
	if (end == name || *end != '_' || a != i)
		return false;
	b = strtoul(end + 1, &end, 16);
	if (*end != '\0' || b >= WEEK_MAX)
		return false;
	snprintf(again, sizeof(again), "%lX_%lX", a, b);
	*j = (uint32_t)b;
	return strcasecmp(again, name) == 0;
}

bool
kind_entry(uint32_t *j, enum monarch_kind kind, const char *name,
    const uint8_t hash[8], uint32_t i)
{
	char whole[KIND_NAME_SIZE], text[HASH_SIZE];

	*j = 0;
	if (kind == MONARCH_PSEUDONYM)
		return batch_entry(j, name, i);
	upper_hash(text, hash);
	if (kind == MONARCH_APPLICATION)
		return strcasecmp(name, text) == 0;
	snprintf(whole, sizeof(whole), "%s_%X", text, (unsigned)i);
	return strcasecmp(name, whole) == 0 ||
	       strcasecmp(name, whole + HASH_SIZE) == 0;
}

const char *
monarch_kind_name(enum monarch_kind kind)
{
	return kind == MONARCH_ANY ? "any" : kinds[kind].name;
}

bool
monarch_kind_parse(enum monarch_kind *out, const char *text)
{
	for (unsigned k = MONARCH_PSEUDONYM; k < MONARCH_KINDS; k++)
		if (strcmp(text, kinds[k].name) == 0) {
			*out = (enum monarch_kind)k;
			return true;
		}
	return false;
}
