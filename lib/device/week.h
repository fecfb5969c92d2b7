/*
 * week.h - the certificates of one period as a device keeps them: one file
 * per period, certificates/<I> in upper-case hexadecimal, mode 0600 (of
 * an application certificate, I is the number of its request).
 *
 *	8	"MNRCWEEK"
 *	1	version 1
 *	1	1: the batch was complete, 0: entries were refused
 *	4	i
 *	4, 4	first start and last end of validity (Time32)
 *	2	n, then n times, j ascending:
 *	4	  j
 *	2, ...	  length, certificate (COER)
 *	32	  private key reconstruction value s
 *	32	SHA-256 of all before
 *
 * Private keys are not stored: a + f(i,j), and then e*that + s, cost some
 * microseconds and the caterpillar key is stored anyway.
 */
#ifndef DEVICE_WEEK_H
#define DEVICE_WEEK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "crypto/p256.h"
#include "device/folder.h"

#define WEEK_MAX	     255 /* certsPerIPeriod is a Uint8 */
#define WEEK_CERTIFICATE_MAX 2048

struct week_certificate {
	uint32_t j;
	struct bytes certificate;
	struct scalar s;
};

struct week {
	uint32_t i;
	bool complete;
	uint32_t start, end;
	size_t n;
	struct week_certificate *v;
};

/* FAULT_NOT_FOUND; FAULT_STORE: the file is damaged. */
enum fault must_check week_read(struct week *, struct arena *,
    const struct folder *, uint32_t i, struct fault_info *);
/*
 * Makes n weeks durable; each appears as a whole or not at all.  Faster than
 * one by one: the folder is synced once.  When the disk is full, those that
 * fit are there, and nothing of the others.
 */
enum fault must_check week_write(
    const struct folder *, const struct week *, size_t n, struct fault_info *);
/* The i of all weeks that are there, ascending, in the arena.  Removes what a
 * crash left half written if the folder is locked by who writes them. */
enum fault must_check week_list(uint32_t **i, size_t *n, struct arena *,
    const struct folder *, struct fault_info *);
/* Octets of its file. */
size_t week_size(const struct week *);
void week_remove(const struct folder *, uint32_t i);

#endif /* DEVICE_WEEK_H */
