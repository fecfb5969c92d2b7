/*
 * kind.c - see kind.h.  All questions have the same members under different
 * names, so a row of offsets into scms_pdu says all that differs.
 */
#include <string.h>

#include "inquiry/kind.h"
#include "schema/scms_protocol.h"

/* What every SEQUENCE OF looks like (coer/asn.h). */
struct list {
	size_t n;
	void *v;
};

struct row {
	const char *path;
	enum scms_role role;
	enum scms_pdu_content_tag content;
	unsigned question, answer; /* alternatives of the interface */
	size_t interface, version, ma_id, tbs, list, empty, signatures;
	const struct asn_type *tbs_asn;
	size_t answer_version, request_hash, answerer;
	unsigned weight;
	enum inquiry_purpose purpose;
};

#define AT(member) offsetof(scms_pdu, content.member)

static const struct row rows[INQUIRY_KINDS] = {
#define KIND(k, at, who, i, q, some, none, asked, reply, by, counts, to) \
	[INQUIRY_##k] = {.path = at,                                     \
	    .role = SCMS_##who,                                          \
	    .content = scms_pdu_content_##i,                             \
	    .question = i##_interface_pdu_##q,                           \
	    .answer = i##_interface_pdu_##reply,                         \
	    .interface = AT(i.is),                                       \
	    .version = AT(i.q.version),                                  \
	    .ma_id = AT(i.q.tbs.ma_id),                                  \
	    .tbs = AT(i.q.tbs),                                          \
	    .list = AT(i.q.tbs.some),                                    \
	    .empty = AT(i.q.tbs.none),                                   \
	    .signatures = AT(i.q.signatures),                            \
	    .tbs_asn = &asked##_asn,                                     \
	    .answer_version = AT(i.reply.version),                       \
	    .request_hash = AT(i.reply.request_hash),                    \
	    .answerer = AT(i.reply.by),                                  \
	    .weight = counts,                                            \
	    .purpose = INQUIRY_TO_##to},
#include "inquiry/kind.def"
};

static const void *
at(const scms_pdu *pdu, size_t offset)
{
	return (const uint8_t *)pdu + offset;
}

static void
put(scms_pdu *pdu, size_t offset, const void *value, size_t n)
{
	memcpy((uint8_t *)pdu + offset, value, n);
}

static struct list
list_at(const scms_pdu *pdu, size_t offset)
{
	struct list out;

	memcpy(&out, at(pdu, offset), sizeof(out));
	return out;
}

static bool
has_name(const scms_pdu *pdu, size_t offset, const char *name)
{
	struct bytes is;

	memcpy(&is, at(pdu, offset), sizeof(is));
	return bytes_equal(is, bytes_of_string(name));
}

const char *
inquiry_path(enum inquiry_kind kind)
{
	return rows[kind].path;
}

enum scms_role
inquiry_role(enum inquiry_kind kind)
{
	return rows[kind].role;
}

enum inquiry_purpose
inquiry_purpose(enum inquiry_kind kind)
{
	return rows[kind].purpose;
}

/* ---- making ---- */

static void
begin(scms_pdu *pdu, const struct row *row, unsigned alternative,
    size_t version, size_t name_at, const char *name)
{
	struct bytes host = bytes_of_string(name);

	memset(pdu, 0, sizeof(*pdu));
	pdu->version = 1;
	pdu->content.is = row->content;
	put(pdu, row->interface, &alternative, sizeof(alternative));
	put(pdu, version, &(uint8_t){1}, 1);
	put(pdu, name_at, &host, sizeof(host));
}

void
inquiry_begin(scms_pdu *pdu, enum inquiry_kind kind, const char *ma)
{
	const struct row *row = &rows[kind];

	begin(pdu, row, row->question, row->version, row->ma_id, ma);
}

void
inquiry_begin_answer(scms_pdu *pdu, enum inquiry_kind kind,
    const uint8_t request_hash[8], const char *self)
{
	const struct row *row = &rows[kind];

	begin(pdu, row, row->answer, row->answer_version, row->answerer, self);
	put(pdu, row->request_hash, request_hash, 8);
}

enum fault
inquiry_tbs(struct bytes *out, struct arena *arena, const scms_pdu *pdu,
    enum inquiry_kind kind, struct fault_info *fi)
{
	const struct row *row = &rows[kind];

	return coer_encode_new(out, arena, row->tbs_asn, at(pdu, row->tbs), fi);
}

size_t
inquiry_entries(const scms_pdu *pdu, enum inquiry_kind kind)
{
	return list_at(pdu, rows[kind].list).n;
}

size_t
inquiry_weight(const scms_pdu *pdu, enum inquiry_kind kind)
{
	return rows[kind].weight * inquiry_entries(pdu, kind);
}

/* ---- checks ---- */

static bool
is_alternative(const scms_pdu *pdu, const struct row *row, unsigned alternative)
{
	unsigned is;

	if (pdu->content.is != row->content)
		return false;
	memcpy(&is, at(pdu, row->interface), sizeof(is));
	return is == alternative;
}

enum fault
inquiry_check_question(const scms_pdu *pdu, enum inquiry_kind kind,
    const char *ma, struct fault_info *fi)
{
	const struct row *row = &rows[kind];

	if (!is_alternative(pdu, row, row->question))
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "not the message of %s", row->path);
	if (!has_name(pdu, row->ma_id, ma))
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "maId is not that of our MA");
	if (list_at(pdu, row->list).n == 0)
		return fault_set(fi, FAULT_BAD_MESSAGE, "asks about nothing");
	if (row->empty != row->list && list_at(pdu, row->empty).n > 0)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "asks about group linkage values");
	return FAULT_OK;
}

enum fault
inquiry_check_answer(const scms_pdu *pdu, enum inquiry_kind kind,
    const uint8_t request_hash[8], const char *peer, struct fault_info *fi)
{
	const struct row *row = &rows[kind];

	if (!is_alternative(pdu, row, row->answer))
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "no answer to %s", row->path);
	if (memcmp(at(pdu, row->request_hash), request_hash, 8) != 0)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "answer to another question");
	if (!has_name(pdu, row->answerer, peer))
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "answer in the name of another");
	return FAULT_OK;
}

/* ---- countersignatures ---- */

enum fault
inquiry_signatures(struct bytes **out, size_t *n, struct arena *arena,
    const scms_pdu *pdu, enum inquiry_kind kind, struct fault_info *fi)
{
	struct list list = list_at(pdu, rows[kind].signatures);
	const countersignature *v = list.v;
	struct bytes *octets = ARENA_ARRAY(arena, list.n, struct bytes);

	if (octets == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	for (size_t t = 0; t < list.n; t++)
		octets[t] = v[t].raw;
	*out = octets;
	*n = list.n;
	return FAULT_OK;
}

enum fault
inquiry_set_signatures(scms_pdu *pdu, enum inquiry_kind kind,
    struct arena *arena, const struct bytes *octets, size_t n,
    struct fault_info *fi)
{
	countersignature *v = ARENA_ARRAY(arena, n, countersignature);
	struct list list = {n, v};

	if (v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	for (size_t t = 0; t < n; t++)
		TRY(coer_decode(
		    &countersignature_asn, &v[t], arena, octets[t], fi));
	put(pdu, rows[kind].signatures, &list, sizeof(list));
	return FAULT_OK;
}
