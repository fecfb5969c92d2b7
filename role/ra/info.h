/* info.h - what an .info file holds. */
#ifndef RA_INFO_H
#define RA_INFO_H

#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"

/* A Time32 as the file holds it, in arena memory. */
struct bytes info_encode(uint32_t time, struct arena *);

#endif /* RA_INFO_H */
