/*
 * intake.h - POST /misbehavior-report, from the RA only.
 *
 * A report is opened, its reporter and its evidence are checked, each message
 * at its own time, and what it says is judged again.  What holds is stored; of
 * what does not only the reason is counted (reason.def).  The RA gets 204 for
 * either, so that it does not learn which reports are good, and 503 when this
 * one must come again.
 */
#ifndef MA_INTAKE_H
#define MA_INTAKE_H

#include "cert/region.h"
#include "misbehavior/kind.h"
#include "role/ma/ma.h"

#define MA_NO_PLACE 900000001 /* J2735's unavailable latitude */
#define MA_REPORT_AGE                                          \
	(8u * 86400) /* a device keeps it a week, the RA a day \
		      */

/* So many reports are taken that one certificate makes about another: more
 * prove no more. */
#define MA_REPORTS_BETWEEN 8

enum ma_reason {
#define REASON(name, word, text) MA_REASON_##name,
#include "role/ma/reason.def"
#undef REASON
	MA_REASONS
};
const char *ma_reason_word(enum ma_reason);
const char *ma_reason_text(enum ma_reason);

/* A certificate in a report. */
struct ma_sender {
	uint8_t id[CERT_ID_SIZE];
	bool is_pseudonym; /* then it has lv */
	bool is_holder;	   /* then it has rif */
	struct ma_lv lv;
	uint8_t rif[CERT_ID_SIZE];
};
void ma_sender_of(struct ma_sender *, const struct cert *);
/* Its row, which is made if absent.  The lock is held. */
enum fault must_check ma_sender_store(int64_t *number, struct ma *,
    const struct ma_sender *, struct fault_info *);

/* A report that holds. */
struct ma_report {
	struct digest digest; /* of what is signed */
	struct bytes body;    /* signed, no longer encrypted */
	uint32_t taken, made; /* Time32 */
	enum misbehavior_kind kind;
	const char *words; /* what the evidence shows */
	struct ma_sender suspect, reporter;
	/* Time (ms since 2004) and place (1e-7 degrees) of the first and the
	 * last message about the suspect; MA_NO_PLACE: none says where. */
	int64_t began, ended;
	struct region_place first, last;
};

/*
 * Opens and checks the octets that came in, at time now (Time32).  Memory is
 * the arena's.  A fault with *reason: it does not hold; with *reason
 * MA_REASONS: it may hold, come again (FAULT_STORE, FAULT_IO).
 */
enum fault must_check ma_report_check(struct ma_report *,
    enum ma_reason *reason, struct ma *, struct arena *, struct bytes in,
    uint32_t now, struct fault_info *);
/* Durable when it returns; the same report twice is stored once. */
enum fault must_check ma_report_store(
    struct ma *, const struct ma_report *, struct fault_info *);
/* One more that does not hold. */
enum fault must_check ma_report_refuse(
    struct ma *, enum ma_reason, struct fault_info *);

http_handler ma_handle_report;

#endif /* MA_INTAKE_H */
