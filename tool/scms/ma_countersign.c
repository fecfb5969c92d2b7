/*
 * ma_countersign.c - scms ma countersign: shows an auditor what is to be asked,
 * signs it with his key, which only this program sees, and hands the
 * countersignature to the MA's.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/secret.h"
#include "cert/perm.h"
#include "inquiry/auditor.h"
#include "inquiry/kind.h"
#include "keys/key.h"
#include "schema/scms_protocol.h"
#include "tool/common/opt.h"
#include "tool/scms/cmd.h"
#include "tool/scms/ma_countersign.h"
#include "tool/scms/passphrase.h"
#include "tool/scms/process.h"
#include "tool/scms/run.h"
#include "tool/scms/site.h"

#define PDU_MAX		262144u
#define CERTIFICATE_MAX 4096u

struct countersigning {
	const char *question, *dir, *auditor, *passphrase_file;
	struct site site;
	char program[PATH_SIZE], folder[PATH_SIZE];
};

/* ---- the MA's program ---- */

static enum fault
show(const struct countersigning *c, struct fault_info *fi)
{
	return run_program((const char *const[]){c->program, c->folder,
			       "question", c->question, NULL},
	    STDIN_FILENO, STDOUT_FILENO, fi);
}

static enum fault
read_fd(struct bytes *out, struct arena *arena, int fd, struct fault_info *fi)
{
	uint8_t *p = arena_alloc(arena, PDU_MAX, 1);
	ssize_t n = p != NULL ? pread(fd, p, PDU_MAX, 0) : -1;

	*out = (struct bytes){p, n > 0 ? (size_t)n : 0};
	return n > 0 ? FAULT_OK : fault_set(fi, FAULT_IO, "the question");
}

static enum fault
fetch(struct bytes *pdu, struct countersigning *c, struct fault_info *fi)
{
	int fd = memfd_create("question", MFD_CLOEXEC);
	enum fault f;

	if (fd < 0)
		return fault_errno(fi, FAULT_IO, "memfd");
	f = run_program((const char *const[]){c->program, c->folder, "question",
			    c->question, "--out", "/dev/stdout", NULL},
	    STDIN_FILENO, fd, fi);
	if (f == FAULT_OK)
		f = read_fd(pdu, &c->site.arena, fd, fi);
	close(fd);
	return f;
}

static enum fault
hand_over(
    const struct countersigning *c, struct bytes octets, struct fault_info *fi)
{
	int fd = memfd_create("countersignature", MFD_CLOEXEC);
	enum fault f;

	if (fd < 0)
		return fault_errno(fi, FAULT_IO, "memfd");
	if (write(fd, octets.p, octets.n) != (ssize_t)octets.n)
		f = fault_errno(fi, FAULT_IO, "memfd");
	else
		f = run_program(
		    (const char *const[]){c->program, c->folder, "countersign",
			c->question, "--in", "/dev/stdin", NULL},
		    fd, STDOUT_FILENO, fi);
	close(fd);
	return f;
}

/* ---- what is signed, and with what ---- */

/* The MA's word on the kind is not needed: the message tells. */
static enum fault
find_tbs(struct bytes *tbs, struct countersigning *c, struct bytes octets,
    struct fault_info *fi)
{
	struct arena *arena = &c->site.arena;
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);
	const char *ma = arena_printf(arena, "ma.%s", c->site.env.domain);

	if (pdu == NULL || ma == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "question");
	TRY(coer_decode(&scms_pdu_asn, pdu, arena, octets, fi));
	for (enum inquiry_kind kind = 0; kind < INQUIRY_KINDS; kind++)
		if (inquiry_check_question(pdu, kind, ma, NULL) == FAULT_OK)
			return inquiry_tbs(tbs, arena, pdu, kind, fi);
	return fault_set(fi, FAULT_BAD_MESSAGE, "no question of the MA");
}

static enum fault
load_auditor(struct key **key, struct cert **cert, struct countersigning *c,
    struct fault_info *fi)
{
	struct passphrase passphrase;
	char path[PATH_SIZE];
	struct bytes raw;
	enum fault f;

	path_join(path, c->auditor, "cert.oer");
	TRY(file_read(&raw, &c->site.arena, path, CERTIFICATE_MAX, fi));
	TRY(cert_load(cert, &c->site.arena, raw, fi));
	TRY(perm_check_role(*cert, SCMS_AUDITOR, fi));
	TRY(passphrase_get(&passphrase, c->passphrase_file, fi));
	path_join(path, c->auditor, "sign.key");
	f = key_load(key, path,
	    (struct bytes){(const uint8_t *)passphrase.text, passphrase.n}, fi);
	wipe(&passphrase, sizeof(passphrase));
	return f;
}

static enum fault
sign(struct bytes *out, struct countersigning *c, struct bytes tbs,
    struct fault_info *fi)
{
	struct key *key = NULL;
	struct signer signer;
	struct cert *cert;
	enum fault f;

	TRY(load_auditor(&key, &cert, c, fi));
	f = key_signer(&signer, key, cert, fi);
	if (f == FAULT_OK)
		f = auditor_sign(out, &c->site.arena, tbs, &signer, fi);
	key_free(key);
	return f;
}

/* ---- the whole ---- */

static enum fault
countersign(struct countersigning *c, struct fault_info *fi)
{
	struct bytes pdu, tbs, octets;

	path_join(c->folder, c->site.dir, parts[PART_MA].name);
	process_program(c->program, parts[PART_MA].program);
	TRY(show(c, fi));
	TRY(fetch(&pdu, c, fi));
	TRY(find_tbs(&tbs, c, pdu, fi));
	TRY(sign(&octets, c, tbs, fi));
	return hand_over(c, octets, fi);
}

enum fault
ma_countersign(int argc, char **argv, struct fault_info *fi)
{
	struct countersigning c = {.question = NULL};
	const struct opt opts[] = {
	    {"auditor", OPT_TEXT, &c.auditor},
	    {"passphrase-file", OPT_TEXT, &c.passphrase_file},
	};
	enum fault f;

	TRY(opt_parse(opts, sizeof(opts) / sizeof(opts[0]), &argc, argv, fi));
	TRY(cmd_need(argc, 2, "QUESTION and DIR", fi));
	if (c.auditor == NULL)
		return fault_set(
		    fi, FAULT_USAGE, "--auditor FOLDER says who countersigns");
	c.question = argv[0];
	TRY(site_open(&c.site, argv[1], SITE_SHARED, fi));
	f = countersign(&c, fi);
	site_close(&c.site);
	return f;
}
