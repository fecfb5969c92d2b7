/* download.h - what all authenticated downloads begin with. */
#ifndef RA_DOWNLOAD_H
#define RA_DOWNLOAD_H

#include "role/ra/ee.h"
#include "role/ra/filename.h"

/*
 * Opens the header Download-Req and checks that the file it names is of this
 * kind and belongs to the device that signed.  On failure ee->step says where.
 */
enum fault must_check download_open(struct ee *, struct filename *,
    enum filename_kind, const struct ra *, struct db *,
    const struct http_request *, struct fault_info *);
/* Sends the file; the device was here. */
void download_send(struct ra *, const struct ee *, const struct filename *,
    const struct http_request *, struct http_response *, struct bytes);

#endif /* RA_DOWNLOAD_H */
