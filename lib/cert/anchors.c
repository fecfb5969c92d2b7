/* anchors.c - roots and electors as they are kept; see anchors.h. */
#include <string.h>

#include "cert/anchors.h"

#define VERSION	 2
#define CERT_MAX 1024
#define HEAD	 (8 + 1 + 3)
#define ENTRY	 (SHA256_SIZE + 4 + 4)
#define FILE_MAX                                                \
	(HEAD + (ROOTS_MOST + ELECTORS_MOST) * (2 + CERT_MAX) + \
	    REMOVED_MOST * ENTRY + SHA256_SIZE)

static const char magic[8] = {'M', 'N', 'R', 'C', 'T', 'R', 'S', 'T'};

enum fault
anchors_load(struct cert **out, struct arena *arena, struct bytes raw,
    enum scms_role role, struct fault_info *fi)
{
	TRY(cert_load(out, arena, raw, fi));
	TRY(perm_check_role(*out, role, fi));
	if (raw.n > CERT_MAX)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "certificate of %zu octets", raw.n);
	return cert_check_issued(*out, *out, fi);
}

bool
anchors_is_removed(
    const struct anchors *a, const struct cert *cert, uint32_t *from)
{
	struct digest d;

	sha256(d.b, cert->canonical);
	for (size_t k = 0; k < a->removed_n; k++)
		if (memcmp(a->removed[k].hash.b, d.b, sizeof(d.b)) == 0) {
			if (from != NULL)
				*from = a->removed[k].from;
			return true;
		}
	return false;
}

/* ---- reading ---- */

static enum fault
read_certificates(struct cert **out, size_t n, struct arena *arena,
    struct reader *r, enum scms_role role)
{
	for (size_t k = 0; k < n; k++) {
		size_t length = (size_t)read_uint(r, 2);
		const uint8_t *p = read_span(r, length);

		if (p == NULL)
			return FAULT_STORE;
		TRY(anchors_load(
		    &out[k], arena, (struct bytes){p, length}, role, NULL));
	}
	return FAULT_OK;
}

static void
read_removed(struct anchors *a, struct reader *r, uint64_t version)
{
	for (size_t k = 0; k < a->removed_n; k++) {
		struct anchors_removed *one = &a->removed[k];

		read_copy(r, one->hash.b, sizeof(one->hash.b));
		one->from = version == 1 ? 0 : (uint32_t)read_uint(r, 4);
		one->end =
		    version == 1 ? UINT32_MAX : (uint32_t)read_uint(r, 4);
	}
}

static bool
is_whole(struct bytes file)
{
	struct digest sum;

	if (file.n < HEAD + SHA256_SIZE)
		return false;
	sha256(sum.b, (struct bytes){file.p, file.n - SHA256_SIZE});
	return memcmp(sum.b, file.p + file.n - SHA256_SIZE, SHA256_SIZE) == 0 &&
	       memcmp(file.p, magic, sizeof(magic)) == 0;
}

static enum fault
parse(struct anchors *a, struct arena *arena, struct bytes file)
{
	struct reader r = reader_of(file);
	uint64_t version;

	if (!is_whole(file) || read_span(&r, sizeof(magic)) == NULL)
		return FAULT_STORE;
	version = read_uint(&r, 1);
	a->roots = (size_t)read_uint(&r, 1);
	a->electors = (size_t)read_uint(&r, 1);
	a->removed_n = (size_t)read_uint(&r, 1);
	if (version == 0 || version > VERSION || a->roots > ROOTS_MOST ||
	    a->electors > ELECTORS_MOST || a->removed_n > REMOVED_MOST)
		return FAULT_STORE;
	TRY(read_certificates(a->root, a->roots, arena, &r, SCMS_ROOT));
	TRY(read_certificates(
	    a->elector, a->electors, arena, &r, SCMS_ELECTOR));
	read_removed(a, &r, version);
	return r.failed || read_left(&r) != SHA256_SIZE ? FAULT_STORE
							: FAULT_OK;
}

enum fault
anchors_open(struct anchors *a, struct arena *arena, struct bytes file,
    struct fault_info *fi)
{
	*a = (struct anchors){0};
	return parse(a, arena, file) == FAULT_OK
		   ? FAULT_OK
		   : fault_set(fi, FAULT_STORE, "roots and electors: damaged");
}

/* ---- writing ---- */

static void
write_certificates(struct writer *w, struct cert *const *cert, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		write_uint(w, cert[k]->raw.n, 2);
		write_bytes(w, cert[k]->raw);
	}
}

enum fault
anchors_build(struct bytes *out, struct arena *arena, const struct anchors *a,
    struct fault_info *fi)
{
	uint8_t *room = arena_alloc(arena, FILE_MAX, 1), sum[SHA256_SIZE];
	struct writer w = writer_of(room, room != NULL ? FILE_MAX : 0);

	write_span(&w, magic, sizeof(magic));
	write_uint(&w, VERSION, 1);
	write_uint(&w, a->roots, 1);
	write_uint(&w, a->electors, 1);
	write_uint(&w, a->removed_n, 1);
	write_certificates(&w, a->root, a->roots);
	write_certificates(&w, a->elector, a->electors);
	for (size_t k = 0; k < a->removed_n; k++) {
		write_span(&w, a->removed[k].hash.b, SHA256_SIZE);
		write_uint(&w, a->removed[k].from, 4);
		write_uint(&w, a->removed[k].end, 4);
	}
	if (w.failed)
		return fault_set(fi, FAULT_TOO_LARGE, "roots and electors");
	sha256(sum, writer_done(&w));
	write_span(&w, sum, sizeof(sum));
	*out = writer_done(&w);
	return w.failed ? fault_set(fi, FAULT_TOO_LARGE, "roots and electors")
			: FAULT_OK;
}
