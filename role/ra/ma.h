/*
 * ma.h - what the MA asks: to blacklist a device, and what of it goes onto a
 * CRL.  A device is named by one of its requests to the PCA (HPCR) or, where
 * certificates name their holder, by that (RIF); no answer ever names it in
 * another way.
 *
 * Who may ask, how much and with whose consent is lib/inquiry's business; here
 * are the answers, one file each.
 */
#ifndef RA_MA_H
#define RA_MA_H

#include "inquiry/inquiry.h"
#include "role/ra/ra.h"
#include "schema/scms_protocol.h"

/*
 * Fills an answer, in arena memory; headers may be set.  The connection is the
 * threads', locked; a transaction that is not committed is rolled back.  What
 * is wrong with an entry of the list stands in the answer; a fault is ours.
 */
typedef enum fault ma_answer(scms_pdu *answer, struct ra *, struct db *,
    struct arena *, const struct inquiry_question *, struct http_response *,
    struct fault_info *);
ma_answer ma_blacklist, ma_blacklist_rif; /* ma_blacklist.c */
ma_answer ma_chains;			  /* ma_chains.c */
ma_answer ma_digests;			  /* ma_digests.c */

/* What is wrong with an entry. */
extern const scms_error ma_no_such_hpcr; /* or not blacklisted, where asked */
extern const scms_error ma_no_such_rif;	 /* the same */
extern const scms_error ma_already_blacklisted;
extern const scms_error ma_no_chains, ma_no_digests;

#endif /* RA_MA_H */
