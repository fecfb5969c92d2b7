/*
 * revoked_common.h - devices with two chains each, whose seeds and linkage
 * values are computed by plain OpenSSL, and lists made of them.
 */
#ifndef TEST_CERT_REVOKED_COMMON_H
#define TEST_CERT_REVOKED_COMMON_H

#include "cert/crl.h"
#include "cert/revoked.h"
#include "common.h"

#define FIRST	570u /* period of the first seed */
#define PERIODS 60u
#define IREV	590u /* the period of NOW */
#define JMAX	20u

extern const uint8_t plain_la1[2], plain_la2[2];

/* Seeds of both LAs for periods FIRST and those that follow. */
struct plain_device {
	uint8_t seed1[PERIODS][16], seed2[PERIODS][16];
};

void plain_device(struct plain_device *);
/* lv(i, j). */
void plain_linkage(
    uint8_t out[9], const struct plain_device *, uint32_t i, uint32_t j);

/* A list of series 1 of the CRACA with cracaId 010203, seeds of i_rev. */
void plain_crl(struct crl *, const struct plain_device *, size_t n,
    uint32_t i_rev, uint16_t i_max);
/* A list of digests of certificates that ends with the certificates. */
void digest_crl(struct crl *, uint16_t series, struct cert *const *, size_t n);

/* With a period of its own. */
struct revoked *revoked_of(
    const struct crl *, size_t n, uint32_t now, const struct revoked *former);
/* When a period begins. */
uint32_t period_start(uint32_t i);
/* A pseudonym certificate with this linkage value, not signed by anybody. */
struct cert *linked_cert(const uint8_t lv[9], uint32_t i);

#endif /* TEST_CERT_REVOKED_COMMON_H */
