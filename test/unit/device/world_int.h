/* world_int.h - between the files of the world. */
#ifndef TEST_DEVICE_WORLD_INT_H
#define TEST_DEVICE_WORLD_INT_H

#include "base/fault.h"
#include "cert/convert.h"
#include "cert/issue.h"
#include "cert/request.h"
#include "test/unit/device/world.h"

/* The test is over if expr, a fault that used &fi, is not FAULT_OK. */
#define MUST(expr) must((expr), &fi, #expr)
void must(enum fault, const struct fault_info *, const char *what);

/* The two LAs' ids. */
extern const uint8_t world_la[2][2];

/* One batch for the device that asked with these octets, in w->call. */
struct bytes world_batch(struct world *, struct bytes request, uint32_t i);
/* What an accepted request holds: opened with the RA's keys. */
void
world_open_request(struct world *, struct bytes secured, struct request *out);

/* POSTs and downloads of identification and application certificates. */
enum fault
world_single_post(struct world *, enum monarch_kind, struct http_result *,
    struct arena *, struct bytes body, struct fault_info *);
enum fault world_single_get(struct world *, enum monarch_kind,
    struct http_result *, struct arena *, const char *filename);

/* POST of a request for a successor. */
enum fault world_successor(struct world *, struct http_result *, struct arena *,
    struct bytes body, struct fault_info *);
void world_enroll(struct world *, struct arena *, struct implicit_certificate *,
    struct bytes csr, bool successor);

enum fault world_answer(struct http_result *, struct arena *, unsigned status,
    const char *head, struct bytes body);
enum fault world_refuse(
    struct world *, struct http_result *, struct arena *, unsigned code);
/* An ack of this alternative. */
void world_ack(
    struct world *, struct bytes *out, struct bytes request, unsigned tag);

#endif /* TEST_DEVICE_WORLD_INT_H */
