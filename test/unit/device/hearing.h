/*
 * hearing.h - two vehicles of a world, one that hears and one that is heard,
 * and the MA that gets to know of it.
 */
#ifndef TEST_DEVICE_HEARING_H
#define TEST_DEVICE_HEARING_H

#include "device/signer.h"
#include "misbehavior/evidence.h"
#include "test/unit/device/world.h"

#define MS	 1000ull
#define SECOND	 1000000ull
#define T0	 (WORLD_NOW * SECOND)
#define SPDU_MAX (64 + MONARCH_BSM_SIZE + MONARCH_SPDU_EXTRA)

enum { HEARER, HEARD, VEHICLES };

struct hearing {
	struct world *world;
	char dir[PATH_SIZE], path[VEHICLES][PATH_SIZE];
	struct key16 seed[VEHICLES][2]; /* of their linkage values */
	struct monarch_signer *signer[VEHICLES];
	struct monarch_verifier *verifier;
	struct monarch_receiver *receiver;
	struct arena arena;
};

struct said {
	uint8_t octets[SPDU_MAX];
	size_t n;
};
struct bytes said_span(const struct said *);

/* cmocka fixtures; the hearing is *state. */
int hearing_set_up(void **state);
int hearing_tear_down(void **state);
/* The same; reporters: their certificates are for PSID 0x26, too. */
int hearing_of(void **state, bool reporters);

/* A vehicle is revoked, and the hearer gets to know. */
void revoke(struct hearing *, unsigned vehicle);

/* On a road to the north, so many metres from its beginning, at 27 m/s, with
 * receivers that are good to 10 cm. */
struct monarch_bsm bsm_at(double metres);
/* Signed by a vehicle; full: with the certificate in any case. */
struct said say(struct hearing *, unsigned vehicle, const struct monarch_bsm *,
    uint64_t now, bool full);
/* The hearer has sent it. */
void hear_own(struct hearing *, const struct said *, uint64_t now);
enum fault hear(
    struct hearing *, struct monarch_received *, const struct said *, uint64_t);

/* The names of the reports in the hearer's folder, and how many. */
size_t reports_of(struct hearing *, const char ***names);
/* The only one, as octets; and opened by the MA, which must succeed. */
struct bytes report_octets(struct hearing *);
void open_report(struct hearing *, struct opened_report *, struct bytes);
struct decryption_key key_of_ma(const struct hearing *);

#endif /* TEST_DEVICE_HEARING_H */
