/* profile_table.c - see profile_table.h; use-cases.md 3.3 and 4. */
#include "cert/profile_table.h"

#define BOTH (EE_APP | EE_ENROL)

/* CrlSsp: preamble, version 1, associatedCraca, series. */
static const uint8_t root_crl_ssp[] = {
    0x00, 0x01, 0x00, 0x01, 0x01, 0x01, 0x00};
static const uint8_t crlg_crl_ssp[] = {0x00, 0x01, 0x01, 0x01, 0x04, 0x00, 0x04,
    0x00, 0x03, 0x00, 0x01, 0x00, 0x02};

#define HOURS(n)                  \
	{                         \
		duration_hours, n \
	}
#define SIXTY(n)                        \
	{                               \
		duration_sixty_hours, n \
	}
#define YEARS(n)                  \
	{                         \
		duration_years, n \
	}

/* clang-format off */
const struct profile_rule profile_rules[PROFILE_COUNT] = {
	[PROFILE_ROOT] = {
		.name = "root", .id = certificate_id_name, .self = true,
		.issue = PRESENT, .role = SCMS_ROOT, .n_group = 4,
		.group = {
			{ .psids = EVERY_PSID, .min = 3, .range = -1,
			  .ee_type = BOTH },
			{ .psids = PSID_LIST, .list = { PSID_SECURITY },
			  .min = 1, .range = -1, .ee_type = BOTH },
			{ .psids = PSID_LIST, .list = { PSID_MISBEHAVIOR },
			  .min = 1, .range = -1, .ee_type = BOTH },
			{ .psids = PSID_LIST, .list = { PSID_CRL },
			  .min = 1, .range = -1, .ee_type = BOTH },
		},
		.crl_ssp = { root_crl_ssp, sizeof(root_crl_ssp) },
		.lifetime = { YEARS(17), YEARS(9), YEARS(70) },
	},
	[PROFILE_ELECTOR] = {
		.name = "elector", .id = certificate_id_binary_id,
		.self = true, .role = SCMS_ELECTOR,
		.lifetime = { YEARS(12), YEARS(6), YEARS(6) },
	},
	/* The second group makes the ICA able to issue ECA, PCA and RA, which
	 * the profile as written cannot (design.md 4). */
	[PROFILE_ICA] = {
		.name = "ICA", .id = certificate_id_name, .has_craca = true,
		.crl_series = CRL_SERIES_COMPONENT, .region = PRESENT,
		.issue = PRESENT, .rollover = PRESENT, .role = SCMS_ICA,
		.n_group = 3,
		.group = {
			{ .psids = EVERY_PSID, .min = 2, .range = 0,
			  .ee_type = BOTH },
			{ .psids = PILOT_PSIDS, .min = 1, .range = -1,
			  .ee_type = BOTH },
			{ .psids = PSID_LIST,
			  .list = { PSID_SECURITY, PSID_CRL },
			  .min = 1, .range = -1, .ee_type = BOTH },
		},
		.lifetime = { YEARS(13), YEARS(5), SIXTY(1169) },
	},
	[PROFILE_ECA] = {
		.name = "ECA", .id = certificate_id_name, .has_craca = true,
		.crl_series = CRL_SERIES_COMPONENT, .region = PRESENT,
		.issue = PRESENT, .rollover = PRESENT, .encryption = PRESENT,
		.role = SCMS_ECA, .n_group = 1,
		.group = {
			{ .psids = PILOT_PSIDS, .min = 1, .range = 0,
			  .ee_type = EE_ENROL },
		},
		.lifetime = { YEARS(11), YEARS(3), SIXTY(1084) },
	},
	[PROFILE_PCA] = {
		.name = "PCA", .id = certificate_id_name, .has_craca = true,
		.crl_series = CRL_SERIES_COMPONENT, .region = PRESENT,
		.issue = PRESENT, .rollover = PRESENT, .encryption = PRESENT,
		.role = SCMS_PCA, .n_group = 1,
		.group = {
			{ .psids = PILOT_PSIDS, .min = 1, .range = 0,
			  .ee_type = EE_APP },
		},
		.lifetime = { YEARS(4), HOURS(13140), HOURS(35281) },
	},
	[PROFILE_RA] = {
		.name = "RA", .id = certificate_id_name, .has_craca = true,
		.crl_series = CRL_SERIES_COMPONENT, .region = PRESENT,
		.request = PRESENT, .rollover = PRESENT,
		.encryption = PRESENT, .role = SCMS_RA, .n_group = 1,
		.group = {
			{ .psids = PILOT_PSIDS, .min = 0, .range = 0,
			  .ee_type = EE_APP },
		},
		.lifetime = { HOURS(26448), HOURS(17688), HOURS(26472) },
	},
	/* Has an encryption key, which the profile denies it (design.md 4). */
	[PROFILE_LA] = {
		.name = "LA", .id = certificate_id_name, .has_craca = true,
		.crl_series = CRL_SERIES_COMPONENT, .region = PRESENT,
		.rollover = PRESENT, .encryption = PRESENT, .role = SCMS_LA,
		.lifetime = { HOURS(26448), HOURS(17688), HOURS(26472) },
	},
	[PROFILE_DCM] = {
		.name = "DCM", .id = certificate_id_name, .has_craca = true,
		.crl_series = CRL_SERIES_COMPONENT, .region = PRESENT,
		.request = PRESENT, .rollover = PRESENT,
		.encryption = PRESENT, .role = SCMS_DCM, .n_group = 1,
		.group = {
			{ .psids = PSID_LIST,
			  .list = { PSID_BSM, PSID_MISBEHAVIOR },
			  .min = 0, .range = 0, .ee_type = EE_ENROL,
			  .ssp = PILOT_SSP },
		},
		.lifetime = { HOURS(26448), HOURS(17688), HOURS(26472) },
	},
	[PROFILE_MA] = {
		.name = "MA", .id = certificate_id_name, .has_craca = true,
		.crl_series = CRL_SERIES_SPECIAL, .rollover = PRESENT,
		.encryption = PRESENT, .role = SCMS_MA,
		.lifetime = { HOURS(35208), HOURS(17688), HOURS(35208) },
	},
	[PROFILE_PG] = {
		.name = "PG", .id = certificate_id_name, .has_craca = true,
		.crl_series = CRL_SERIES_SPECIAL, .rollover = PRESENT,
		.role = SCMS_PG,
		.lifetime = { HOURS(35208), HOURS(17688), HOURS(35208) },
	},
	[PROFILE_CRLG] = {
		.name = "CRLG", .id = certificate_id_name, .has_craca = true,
		.crl_series = CRL_SERIES_SPECIAL, .rollover = PRESENT,
		.role = SCMS_CRLG,
		.crl_ssp = { crlg_crl_ssp, sizeof(crlg_crl_ssp) },
		.lifetime = { HOURS(35208), HOURS(17688), HOURS(17688) },
	},
	/* Ours; as MA and PG, but of no use for anything but signing. */
	[PROFILE_AUDITOR] = {
		.name = "auditor", .id = certificate_id_name,
		.has_craca = true, .crl_series = CRL_SERIES_SPECIAL,
		.rollover = PRESENT, .role = SCMS_AUDITOR,
		.lifetime = { HOURS(35208), HOURS(17688), HOURS(35208) },
	},
	[PROFILE_ENROLLMENT] = {
		.name = "enrollment", .id = certificate_id_name,
		.implicit = true, .has_craca = true,
		.crl_series = CRL_SERIES_ENROLLMENT, .region = PRESENT,
		.request = PRESENT, .rollover = PRESENT,
		.role = SCMS_NO_ROLE, .n_group = 1,
		.group = {
			{ .psids = PSID_LIST,
			  .list = { PSID_BSM, PSID_MISBEHAVIOR },
			  .min = 0, .range = 0, .ee_type = EE_APP,
			  .ssp = EMPTY_SSP },
		},
		.lifetime = { YEARS(6), HOURS(4380), YEARS(7) },
	},
	[PROFILE_PSEUDONYM] = {
		.name = "pseudonym", .id = certificate_id_linkage_data,
		.implicit = true, .has_craca = true,
		.crl_series = CRL_SERIES_PSEUDONYM, .region = PRESENT,
		.encryption = OPTIONAL, .role = SCMS_NO_ROLE,
		.lifetime = { HOURS(169), HOURS(169), HOURS(169) },
	},
	[PROFILE_IDENTIFICATION] = {
		.name = "identification", .id = certificate_id_binary_id,
		.implicit = true, .has_craca = true,
		.crl_series = CRL_SERIES_END_ENTITY, .region = PRESENT,
		.encryption = OPTIONAL, .role = SCMS_NO_ROLE,
		.lifetime = { HOURS(721), HOURS(721), HOURS(721) },
	},
	[PROFILE_APPLICATION] = {
		.name = "application", .id = certificate_id_binary_id,
		.implicit = true, .has_craca = true,
		.crl_series = CRL_SERIES_END_ENTITY, .region = PRESENT,
		.encryption = OPTIONAL, .role = SCMS_NO_ROLE,
		.lifetime = { HOURS(169), HOURS(169), HOURS(169) },
	},
};

#define SSP(...) { (const uint8_t[]){ __VA_ARGS__ },			\
	    sizeof((const uint8_t[]){ __VA_ARGS__ }) }
#define NO_OCTETS { NULL, 0 }

const struct pilot_psid pilot_psids[PILOT_PSIDS_N] = {
	{ 0x20, 1, { NO_OCTETS } },
	{ .id = 0x26 }, { .id = 0x27 }, { .id = 0x80 }, { .id = 0x81 },
	{ 0x82, 5, { SSP(0x90, 0x01), SSP(0x90, 0xff, 0xff, 0x01),
	    SSP(0x90, 0xff, 0xff, 0x02), SSP(0x90, 0xff, 0xff, 0x03),
	    SSP(0x90, 0xff, 0xff, 0x04) } },
	{ .id = 0x83 },
	{ 0x87, 1, { NO_OCTETS } },
	{ .id = 0x4082 }, { .id = 0x204083 },
	{ .id = 0x204088 }, { .id = 0x204089 }, { .id = 0x20408a },
	{ .id = 0x20408b }, { .id = 0x20408c }, { .id = 0x20408d },
	{ .id = 0x20408e }, { .id = 0x20408f }, { .id = 0x204090 },
	{ .id = 0x204091 }, { .id = 0x204092 }, { .id = 0x204093 },
	{ .id = 0x204094 }, { .id = 0x204095 }, { .id = 0x204096 },
	{ .id = 0x204097 },
};
/* clang-format on */
