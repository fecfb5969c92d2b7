/*
 * chainfile.h - LCCF and GCCF: certificate chain files, bare ScmsFile.
 * They carry no signature; each certificate is validated by itself.
 */
#ifndef CERT_CHAINFILE_H
#define CERT_CHAINFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"

struct chain_file {
	bool local; /* LCCF */
	uint16_t gccf_version, lccf_version;
	const char *ra_hostname;	 /* LCCF */
	const struct bytes *root_ballot; /* encoded ElectorBallots */
	size_t n_root_ballot;
	/* Set by chain_file_open: the certificates in root_ballot. */
	const struct bytes *root_cert;
	const struct bytes *elector_ballot;
	size_t n_elector_ballot;
	struct bytes ma; /* encoded certificates */
	const struct bytes *cert;
	size_t n_cert;
	const struct bytes *optional; /* LCCF: optionalCertList */
	size_t n_optional;
};

/* *out is the encoded ScmsFile. */
enum fault must_check chain_file_build(struct bytes *out, struct arena *,
    const struct chain_file *, struct fault_info *);
/* Decodes; arrays lie in the arena, spans in `in`.  BAD_MESSAGE: neither. */
enum fault must_check chain_file_open(struct chain_file *out, struct arena *,
    struct bytes in, struct fault_info *);
/* "local_certificate_chains_01_03.oer"; at least two digits each. */
#define CHAIN_FILE_NAME 64
void chain_file_name(char out[CHAIN_FILE_NAME], const struct chain_file *);

#endif /* CERT_CHAINFILE_H */
