/* handlers.h - the messages of devices, one file each; ctx is struct ra. */
#ifndef RA_HANDLERS_H
#define RA_HANDLERS_H

#include "http/server.h"

#define RA_ROUTES 18

extern const struct http_route ra_routes[RA_ROUTES];

http_handler ra_provision; /* provision.c */
/* auth_provision.c */
http_handler ra_provision_identity, ra_provision_application;
/* auth_file.c */
http_handler ra_download_identity, ra_download_application;
http_handler ra_download_batch; /* batch_file.c */
http_handler ra_download_info;	/* info.c */
http_handler ra_chain_file;	/* chain_file.c */
http_handler ra_policy_file;	/* policy_file.c */
http_handler ra_certificate;	/* ra_certificate.c */
http_handler ra_successor;	/* successor.c */
http_handler ra_report;		/* report.c */
/* ma.c */
http_handler ra_blacklist, ra_blacklist_rif, ra_chains, ra_digests;
http_handler ra_unknown_path; /* download.c */

#endif /* RA_HANDLERS_H */
