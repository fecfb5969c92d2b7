/*
 * world.h - an MA in a folder of /tmp, vehicles with pseudonym certificates
 * that sign BSMs and reports, and PCA and LAs that answer ma_ask_linked()
 * (linked with --wrap) by what the test knows about them.
 */
#ifndef TEST_MA_WORLD_H
#define TEST_MA_WORLD_H

#include "bsm/bsm.h"
#include "cert/profile.h"
#include "misbehavior/report.h"
#include "role/ma/decide.h"
#include "role/ma/detect.h"
#include "role/ma/intake.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct authority {
	struct key *sign, *enc;
	struct cert *cert;
	struct signer signer;
};

struct world {
	struct arena arena; /* as long as the world */
	char folder[64];
	struct environment environment;
	struct service service;
	struct ma_conf conf;
	uint32_t now;
	uint16_t week; /* of now */
	struct authority root, ica, pca, ma_keys;
	struct authority other_root, other_pca; /* of another SCMS */
	struct ma *ma;
};

/* One certificate of a vehicle; those with the same device number belong
 * together, which only the answers of PCA and LAs say. */
struct vehicle {
	unsigned device;
	struct lv lv;
	struct scalar d;
	struct cert *cert;
	struct signer signer;
};

extern struct fault_info fi;

#define OK(expr)                                            \
	do {                                                \
		if ((expr) != FAULT_OK)                     \
			fail_msg("%s: %s", #expr, fi.text); \
	} while (0)

void world_open(struct world *);
void world_close(struct world *);
/* The MA stops and starts again on the same folder. */
void world_restart(struct world *);
/* Everything that the database holds about reports and cases, refusals
 * excepted, as a hash. */
struct digest world_state(const struct world *);
/* How often a report was refused for this reason; MA_REASONS: for any. */
int64_t world_refused(const struct world *, enum ma_reason);
/* The only column of the only row. */
int64_t world_number(const struct world *, const char *sql);

/* A pseudonym certificate of period i, with a random linkage value or this one;
 * or one of another profile. */
void
vehicle_make(struct world *, struct vehicle *, unsigned device, uint16_t i);
void vehicle_make_with(struct world *, struct vehicle *, unsigned device,
    uint16_t i, const struct lv *);
void vehicle_make_as(
    struct world *, struct vehicle *, enum profile, const struct authority *by);

/* What a BSM says: ms after base (Time32), metres north and east of 40 N 83 W,
 * speed in m/s. */
struct drive {
	uint32_t base;
	double ms, north, east, speed;
	bool precise; /* knows its place within decimetres */
};
struct bytes world_bsm(struct world *, const struct vehicle *,
    const struct drive *, enum signer_form);
/* Three BSMs, the last of which is 130 m/s fast; the next when - the number of
 * seconds - later begins where the former ended. */
void world_speeding(struct world *, struct bytes out[3], const struct vehicle *,
    uint32_t base, double north);
/* A report, signed and encrypted. */
struct bytes world_report(struct world *, const struct vehicle *reporter,
    enum misbehavior_kind, const struct bytes *bsms, size_t n, uint32_t made);
/* The same, with messages of the reporter. */
struct bytes world_report_with(struct world *, const struct vehicle *reporter,
    const struct misbehavior_report *, uint32_t made);
/* One about speed with good evidence. */
struct bytes world_good(
    struct world *, const struct vehicle *reporter, const struct vehicle *);
/* The same, seconds ago and metres north. */
struct bytes world_seen(struct world *, const struct vehicle *reporter,
    const struct vehicle *, uint32_t ago, double north);
/* As if the RA had brought it; the reason as ma_report_check says it,
 * MA_REASONS: it holds, and is stored. */
enum ma_reason world_bring(struct world *, struct bytes);

/* PCA and LAs. */
struct oracle {
	unsigned asked;	   /* questions */
	enum fault refuse; /* answered so, if not FAULT_OK */
	unsigned patient;  /* BUSY if this device is asked about */
	size_t largest;	   /* list so far */
};
extern struct oracle oracle;

#endif /* TEST_MA_WORLD_H */
