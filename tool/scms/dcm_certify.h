/* dcm_certify.h - certificates for operators and auditors of the DCM. */
#ifndef SCMS_DCM_CERTIFY_H
#define SCMS_DCM_CERTIFY_H

#include "base/fault.h"
#include "tool/scms/site.h"

/* "certify DIR NAME --out FOLDER [--offline DIR] [--passphrase-file F]":
 * tls.pem, tls.key and tls-ca.pem in a folder, for "NAME.dcm.<domain>". */
enum fault must_check dcm_certify(int argc, char **argv, struct fault_info *);

#endif /* SCMS_DCM_CERTIFY_H */
