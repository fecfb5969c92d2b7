/*
 * form.c - what a request must look like before anybody reads it.
 *
 * libmicrohttpd 0.9.75 takes the first of several Content-Length headers, and
 * glues a folded value to the name of the header ("Content-Length12"), which
 * then goes unseen.  Both would let a sender hide one request in another, so
 * they are refused here, with everything else that is not as RFC 9112 wants it.
 */
#include <string.h>
#include <strings.h>

#include "http/server_int.h"

struct form {
	unsigned lengths, encodings, hosts;
	uint64_t length;
	bool chunked, bad;
};

static bool
is_token(const char *s)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		bool letter = (*s >= 'a' && *s <= 'z') ||
			      (*s >= 'A' && *s <= 'Z') ||
			      (*s >= '0' && *s <= '9');

		if (!letter && strchr(marks, *s) == NULL)
			return false;
	}
	return true;
}

/* 1 to 18 digits, so that it fits. */
static bool
parse_length(uint64_t *out, const char *s)
{
	size_t n = strspn(s, "0123456789");

	if (n == 0 || n > 18 || s[n] != '\0')
		return false;
	for (*out = 0; *s != '\0'; s++)
		*out = *out * 10 + (uint64_t)(*s - '0');
	return true;
}

/* Counts a header that begins with name, and wants it to be just that. */
static bool
begins_with(struct form *f, unsigned *count, const char *key, const char *name)
{
	size_t n = strlen(name);

	if (strncasecmp(key, name, n) != 0)
		return false;
	if (key[n] != '\0' || ++*count > 1)
		f->bad = true;
	return true;
}

static enum MHD_Result
visit(void *ctx, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct form *f = ctx;

	(void)kind;
	if (value == NULL)
		value = "";
	if (!is_token(key)) {
		f->bad = true;
	} else if (begins_with(f, &f->lengths, key, "content-length")) {
		if (!parse_length(&f->length, value))
			f->bad = true;
	} else if (begins_with(f, &f->encodings, key, "transfer-encoding")) {
		f->chunked = true;
		if (strcasecmp(value, "chunked") != 0)
			f->bad = true;
	} else if (strcasecmp(key, "host") == 0 && ++f->hosts > 1) {
		f->bad = true;
	}
	return f->bad ? MHD_NO : MHD_YES;
}

bool
form_check(struct exchange *ex)
{
	struct form f = {0};

	MHD_get_connection_values(ex->mhd, MHD_HEADER_KIND, visit, &f);
	if (f.bad || (f.lengths > 0 && f.encodings > 0))
		return false;
	ex->chunked = f.chunked;
	ex->declared = f.length;
	ex->has_body = f.chunked || f.length > 0;
	return ex->request.path[0] == '/' &&
	       strchr(ex->request.path, '%') == NULL;
}

void *
form_note_uri(void *ctx, const char *uri, struct MHD_Connection *mhd)
{
	struct connection *k = connection_of(mhd);

	(void)ctx;
	if (k != NULL)
		k->uri_n = strlen(uri);
	return NULL;
}

/* The version stands one octet behind the URI in the same buffer. */
bool
form_uri_was_cut(
    const struct connection *k, const char *url, const char *version)
{
	return version != url + k->uri_n + 1;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 'a' ^ 'A';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t
form_unescape(void *ctx, struct MHD_Connection *mhd, char *s)
{
	char *r = s, *w = s;

	(void)ctx;
	(void)mhd;
	while (*r != '\0') {
		int hi = r[0] == '%' ? hex_value(r[1]) : -1;
		int lo = hi >= 0 ? hex_value(r[2]) : -1;

		if (lo >= 0 && (hi != 0 || lo != 0)) {
			*w++ = (char)(hi << 4 | lo);
			r += 3;
		} else {
			*w++ = *r++;
		}
	}
	*w = '\0';
	return (size_t)(w - s);
}
