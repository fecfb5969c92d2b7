/*
 * crl.h - the revocation lists that a device has: which are in force, and how
 * they are kept.
 *
 * Each list, of one root and series, stands for itself: a newer one that is
 * good takes its place, and one that is not good changes nothing about it.
 * What is in force is kept as one composite CRL, in the file "crl/lists":
 *
 *	8	"MNRCLIST"
 *	1	version 1
 *	4, 4	start and length of the periods i (Time32, seconds)
 *	4	seconds that a list may be overdue
 *	...	CompositeCrl: the lists, and the ballots of the last composite
 *	32	SHA-256 of all before
 *
 * Lists were verified before they came into it, and are not verified again.
 */
#ifndef DEVICE_CRL_H
#define DEVICE_CRL_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "cert/anchors.h"
#include "cert/crl.h"
#include "cert/revoked.h"
#include "cert/trust.h"
#include "device/folder.h"
#include "device/monarch.h"

#define CRL_LISTS_MOST (REVOKED_LISTS - 1) /* beside the removed roots */
#define CRL_FILE_MAX   (64u << 20)

/* In an arena. */
struct crl_lists {
	struct crl list[CRL_LISTS_MOST];
	size_t n;
	struct anchors_removals ballots;
	struct revoked_terms terms;
	/* Of the file; sum zero: it was not read from one. */
	struct digest sum;
	struct bytes composite;
};

/*
 * Takes from a composite CRL what is good; lists that are no longer held stay
 * as they were.  In the end *held is what is in force, and its ballots, which
 * nobody has judged, are those of the composite.  held->terms must be set:
 * a list that is overdue then, is none.  All that is taken lies in the arena,
 * as must what is held.
 *
 * The fault is that of the first list that was not taken, and its text names
 * the series: those of crl_open, TOO_OLD, DUPLICATE, OVERDUE, REVOKED (its
 * signer).  Lists about certificates of roots that are not trusted are passed
 * over.  Faults of crl_composite_read: nothing was taken.
 */
enum fault must_check crl_take(struct crl_lists *held, struct arena *,
    struct bytes composite, struct trust *, struct fault_info *);
/* Certificates under a list's root and series are checked against what these
 * say, and what the anchors have removed (NULL: nothing was). */
enum fault must_check crl_expand(struct revoked **, const struct crl_lists *,
    const struct anchors *, const struct revoked *former,
    const struct digest *source, struct fault_info *);

/* What people are told about what is in force. */
void crl_describe(struct monarch_lists *, const struct crl_lists *);

/* Octets of such a file: sum, terms, and the composite, which is not looked
 * into.  STORE: they are damaged. */
enum fault must_check crl_file_open(
    struct crl_lists *, struct bytes, struct fault_info *);
/* The same of the folder's.  NOT_FOUND: there is none. */
enum fault must_check crl_file_read(struct crl_lists *, struct arena *,
    const struct folder *, struct fault_info *);
/* The ballots of the composite; the lists and the ballots. */
enum fault must_check crl_file_ballots(
    struct crl_lists *, struct arena *, struct fault_info *);
enum fault must_check crl_file_lists(
    struct crl_lists *, struct arena *, struct fault_info *);
/* The octets of the file; sets sum. */
enum fault must_check crl_file_build(
    struct bytes *out, struct arena *, struct crl_lists *, struct fault_info *);

#endif /* DEVICE_CRL_H */
