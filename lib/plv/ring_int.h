/* ring_int.h - what agreement.c and ring.c share. */
#ifndef PLV_RING_INT_H
#define PLV_RING_INT_H

#include "base/file.h"
#include "plv/ring.h"

#define AGREEMENT_MAX  512 /* octets of a file */
#define KEY_ENDING     ".key"
#define PENDING_ENDING ".pending"

enum fault must_check agreement_load(
    struct plv_agreement *, const char *path, struct fault_info *);
void agreement_path(char out[PATH_SIZE], const char *folder,
    const uint8_t id[8], const char *ending);

#endif /* PLV_RING_INT_H */
