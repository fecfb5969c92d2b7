/*
 * policy_file.h - the policy (LPF) and chain file (LCCF) in force, kept in
 * the folder "policy"; those of the bundle serve until newer ones are there.
 */
#ifndef DEVICE_POLICY_FILE_H
#define DEVICE_POLICY_FILE_H

#include "device/device.h"

/* Takes the stored chain file into the identity.  NOT_FOUND: there is none;
 * others: it no longer serves. */
enum fault must_check policy_file_take_lccf(
    struct monarch_device *, uint32_t now);
/* Sets what the device follows of the policy in force; CAMP's values where it
 * says nothing or cannot be verified any more. */
void policy_file_read(struct monarch_device *, uint32_t now);

#endif /* DEVICE_POLICY_FILE_H */
