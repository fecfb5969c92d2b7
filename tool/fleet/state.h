/*
 * state.h - what a fleet remembers: one file with a record per device, mapped
 * into memory, so that a run that was killed goes on where it stopped; and a
 * list of the certificates that samples took out of their responses.
 *
 * FOLDER/devices	a head, then struct record for device 0, 1, ...
 * FOLDER/certificates	struct held, in the order of their coming; one may
 *			stand there twice after a crash
 *
 * Both are in the octet order of this machine.  They survive the death of the
 * program, not of the machine.
 */
#ifndef FLEET_STATE_H
#define FLEET_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "crypto/hash.h"

#define STATE_CERTIFICATE_MAX 164
#define STATE_DEVICES	      "devices"
#define STATE_CERTIFICATES    "certificates"
#define STATE_MAGIC	      "MNRCFLT1"

enum stage { STAGE_NEW, STAGE_ENROLLED, STAGE_PROVISIONED };

/* Written as one. */
struct progress {
	/* Periods held: first_i to next_i - 1, but for those that were over
	 * before they could be fetched. */
	uint16_t first_i, next_i;
	uint32_t certificates;
};

struct record {
	uint8_t stage; /* written last */
	uint8_t certificate_n;
	uint8_t failures; /* refusals in a row */
	uint8_t pad;
	/* Times of the requests under way or answered: with them they can be
	 * made again.  0: none. */
	uint32_t enroll_time, provision_time;
	uint32_t contact_i; /* period of the last full contact of a sample */
	_Alignas(8) struct progress progress;
	uint8_t request_hash[SHA256_SIZE], ack_hash[SHA256_SIZE];
	uint8_t e[SHA256_SIZE], r[SHA256_SIZE]; /* private key: e * k_u + r */
	uint8_t certificate[STATE_CERTIFICATE_MAX];
	uint32_t certificate_end;
};

struct held {
	uint32_t device;
	uint16_t i;
	uint8_t j;
	uint8_t lv[9];
};

struct state_head {
	char magic[8];
	uint32_t record_size, pad;
	uint64_t seed;
	uint8_t zero[40];
};

struct state {
	struct record *v;
	uint32_t n;
	int fd, held_fd;
	void *map;
	size_t map_n;
};

/* Opens or begins the state of n devices in a folder, for this process alone
 * (FAULT_BUSY).  FAULT_STORE: not such a file. */
enum fault must_check state_open(struct state *, const char *folder, uint32_t n,
    uint64_t seed, struct fault_info *);
void state_close(struct state *);
/* Appends to the list; all or, after an error, perhaps some. */
enum fault must_check state_hold(
    struct state *, const struct held *, size_t n, struct fault_info *);

static inline void
record_set_progress(struct record *r, struct progress p)
{
	__atomic_store(&r->progress, &p, __ATOMIC_RELEASE);
}

static inline struct bytes
record_certificate(const struct record *r)
{
	return (struct bytes){r->certificate, r->certificate_n};
}

#endif /* FLEET_STATE_H */
