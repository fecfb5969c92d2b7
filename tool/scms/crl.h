/* crl.h - what the commands scms crl ... share. */
#ifndef SCMS_CRL_H
#define SCMS_CRL_H

#include "cert/cert.h"
#include "cert/trust.h"
#include "tool/scms/site.h"

#define CRL_DESK_MEMORY ((size_t)1 << 30)

struct crl_desk {
	const struct site *site;
	struct trust *trust; /* roots and GCCF of the environment */
	struct arena arena;
	uint32_t now;
};

/* To be closed in any case. */
enum fault must_check crl_desk_open(
    struct crl_desk *, const struct site *, struct fault_info *);
void crl_desk_close(struct crl_desk *);

/* A certificate that is valid now and whose chain holds. */
enum fault must_check crl_desk_certificate(struct cert **out, struct crl_desk *,
    const char *path, struct fault_info *);
/* Runs scms-crlg DIR/crlg COMMAND [FILE...]. */
enum fault must_check crl_desk_run(struct crl_desk *, const char *command,
    int argc, char **argv, struct fault_info *);

/* crl_show.c: a file, or (NULL) what the CRL store gives out. */
enum fault must_check crl_show(
    struct crl_desk *, const char *path, struct fault_info *);

/* crl_special.c: a new list of series 256 with these certificates besides those
 * that are on it. */
struct crl_special {
	const char *offline, *passphrase_file; /* or NULL */
	int argc;			       /* certificates */
	char **argv;
};
enum fault must_check crl_special(
    struct crl_desk *, const struct crl_special *, struct fault_info *);

#endif /* SCMS_CRL_H */
