/*
 * component.h - who a component is: its certificate, its keys, whom it trusts.
 *
 * In the component's folder:
 *	cert.oer		its 1609.2 certificate
 *	sign.key  enc.key	its keys (key.h); enc.key only where the
 *				certificate has an encryption key
 *	trust/ *.oer		roots; others are kept by ballot
 *				(component_anchors.h)
 *	known/ *.oer		chain files, certificates of peers
 *	former/ X.oer X.key	certificates it had, with their encryption keys,
 *				for messages of those who have not seen the
 *				present one yet; the folder may be absent
 */
#ifndef KEYS_COMPONENT_H
#define KEYS_COMPONENT_H

#include "base/arena.h"
#include "base/fault.h"
#include "cert/cert.h"
#include "cert/encrypt.h"
#include "cert/sign.h"
#include "cert/trust.h"
#include "keys/key.h"

#define COMPONENT_FORMER 8
#define COMPONENT_ECAS	 16 /* certificates on the white list of an RA */

struct component {
	struct trust *trust;
	struct cert *cert; /* its chain was checked */
	const char *name;  /* id.name of the certificate */
	struct key *sign_key;
	struct key *enc_key; /* NULL: cannot decrypt */
	struct signer signer;
	struct decryption_key decryption; /* where enc_key is not NULL */
	struct key *former_key[COMPONENT_FORMER];
	struct decryption_key former[COMPONENT_FORMER];
	size_t former_n;
	struct arena arena; /* of all this */
};

/*
 * Loads all of it and checks that it fits together: chain (at any time, so
 * that a component whose certificate has run out can still say so), name,
 * keys.  Faults name the file.  Nothing is left behind on failure.
 */
enum fault must_check component_load(
    struct component *, const char *folder, struct fault_info *);
/* Also fine on one that component_load did not fill. */
void component_free(struct component *);

#endif /* KEYS_COMPONENT_H */
