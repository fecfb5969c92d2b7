/*
 * issuers.h - the PCAs of the certificates that a device holds, in the folder
 * "issuers": what is kept of a certificate is of no use without its issuer,
 * which chain files to come may no longer hold.
 */
#ifndef DEVICE_ISSUERS_H
#define DEVICE_ISSUERS_H

#include "cert/cert.h"
#include "cert/trust.h"
#include "device/bundle.h"
#include "device/folder.h"

enum fault must_check issuers_keep(
    const struct folder *, const struct cert *, struct fault_info *);
/* Makes them known; nothing is trusted by this. */
enum fault must_check issuers_know(
    struct trust *, const struct folder *, struct fault_info *);
/* Makes known all whose certificates a device holds and depends on: these, and
 * those of the bundle and of the newest chain file. */
enum fault must_check issuers_know_all(
    struct trust *, struct arena *, const struct folder *, struct fault_info *);
/* Those that are over go. */
void issuers_forget(const struct folder *, uint32_t now);

#endif /* DEVICE_ISSUERS_H */
