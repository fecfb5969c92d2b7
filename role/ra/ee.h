/*
 * ee.h - a message of a device, from octets to one that may be acted on.
 *
 * The checks come in the order of wire-interface.md 2: form and encryption,
 * internal blacklist, enrollment certificate and chain, time, signature, number
 * of failed attempts.  What a message must contain is for its handler.
 */
#ifndef RA_EE_H
#define RA_EE_H

#include "http/server.h"
#include "role/ra/errors.h"
#include "role/ra/ra.h"

enum ee_kind {
	EE_PROVISIONING, /* of pseudonym certificates */
	EE_IDENTITY,
	EE_APPLICATION,
	EE_DOWNLOAD,
	EE_SUCCESSOR,
	EE_OTHER
};

/* What was signed, in the layouts of 1.2.2 and 1.2.4. */
struct ee_form {
	enum ee_kind kind;
	uint32_t time;
	uint32_t start_time; /* of the three provisioning requests */
	/* EE_PROVISIONING, EE_IDENTITY; cert_encrypt may be NULL */
	const unsigned_butterfly_params *sign, *encrypt, *cert_encrypt;
	/* EE_APPLICATION; cert_key may be NULL */
	const public_verification_key *verify_key;
	const public_encryption_key *cert_key, *response_key;
	const geographic_region *region; /* 1.2.4; NULL: none */
	struct bytes filename;		 /* EE_DOWNLOAD */
	struct bytes inner;		 /* EE_SUCCESSOR: for the ECA */
	hash_algorithm hash_id;
	struct bytes tbs; /* octets signed */
	const signer_identifier *signer;
	const signature *signature;
};

struct ee {
	enum ee_step step; /* at which it failed */
	struct ee_form form;
	struct cert *enrollment; /* NULL: not yet known */
	bool certified;		 /* its chain holds */
	bool proven;		 /* the sender has its key */
	/* Its row, if there is one: */
	int64_t device; /* 0: none */
	uint8_t request_id[8];
	uint32_t next_i, end_i;
	/* Its row among those that asked for identification or application
	 * certificates. */
	int64_t holder; /* 0: none */
	int64_t pca;	/* row */
};

/* A message that came in, encrypted and signed.  Memory comes from the arena,
 * which in must live as long as. */
struct ee_message {
	struct ee ee;
	struct arena *arena;
	struct bytes in;
	bool is_data;	  /* SignedData is expected, not a request */
	enum fault fault; /* found at ee.step */
	struct fault_info why;
};

/* ee_form.c: the form of a decrypted message, and who signed it. */
enum fault must_check ee_read_form(struct ee *, struct arena *, struct bytes in,
    bool is_data, struct fault_info *);

/* Opens many messages, with the arithmetic of all done together; those whose
 * fault is set already are left alone.  No transaction is open before or after:
 * a reader that lasts keeps the write-ahead log from ending. */
void
ee_open_many(struct ee_message *, size_t n, const struct ra *, struct db *);
/* One.  On failure ee->step says where. */
enum fault must_check ee_open(struct ee *, const struct ra *, struct db *,
    struct arena *, struct bytes in, struct fault_info *);

/* One log line and the answer of errors.def; counts the failure. ee may be
 * as little filled as ee->step. */
void ee_refuse(struct ra *, const struct ee *, const struct http_request *,
    struct http_response *, const struct fault_info *);

#endif /* RA_EE_H */
