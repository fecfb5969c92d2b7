/*
 * place.h - where in a device's folder the things of an enrollment certificate
 * are: its place.
 *
 * The certificate of the bundle has the folder itself for a place, those that
 * came by rollover have "successor-1", "successor-2", ..., with request.key,
 * request.oer, ECA.oer, enrollment.s and, last of all, enrollment.oer.  Nothing
 * moves when one certificate follows another: the one in use is the newest that
 * has begun, and what was obtained with former ones stays where it is, usable
 * to its end.  In a place, each kind of certificates has a folder (kind.h) with
 * provision, ack.oer, certificates/ and signer.
 */
#ifndef DEVICE_PLACE_H
#define DEVICE_PLACE_H

#include "device/folder.h"
#include "device/monarch.h"

#define PLACES_MOST 32

/* Number n of a folder; 0 is the folder itself.  It need not exist. */
void place_number(struct folder *out, const struct folder *, unsigned n);
/* How many have an enrollment certificate, that of the bundle included: their
 * numbers are 0 to one less. */
unsigned place_count(const struct folder *);
/* The newest place whose certificate has begun; its number. */
unsigned place_in_use(struct folder *out, const struct folder *, uint32_t now);
/* The folder of a kind in a place; it need not exist. */
void
place_kind(struct folder *out, const struct folder *place, enum monarch_kind);

#endif /* DEVICE_PLACE_H */
