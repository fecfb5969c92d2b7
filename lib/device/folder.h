/*
 * folder.h - the folder of a device: names, whole files, one user at a time.
 *
 *	request.key	private key of the certificate request, 32 octets
 *	request.oer	the certificate request
 *	bundle/		the files of the bootstrap bundle, as they came
 *	policy/		LPF and LCCF fetched since (policy.h)
 *	provision	caterpillar keys, requests sent (provision.h)
 *	ack.oer		the RA's signed answer
 *	certificates/	one file per period (week.h)
 *	download/	what an interrupted transfer left
 *	issuers/	PCAs of the certificates held
 *	signer		which certificate is in use (signer.c)
 *	state		contacts and errors, for people (state.h)
 *	successor-N/	other enrollment certificates, and what came with them
 *			(place.h)
 *	identification/, application/  as provision, ack.oer, certificates/
 *			and signer here, for the other kinds (kind.h)
 *	reports/	misbehavior reports not yet sent (spool.h)
 *	trust		roots and electors in force (anchors.h)
 *	crl/		revocation lists (crl.h), and what they say
 *(crl_watch.h) lock, signer.lock  held by the processes at work: one that talks
 *to the RA, one that signs, at the same time
 */
#ifndef DEVICE_FOLDER_H
#define DEVICE_FOLDER_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"

#define FOLDER_REQUEST_KEY  "request.key"
#define FOLDER_REQUEST	    "request.oer"
#define FOLDER_BUNDLE	    "bundle"
#define FOLDER_POLICY	    "policy"
#define FOLDER_PROVISION    "provision"
#define FOLDER_ACK	    "ack.oer"
#define FOLDER_ENROLLMENT   "enrollment.oer"
#define FOLDER_ENROLLMENT_S "enrollment.s"
#define FOLDER_ECA	    "ECA.oer"
#define FOLDER_CERTIFICATES "certificates"
#define FOLDER_DOWNLOAD	    "download"
#define FOLDER_ISSUERS	    "issuers"
#define FOLDER_SIGNER	    "signer"
#define FOLDER_REPORTS	    "reports"
#define FOLDER_TRUST	    "trust"
#define FOLDER_STATE	    "state"
#define FOLDER_CRL	    "crl"
#define FOLDER_CRL_LISTS    "crl/lists"
#define FOLDER_CRL_EXPANDED "crl/expanded"
#define FOLDER_LOCK	    "lock"
#define FOLDER_SIGNER_LOCK  "signer.lock"

#define FOLDER_FILE_MAX (1u << 20) /* octets of any file in it */

struct folder {
	char path[PATH_SIZE];
	const char *name; /* last part of path */
	int lock;	  /* descriptor; -1: not locked */
};

/* An existing folder, for reading only.  FAULT_NOT_FOUND; FAULT_USAGE: the
 * path is too long. */
enum fault must_check folder_find(
    struct folder *, const char *path, struct fault_info *);
/* The same, with the lock of this name for this process alone.  FAULT_BUSY:
 * another one has it. */
enum fault must_check folder_lock(
    struct folder *, const char *path, const char *name, struct fault_info *);
void folder_unlock(struct folder *);
/* A folder in a folder, or (name NULL) the same again; it need not exist, and
 * is locked as long as the outer one is. */
void
folder_within(struct folder *, const struct folder *outer, const char *name);

/* The path of a file in the folder; name may hold a "/". */
void folder_path(char out[PATH_SIZE], const struct folder *, const char *name);
bool folder_has(const struct folder *, const char *name);
/* Whole files, 0600, replaced in one step. */
enum fault must_check folder_read(struct bytes *out, struct arena *,
    const struct folder *, const char *name, struct fault_info *);
enum fault must_check folder_write(
    const struct folder *, const char *name, struct bytes, struct fault_info *);
enum fault must_check folder_mkdir(
    const struct folder *, const char *name, struct fault_info *);
/* Fine if it is not there. */
void folder_remove(const struct folder *, const char *name);
/* Removes a sub-folder and the files in it. */
void folder_remove_all(const struct folder *, const char *name);

#endif /* DEVICE_FOLDER_H */
