/*
 * all.h - every type of the schema, except cert_profiles.h, whose C names
 * (ra_certificate, ...) are better left to variables.
 */
#if !defined(SCHEMA_ALL_H) || defined(ASN_ROWS)
#define SCHEMA_ALL_H

/* clang-format off */
#include "schema/dot2_base.h"
#include "schema/dot2.h"
#include "schema/dot2_crl.h"
#include "schema/dot2_p2p.h"
#include "schema/scms_base.h"
#include "schema/scms_errors.h"
#include "schema/eca_ee.h"
#include "schema/ee_ma.h"
#include "schema/component_cert.h"
#include "schema/ee_ra.h"
#include "schema/pca_ra.h"
#include "schema/la_ra.h"
#include "schema/la_pca.h"
#include "schema/la_ma.h"
#include "schema/ma_pca.h"
#include "schema/ma_ra.h"
#include "schema/cert_chain.h"
#include "schema/scms_policy.h"
#include "schema/ra_pg.h"
#include "schema/scms_protocol.h"
#include "schema/scms_envelopes.h"
#include "schema/scms_124.h"
#include "schema/monarch.h"
/* clang-format on */

#endif /* SCHEMA_ALL_H */
