/*
 * range.h - Range, If-None-Match and Content-Disposition of downloads
 * (wire-interface.md 3.2, 3.3).
 */
#ifndef HTTP_RANGE_H
#define HTTP_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "http/server.h"

enum http_range {
	HTTP_RANGE_NONE,   /* no Range, or one to be ignored: send all */
	HTTP_RANGE_PART,   /* 206 with offset and length */
	HTTP_RANGE_OUTSIDE /* 416 */
};

/* One range of "bytes=a-b", "bytes=a-", "bytes=-n" against a file of size
 * octets; several ranges or another unit are ignored, as RFC 9110 permits. */
enum http_range http_range_parse(
    const char *range, uint64_t size, uint64_t *offset, uint64_t *length);
/* Does If-None-Match name this file?  With or without quotes, W/, lists, "*";
 * letter case does not matter. */
bool http_none_match(const char *if_none_match, const char *name);

/*
 * Answers with a file as CAMP's clients expect it: 304 if If-None-Match names
 * it, else 200, 206 or 416; Content-Disposition with the quoted name, ETag of
 * the same, Accept-Ranges.  name needs to live as long as the arena.
 */
void http_reply_download(const struct http_request *, struct http_response *,
    const char *name, struct bytes);
/* The same from length octets of an open file at offset; closes fd. */
void
http_reply_download_file(const struct http_request *, struct http_response *,
    const char *name, int fd, uint64_t offset, uint64_t length);

#endif /* HTTP_RANGE_H */
