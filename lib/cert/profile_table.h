/*
 * profile_table.h - CAMP's profiles as one table; for profile.c (building)
 * and profile_check.c (checking).
 */
#ifndef CERT_PROFILE_TABLE_H
#define CERT_PROFILE_TABLE_H

#include "cert/perm.h"
#include "cert/profile.h"
#include "schema/dot2.h"

enum field_rule { ABSENT, PRESENT, OPTIONAL };

/* One group of certIssuePermissions or certRequestPermissions. */
struct group_rule {
	enum { EVERY_PSID, PSID_LIST, PILOT_PSIDS } psids;
	unsigned list[2]; /* PSID_LIST; 0 ends it early */
	int min, range;
	uint8_t ee_type;
	/* PSID_LIST: which SSPs; PILOT_SSP: as among the pilots' PSIDs. */
	enum { ANY_SSP, EMPTY_SSP, PILOT_SSP } ssp;
};
#define GROUPS_MAX 4

struct profile_rule {
	const char *name;
	enum certificate_id_tag id;
	uint16_t crl_series;
	bool implicit, self, has_craca;
	enum field_rule region, issue, request, rollover, encryption;
	enum scms_role role;		     /* SCMS_NO_ROLE: no app SSP */
	struct group_rule group[GROUPS_MAX]; /* issue or request */
	size_t n_group;
	/* Second appPermission: PSID 0x100 with this CrlSsp, if any. */
	struct bytes crl_ssp;
	struct lifetime lifetime[3]; /* by enum lifetime_column */
};

extern const struct profile_rule profile_rules[PROFILE_COUNT];

/* The PSIDs of the pilots ("P26"), each with its range of SSPs. */
#define PILOT_PSIDS_N  26
#define PILOT_SSPS_MAX 5
struct pilot_psid {
	uint64_t id;
	unsigned n_ssp; /* 0: any SSP */
	struct bytes ssp[PILOT_SSPS_MAX];
};
extern const struct pilot_psid pilot_psids[PILOT_PSIDS_N];

/* The groups a profile's rule asks for, in arena memory; NULL: arena. */
sequence_of_psid_group_permissions *
profile_rule_groups(struct arena *, const struct profile_rule *);
/* appPermissions of a component; NULL: arena. */
sequence_of_psid_ssp *
profile_rule_app(struct arena *, const struct profile_rule *, uint16_t la_id);

#endif /* CERT_PROFILE_TABLE_H */
