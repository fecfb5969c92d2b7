/* crl_file.c - the lists in force, as a file; see crl.h. */
#include <string.h>

#include "device/crl.h"

#define VERSION 1
#define HEAD	21 /* octets before the composite */

static const char magic[8] = {'M', 'N', 'R', 'C', 'L', 'I', 'S', 'T'};

/* ---- out ---- */

enum fault
crl_file_build(struct bytes *out, struct arena *a, struct crl_lists *l,
    struct fault_info *fi)
{
	const struct anchors_removals *b = &l->ballots;
	struct bytes raw[CRL_LISTS_MOST], composite;
	struct crl_parts parts = {
	    raw, b->root, b->elector, l->n, b->n_root, b->n_elector};
	struct writer w;
	uint8_t *p;
	size_t n;

	for (size_t k = 0; k < l->n; k++)
		raw[k] = l->list[k].raw;
	TRY(crl_composite_build(&composite, a, &parts, fi));
	n = HEAD + composite.n;
	if (n + SHA256_SIZE > CRL_FILE_MAX ||
	    (p = arena_alloc(a, n + SHA256_SIZE, 1)) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "revocation lists");
	w = writer_of(p, n);
	write_span(&w, magic, sizeof(magic));
	write_uint(&w, VERSION, 1);
	write_uint(&w, l->terms.i_zero, 4);
	write_uint(&w, l->terms.i_seconds, 4);
	write_uint(&w, l->terms.tolerance, 4);
	write_bytes(&w, composite);
	sha256(l->sum.b, writer_done(&w));
	memcpy(p + n, l->sum.b, sizeof(l->sum.b));
	*out = (struct bytes){p, n + SHA256_SIZE};
	return FAULT_OK;
}

/* ---- in ---- */

static bool
parse(struct crl_lists *l, struct bytes file)
{
	struct reader r = reader_of(file);
	const uint8_t *p;

	if (file.n < HEAD + SHA256_SIZE)
		return false;
	file.n -= SHA256_SIZE;
	sha256(l->sum.b, file);
	p = read_span(&r, sizeof(magic));
	if (memcmp(l->sum.b, file.p + file.n, sizeof(l->sum.b)) != 0 ||
	    memcmp(p, magic, sizeof(magic)) != 0 || read_uint(&r, 1) != VERSION)
		return false;
	l->terms.i_zero = (uint32_t)read_uint(&r, 4);
	l->terms.i_seconds = (uint32_t)read_uint(&r, 4);
	l->terms.tolerance = (uint32_t)read_uint(&r, 4);
	l->composite = (struct bytes){file.p + HEAD, file.n - HEAD};
	return true;
}

enum fault
crl_file_open(struct crl_lists *l, struct bytes file, struct fault_info *fi)
{
	*l = (struct crl_lists){.n = 0};
	return parse(l, file)
		   ? FAULT_OK
		   : fault_set(fi, FAULT_STORE, "revocation lists are damaged");
}

enum fault
crl_file_read(struct crl_lists *l, struct arena *a, const struct folder *f,
    struct fault_info *fi)
{
	char path[PATH_SIZE];
	struct bytes file;

	*l = (struct crl_lists){.n = 0};
	folder_path(path, f, FOLDER_CRL_LISTS);
	TRY(file_read(&file, a, path, CRL_FILE_MAX, fi));
	if (crl_file_open(l, file, fi) != FAULT_OK)
		return fault_prefix(fi, "%s", path);
	return FAULT_OK;
}

static enum fault
read_parts(struct crl_lists *l, struct crl_parts *parts, struct arena *a,
    struct fault_info *fi)
{
	TRY(crl_composite_read(parts, a, l->composite, fi));
	l->ballots = (struct anchors_removals){parts->root_ballot,
	    parts->elector_ballot, parts->root_ballots, parts->elector_ballots};
	return FAULT_OK;
}

enum fault
crl_file_ballots(struct crl_lists *l, struct arena *a, struct fault_info *fi)
{
	struct crl_parts parts;

	return read_parts(l, &parts, a, fi);
}

enum fault
crl_file_lists(struct crl_lists *l, struct arena *a, struct fault_info *fi)
{
	struct crl_parts parts;

	TRY(read_parts(l, &parts, a, fi));
	if (parts.lists > CRL_LISTS_MOST)
		return fault_set(fi, FAULT_STORE, "too many CRLs");
	for (size_t k = 0; k < parts.lists; k++)
		TRY(crl_peek(&l->list[k], a, parts.list[k], fi));
	l->n = parts.lists;
	return FAULT_OK;
}
