/* chainfile.c - see chainfile.h. */
#include <stdio.h>

#include "cert/chainfile.h"
#include "coer/coer.h"
#include "schema/scms_protocol.h"

static enum fault
no_memory(struct fault_info *fi)
{
	return fault_set(
	    fi, FAULT_TOO_LARGE, "no memory left for a chain file");
}

/* ---- building ---- */

/* n encoded values of one type, decoded into a new array of size octets each.
 */
static enum fault
decode_all(void **out, struct arena *a, const struct asn_type *t,
    const struct bytes *in, size_t n, struct fault_info *fi)
{
	uint8_t *v;
	size_t i;

	*out = NULL;
	if (n == 0)
		return FAULT_OK;
	t = asn_resolve(t);
	if ((v = arena_array(a, n, t->size, t->align)) == NULL)
		return no_memory(fi);
	for (i = 0; i < n; i++)
		TRY(coer_decode(t, v + i * t->size, a, in[i], fi));
	*out = v;
	return FAULT_OK;
}

static enum fault
fill_store(certificate_store *s, struct arena *a, const struct chain_file *f,
    struct fault_info *fi)
{
	void *v;

	TRY(decode_all(
	    &v, a, &elector_ballot_asn, f->root_ballot, f->n_root_ballot, fi));
	s->root_ca_endorsements.n = f->n_root_ballot;
	s->root_ca_endorsements.v = v;
	TRY(decode_all(&v, a, &elector_ballot_asn, f->elector_ballot,
	    f->n_elector_ballot, fi));
	s->elector_endorsements.n = f->n_elector_ballot;
	s->elector_endorsements.v = v;
	TRY(coer_decode(&certificate_asn, &s->ma_certificate, a, f->ma, fi));
	TRY(decode_all(&v, a, &certificate_asn, f->cert, f->n_cert, fi));
	s->certs.n = f->n_cert;
	s->certs.v = v;
	return FAULT_OK;
}

static enum fault
fill_local(local_certificate_chain_file *l, struct arena *a,
    const struct chain_file *f, struct fault_info *fi)
{
	void *v;

	l->version.gccf_version = f->gccf_version;
	l->version.lccf_version = f->lccf_version;
	l->version.ra_hostname = bytes_of_string(f->ra_hostname);
	TRY(decode_all(
	    &v, a, &certificate_asn, f->optional, f->n_optional, fi));
	l->optional_cert_list.n = f->n_optional;
	l->optional_cert_list.v = v;
	return fill_store(&l->required_cert_store, a, f, fi);
}

enum fault
chain_file_build(struct bytes *out, struct arena *a, const struct chain_file *f,
    struct fault_info *fi)
{
	scms_file file = {
	    .version = 1, .content.is = scms_file_content_cert_chain};
	certificate_chain_files *c = &file.content.cert_chain;

	if (f->local) {
		c->is = certificate_chain_files_local_certificate_chain_file;
		TRY(fill_local(&c->local_certificate_chain_file, a, f, fi));
	} else {
		c->is = certificate_chain_files_global_certificate_chain_file;
		c->global_certificate_chain_file.version = f->gccf_version;
		TRY(fill_store(
		    &c->global_certificate_chain_file.cert_store, a, f, fi));
	}
	return coer_encode_new(out, a, &scms_file_asn, &file, fi);
}

/* ---- opening ---- */

static enum fault
list_certs(const struct bytes **out, size_t *n, struct arena *a,
    const certificate *v, size_t count, struct fault_info *fi)
{
	struct bytes *list = ARENA_ARRAY(a, count, struct bytes);
	size_t i;

	if (list == NULL && count != 0)
		return no_memory(fi);
	for (i = 0; i < count; i++)
		list[i] = v[i].raw;
	*out = list;
	*n = count;
	return FAULT_OK;
}

/* Ballots have no raw octets of their own; encoding gives them back. */
static enum fault
list_ballots(const struct bytes **out, const struct bytes **certs, size_t *n,
    struct arena *a, const elector_ballot *v, size_t count,
    struct fault_info *fi)
{
	struct bytes *list = ARENA_ARRAY(a, count, struct bytes);
	struct bytes *c = ARENA_ARRAY(a, count, struct bytes);
	size_t i;

	if ((list == NULL || c == NULL) && count != 0)
		return no_memory(fi);
	for (i = 0; i < count; i++) {
		TRY(coer_encode_new(
		    &list[i], a, &elector_ballot_asn, &v[i], fi));
		c[i] = v[i].certificate.raw;
	}
	*out = list;
	*certs = c;
	*n = count;
	return FAULT_OK;
}

static enum fault
read_store(struct chain_file *out, struct arena *a, const certificate_store *s,
    struct fault_info *fi)
{
	const struct bytes *electors;

	TRY(list_ballots(&out->root_ballot, &out->root_cert,
	    &out->n_root_ballot, a, s->root_ca_endorsements.v,
	    s->root_ca_endorsements.n, fi));
	TRY(list_ballots(&out->elector_ballot, &electors,
	    &out->n_elector_ballot, a, s->elector_endorsements.v,
	    s->elector_endorsements.n, fi));
	out->ma = s->ma_certificate.raw;
	return list_certs(
	    &out->cert, &out->n_cert, a, s->certs.v, s->certs.n, fi);
}

static enum fault
read_local(struct chain_file *out, struct arena *a,
    const local_certificate_chain_file *l, struct fault_info *fi)
{
	out->local = true;
	out->gccf_version = l->version.gccf_version;
	out->lccf_version = l->version.lccf_version;
	out->ra_hostname =
	    arena_printf(a, "%.*s", (int)l->version.ra_hostname.n,
		(const char *)l->version.ra_hostname.p);
	if (out->ra_hostname == NULL)
		return no_memory(fi);
	TRY(list_certs(&out->optional, &out->n_optional, a,
	    l->optional_cert_list.v, l->optional_cert_list.n, fi));
	return read_store(out, a, &l->required_cert_store, fi);
}

enum fault
chain_file_open(struct chain_file *out, struct arena *a, struct bytes in,
    struct fault_info *fi)
{
	const certificate_chain_files *c;
	scms_file *file = ARENA_NEW(a, scms_file);

	*out = (struct chain_file){.local = false};
	if (file == NULL)
		return no_memory(fi);
	TRY(coer_decode(&scms_file_asn, file, a, in, fi));
	c = &file->content.cert_chain;
	if (file->content.is == scms_file_content_cert_chain &&
	    c->is == certificate_chain_files_local_certificate_chain_file)
		return read_local(out, a, &c->local_certificate_chain_file, fi);
	if (file->content.is != scms_file_content_cert_chain ||
	    c->is != certificate_chain_files_global_certificate_chain_file)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "file is not a certificate chain file");
	out->gccf_version = c->global_certificate_chain_file.version;
	return read_store(
	    out, a, &c->global_certificate_chain_file.cert_store, fi);
}

void
chain_file_name(char out[CHAIN_FILE_NAME], const struct chain_file *f)
{
	snprintf(out, CHAIN_FILE_NAME, "local_certificate_chains_%02u_%02u.oer",
	    f->gccf_version, f->lccf_version);
}
