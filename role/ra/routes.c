/* routes.c - what devices and the MA may ask for, and how long it may be. */
#include "inquiry/inquiry.h"
#include "role/ra/handlers.h"
#include "role/ra/ra.h"

const struct http_route ra_routes[RA_ROUTES] = {
    {"POST", "/provision-pseudonym-certificate-batch", NULL, RA_BODY_MAX,
	ra_provision, 0},
    {"POST", "/provision-identity-certificate", NULL, RA_BODY_MAX,
	ra_provision_identity, 0},
    {"POST", "/provision-application-certificate", NULL, RA_BODY_MAX,
	ra_provision_application, 0},
    {"POST", "/successor-enrollment-certificate", NULL, RA_BODY_MAX,
	ra_successor, 0},
    {"POST", "/process-misbehavior-report", NULL, RA_BODY_MAX, ra_report, 0},
    {"POST", "/retrieve-ra-certificate", NULL, RA_BODY_MAX, ra_certificate, 0},
    {"GET", "/retrieve-ra-certificate", NULL, 0, ra_certificate, 0},
    {"GET", "/download/batch", NULL, 0, ra_download_batch, 0},
    {"GET", "/download/identity-certificate", NULL, 0, ra_download_identity, 0},
    {"GET", "/download/application-certificate", NULL, 0,
	ra_download_application, 0},
    {"GET", "/download/info", NULL, 0, ra_download_info, 0},
    {"GET", "/download/local-certificate-chain", NULL, 0, ra_chain_file, 0},
    {"GET", "/download/policy/local", NULL, 0, ra_policy_file, 0},
    {"POST", "/blacklist-by-hpcr", "ma", INQUIRY_BODY_MAX, ra_blacklist, 0},
    {"POST", "/blacklist-by-rif", "ma", INQUIRY_BODY_MAX, ra_blacklist_rif, 0},
    {"POST", "/retrieve-linkage-chain-identifiers", "ma", INQUIRY_BODY_MAX,
	ra_chains, 0},
    {"POST", "/certificate-digests", "ma", INQUIRY_BODY_MAX, ra_digests, 0},
    {"GET", "/download/", NULL, 0, ra_unknown_path, HTTP_ROUTE_PREFIX},
};
