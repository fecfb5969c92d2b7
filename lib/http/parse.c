/*
 * parse.c - the head of a request, and chunked bodies.
 *
 * Strict: one blank where one is due, CR LF at the end of lines, no folding,
 * no header that could hide another request.  Whatever two parsers might
 * understand in two ways is refused.
 */
#include <string.h>
#include <strings.h>

#include "http/server_int.h"

size_t
parse_head_size(const char *p, size_t n, size_t from)
{
	const char *end;

	from = from > 3 ? from - 3 : 0;
	end = memmem(p + from, n - from, "\r\n\r\n", 4);
	return end != NULL ? (size_t)(end - p) + 4 : 0;
}

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

/* ---- percent ---- */

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 'a' ^ 'A';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* In place.  Leaves %00 and what is not an escape as it is, so that a path
 * that still has a '%' is refused. */
static void
unescape(char *s)
{
	char *r = s, *w = s;

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
}

/* ---- lines ---- */

/* Cuts the line at *p off, as a string, and moves on; NULL: it holds a control
 * character or does not end with CR LF. */
static char *
cut_line(char **p, const char *end)
{
	char *line = *p, *s;

	for (s = line; s < end; s++)
		if (((unsigned char)*s < ' ' && *s != '\t') || *s == 0x7f)
			break;
	if (end - s < 2 || s[0] != '\r' || s[1] != '\n')
		return NULL;
	*s = '\0';
	*p = s + 2;
	return line;
}

/* Cuts a word off that ends with this mark; NULL: there is no such mark. */
static char *
cut_word(char **p, char mark)
{
	char *word = *p, *s = strchr(word, mark);

	if (s == NULL)
		return NULL;
	*s = '\0';
	*p = s + 1;
	return word;
}

static char *
trim(char *s)
{
	char *end;

	s += strspn(s, " \t");
	for (end = s + strlen(s);
	     end > s && (end[-1] == ' ' || end[-1] == '\t');)
		*--end = '\0';
	return s;
}

static bool
parse_query(struct exchange *ex, char *s)
{
	size_t max = 1;
	char *p, *value;

	for (p = s; *p != '\0'; p++) {
		max += *p == '&';
		if (*p == '+')
			*p = ' ';
	}
	if (max > HEADERS_MAX)
		return false;
	ex->query = ARENA_ARRAY(&ex->arena, max, struct field);
	if (ex->query == NULL)
		return false;
	while (s != NULL) {
		p = strsep(&s, "&");
		value = p;
		strsep(&value, "=");
		unescape(p);
		if (value != NULL)
			unescape(value);
		ex->query[ex->query_n++] =
		    (struct field){p, value != NULL ? value : ""};
	}
	return true;
}

static bool
parse_request_line(struct exchange *ex, char *line, bool *http_1_0)
{
	char *target, *query;

	ex->method = cut_word(&line, ' ');
	if (ex->method == NULL || !is_token(ex->method) ||
	    (target = cut_word(&line, ' ')) == NULL || target[0] != '/' ||
	    strncmp(line, "HTTP/1.", 7) != 0 ||
	    (line[7] != '0' && line[7] != '1') || line[8] != '\0')
		return false;
	*http_1_0 = line[7] == '0';
	query = target;
	strsep(&query, "?");
	unescape(target);
	ex->request.path = target;
	return strchr(target, '%') == NULL &&
	       (query == NULL || parse_query(ex, query));
}

static bool
parse_fields(struct exchange *ex, char *p, const char *end)
{
	char *line;

	ex->headers = ARENA_ARRAY(&ex->arena, HEADERS_MAX, struct field);
	while (ex->headers != NULL && (line = cut_line(&p, end)) != NULL) {
		struct field *f = &ex->headers[ex->headers_n];

		if (*line == '\0')
			return p == end;
		if (ex->headers_n == HEADERS_MAX)
			return false;
		f->name = cut_word(&line, ':');
		if (f->name == NULL || !is_token(f->name))
			return false;
		f->value = trim(line);
		ex->headers_n++;
	}
	return false;
}

/* ---- what the headers say about the body ---- */

struct form {
	unsigned lengths, encodings, hosts;
	bool bad;
};

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

static bool
has_word(const char *list, const char *word)
{
	size_t n;

	while (*(list += strspn(list, ", \t")) != '\0') {
		n = strcspn(list, ", \t");
		if (n == strlen(word) && strncasecmp(list, word, n) == 0)
			return true;
		list += n;
	}
	return false;
}

static void
look_at(struct exchange *ex, struct form *f, const struct field *h)
{
	if (begins_with(f, &f->lengths, h->name, "content-length")) {
		if (!parse_length(&ex->declared, h->value))
			f->bad = true;
	} else if (begins_with(
		       f, &f->encodings, h->name, "transfer-encoding")) {
		ex->chunked = true;
		if (strcasecmp(h->value, "chunked") != 0)
			f->bad = true;
	} else if (strcasecmp(h->name, "host") == 0) {
		f->hosts++;
	} else if (strcasecmp(h->name, "connection") == 0) {
		if (has_word(h->value, "close"))
			ex->close = true;
	} else if (strcasecmp(h->name, "expect") == 0) {
		ex->expects = true;
	}
}

bool
parse_head(struct exchange *ex, char *head, size_t n)
{
	const char *end = head + n;
	struct form f = {0};
	bool http_1_0;
	char *line = cut_line(&head, end);

	if (line == NULL || !parse_request_line(ex, line, &http_1_0) ||
	    !parse_fields(ex, head, end))
		return false;
	for (size_t k = 0; k < ex->headers_n; k++)
		look_at(ex, &f, &ex->headers[k]);
	if (f.bad || f.lengths + f.encodings > 1 || f.hosts > 1 ||
	    (http_1_0 ? ex->chunked : f.hosts == 0))
		return false;
	ex->close = ex->close || http_1_0;
	ex->expects = ex->expects && !http_1_0;
	ex->has_body = ex->chunked || ex->declared > 0;
	return true;
}

/* ---- chunks ---- */

#define OVERHEAD_MAX ((size_t)1 << 20) /* beside the data, of one body */

static bool
add_digit(struct chunks *c, uint8_t octet)
{
	int v = hex_value((char)octet);

	if (v < 0 || c->digits == 15)
		return false;
	c->left = c->left << 4 | (uint64_t)v;
	c->digits++;
	return true;
}

/* Goes to the state if the octet is the expected one. */
static void
expect(struct chunks *c, uint8_t octet, char wanted, enum chunk_state next)
{
	c->state = octet == (uint8_t)wanted ? next : CHUNK_BAD;
}

static void
after_size(struct chunks *c, uint8_t octet)
{
	expect(c, octet, '\n', c->left > 0 ? CHUNK_DATA : CHUNK_TRAILER);
	c->digits = 0;
}

/* One octet that is no data. */
static void
chunk_octet(struct chunks *c, uint8_t octet)
{
	switch (c->state) {
	case CHUNK_SIZE:
		if (add_digit(c, octet))
			break;
		if (c->digits > 0 && octet == ';')
			c->state = CHUNK_EXTENSION;
		else
			expect(c, octet, '\r',
			    c->digits > 0 ? CHUNK_SIZE_LF : CHUNK_BAD);
		break;
	case CHUNK_EXTENSION:
		if (octet == '\r')
			c->state = CHUNK_SIZE_LF;
		else if (octet < ' ' && octet != '\t')
			c->state = CHUNK_BAD;
		break;
	case CHUNK_SIZE_LF:
		after_size(c, octet);
		break;
	case CHUNK_DATA_CR:
		expect(c, octet, '\r', CHUNK_DATA_LF);
		break;
	case CHUNK_DATA_LF:
		expect(c, octet, '\n', CHUNK_SIZE);
		break;
	case CHUNK_TRAILER:
	case CHUNK_TRAILER_LINE:
		if (octet == '\r')
			c->state = c->state == CHUNK_TRAILER ? CHUNK_LAST_LF
							     : CHUNK_TRAILER_LF;
		else
			c->state = octet < ' ' && octet != '\t'
				       ? CHUNK_BAD
				       : CHUNK_TRAILER_LINE;
		break;
	case CHUNK_TRAILER_LF:
		expect(c, octet, '\n', CHUNK_TRAILER);
		break;
	case CHUNK_LAST_LF:
		expect(c, octet, '\n', CHUNK_DONE);
		break;
	case CHUNK_DATA:
	case CHUNK_DONE:
	case CHUNK_BAD:
		break;
	}
}

size_t
parse_chunks(struct chunks *c, const uint8_t *p, size_t n, struct bytes *data)
{
	size_t at = 0, take;

	*data = BYTES_NONE;
	while (at < n && c->state != CHUNK_DATA && c->state < CHUNK_DONE) {
		chunk_octet(c, p[at++]);
		if (++c->overhead > OVERHEAD_MAX)
			c->state = CHUNK_BAD;
	}
	if (c->state != CHUNK_DATA || at == n)
		return at;
	take = n - at < c->left ? n - at : (size_t)c->left;
	*data = (struct bytes){p + at, take};
	c->left -= take;
	if (c->left == 0)
		c->state = CHUNK_DATA_CR;
	return at + take;
}
