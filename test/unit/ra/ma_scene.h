/*
 * ma_scene.h - an RA with six devices, LAs and a PCA that are fakes, and an MA
 * that asks over HTTPS.
 */
#ifndef TEST_RA_MA_SCENE_H
#define TEST_RA_MA_SCENE_H

#include "test/unit/ra/asker.h"
#include "test/unit/ra/fakes.h"

#define DEVICES 6
#define EACH	4 /* certificates of a period */
#define WEEKS	5 /* periods ahead */

extern struct world w;
extern struct fakes *fakes;
extern struct asker asker;
extern struct device device[DEVICES];
extern struct arena arena; /* of a test */

int set_up(void **state);
int tear_down(void **state);
/* The RA's process, that is; settings may have changed. */
void restart(void);
/* All devices ask. */
void provision(void);
/* One round of planning; one of all that the threads do; until all is done.
 * true: something was. */
bool plan(void);
bool step(void);
void run(void);

/* On the database of the RA. */
int64_t count(const char *sql);
void execute(const char *format, ...) printf_like(1, 2);
int64_t units(const struct device *, int state);
/* How often these words are in the RA's audit log. */
size_t lines(const char *words);

/* Of some certificate that a device got; of none. */
hpcr hpcr_of(const struct device *);
extern const hpcr nobody;

/* Questions about these, and the RA's reply, in the arena of the test. */
const scms_pdu *about(enum inquiry_kind, const hpcr *, size_t n);
const scms_pdu *about_rif(enum inquiry_kind, const rif *, size_t n);
struct inquiry_reply ask(enum inquiry_kind, const scms_pdu *);
bool same_error(const scms_error *, const scms_error *);
/* Blacklists; what is said of each must be this, NULL: success. */
void blacklist(const hpcr *, size_t n, const scms_error *const *expected);
void blacklist_one(const struct device *);
const ra_ma_lci_response_msg_lci_info *
ask_chains(struct inquiry_reply *, const hpcr *, size_t n);

#endif /* TEST_RA_MA_SCENE_H */
