/*
 * kind.h - the kinds of certificates that a device can have, and in what they
 * differ.
 *
 *			pseudonym	identification	application
 *	keys		butterfly	butterfly	own, one per request
 *	number i	the period	the iterator	of the request
 *	per i		up to 255	1		1
 *	next ones	by themselves	by themselves	by another request
 *
 * An application request's keys are derived as those of the others are, with
 * its number for i, from caterpillar keys that never leave the device: so
 * whoever knows the keys of a place and i can use any certificate of it.
 */
#ifndef DEVICE_KIND_H
#define DEVICE_KIND_H

#include "base/bytes.h"
#include "cert/profile.h"
#include "device/folder.h"
#include "device/monarch.h"

#define KIND_NAME_SIZE 64 /* of a file or entry */

struct kind {
	const char *name;
	const char *folder; /* in the place; NULL: the place itself */
	const char *provision, *download; /* paths at the RA */
	enum profile profile;
	unsigned per_i;	   /* certificates of one i, at most */
	uint32_t i_most;   /* the highest i */
	unsigned response; /* enum plaintext_certificate_response_tag */
	unsigned ack;	   /* enum end_entity_ra_interface_pdu_tag */
	bool is_butterfly; /* the RA goes on by itself */
};

/* Of MONARCH_PSEUDONYM, MONARCH_IDENTIFICATION, MONARCH_APPLICATION. */
const struct kind *kind_of(enum monarch_kind);

/* The file that holds i of the request with this hash: "<HASH>_<I>.zip", or
 * "<HASH>.zip" of an application certificate. */
void kind_file(char out[KIND_NAME_SIZE], enum monarch_kind,
    const uint8_t hash[8], uint32_t i);
/*
 * The j that the name of a ZIP's entry tells: "<I>_<J>", "<HASH>_<I>" or, as
 * some RAs have it, "<I>", and "<HASH>"; hexadecimal in any case, without
 * leading zeros.  false: any other name.
 */
bool must_check kind_entry(uint32_t *j, enum monarch_kind, const char *name,
    const uint8_t hash[8], uint32_t i);

#endif /* DEVICE_KIND_H */
