/* download.h - what all authenticated downloads begin with. */
#ifndef RA_DOWNLOAD_H
#define RA_DOWNLOAD_H

#include "role/ra/ee.h"
#include "role/ra/filename.h"

/* Makes the contents of a file that a device may have; in arena memory.  On
 * failure ee->step says where. */
typedef enum fault
download_make(struct bytes *out, struct ee *, const struct filename *,
    const struct ra *, struct db *, struct arena *, struct fault_info *);

/*
 * Answers requests for files of this kind, as many as are there at this
 * moment: opens the headers Download-Req, all at once, and checks that each
 * names a file of this kind that belongs to the device that signed.
 */
void download_answer(struct ra *, enum filename_kind, download_make *,
    const struct http_request *const *, struct http_response *const *,
    size_t n);

#endif /* RA_DOWNLOAD_H */
