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

struct download {
	enum filename_kind kind;
	download_make *make; /* of a device with pseudonym certificates */
	/* Of a holder of identification or application certificates; it looks
	 * whose file it is. NULL: there is none of this kind. */
	download_make *make_auth;
};

/*
 * Answers requests for files of this kind, as many as are there at this
 * moment: opens the headers Download-Req, all at once, and checks that each
 * names a file of this kind that belongs to the device that signed.
 */
void download_answer(struct ra *, const struct download *,
    const struct http_request *const *, struct http_response *const *,
    size_t n);

#endif /* RA_DOWNLOAD_H */
