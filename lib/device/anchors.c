/* anchors.c - roots and electors: from the bundle, by ballot, kept. */
#include <string.h>

#include "cert/ballot.h"
#include "cert/perm.h"
#include "cert/validity.h"
#include "device/anchors.h"

#define VERSION	 1
#define CERT_MAX 1024
#define FILE_MAX                                                     \
	(8 + 1 + 3 + (ROOTS_MOST + ELECTORS_MOST) * (2 + CERT_MAX) + \
	    (REMOVED_MOST + 1) * 32)

static const char magic[8] = {'M', 'N', 'R', 'C', 'T', 'R', 'S', 'T'};

/* ---- certificates ---- */

/* A self-signed certificate of this role. */
static enum fault
load(struct cert **out, struct arena *arena, struct bytes raw,
    enum scms_role role, struct fault_info *fi)
{
	TRY(cert_load(out, arena, raw, fi));
	TRY(perm_check_role(*out, role, fi));
	return cert_check_issued(*out, *out, fi);
}

enum fault
anchors_of_bundle(struct anchors *a, struct arena *arena,
    const struct bundle *b, struct fault_info *fi)
{
	enum bundle_file f = BUNDLE_ROOT;

	*a = (struct anchors){.roots = 1, .electors = ELECTORS};
	if (load(&a->root[0], arena, b->file[f], SCMS_ROOT, fi) != FAULT_OK)
		return fault_prefix(fi, "%s", bundle_name(f));
	for (unsigned k = 0; k < ELECTORS; k++) {
		f = (enum bundle_file)(BUNDLE_ELECTOR1 + k);
		if (load(&a->elector[k], arena, b->file[f], SCMS_ELECTOR, fi) !=
		    FAULT_OK)
			return fault_prefix(fi, "%s", bundle_name(f));
	}
	return FAULT_OK;
}

/* ---- the file ---- */

static enum fault
read_certificates(struct cert **out, size_t n, struct arena *arena,
    struct reader *r, enum scms_role role)
{
	for (size_t k = 0; k < n; k++) {
		size_t length = (size_t)read_uint(r, 2);
		const uint8_t *p = read_span(r, length);

		if (p == NULL)
			return FAULT_STORE;
		TRY(load(
		    &out[k], arena, (struct bytes){p, length}, role, NULL));
	}
	return FAULT_OK;
}

static enum fault
parse(struct anchors *a, struct arena *arena, struct bytes file)
{
	struct reader r = reader_of(file);
	struct digest sum;

	if (file.n < 8 + 1 + 3 + SHA256_SIZE)
		return FAULT_STORE;
	sha256(sum.b, (struct bytes){file.p, file.n - SHA256_SIZE});
	if (memcmp(sum.b, file.p + file.n - SHA256_SIZE, SHA256_SIZE) != 0 ||
	    memcmp(read_span(&r, 8), magic, 8) != 0 ||
	    read_uint(&r, 1) != VERSION)
		return FAULT_STORE;
	a->roots = (size_t)read_uint(&r, 1);
	a->electors = (size_t)read_uint(&r, 1);
	a->removed_n = (size_t)read_uint(&r, 1);
	if (a->roots > ROOTS_MOST || a->electors > ELECTORS_MOST ||
	    a->removed_n > REMOVED_MOST)
		return FAULT_STORE;
	TRY(read_certificates(a->root, a->roots, arena, &r, SCMS_ROOT));
	TRY(read_certificates(
	    a->elector, a->electors, arena, &r, SCMS_ELECTOR));
	for (size_t k = 0; k < a->removed_n; k++)
		read_copy(&r, a->removed[k].b, sizeof(a->removed[k].b));
	return r.failed || read_left(&r) != SHA256_SIZE ? FAULT_STORE
							: FAULT_OK;
}

enum fault
anchors_read(struct anchors *a, struct arena *arena, const struct folder *f,
    struct fault_info *fi)
{
	struct bytes file;

	*a = (struct anchors){0};
	TRY(folder_read(&file, arena, f, FOLDER_TRUST, fi));
	if (parse(a, arena, file) != FAULT_OK)
		return fault_set(
		    fi, FAULT_STORE, "%s/%s is damaged", f->path, FOLDER_TRUST);
	return FAULT_OK;
}

static void
write_certificates(struct writer *w, struct cert *const *cert, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		write_uint(w, cert[k]->raw.n, 2);
		write_bytes(w, cert[k]->raw);
	}
}

enum fault
anchors_write(
    const struct folder *f, const struct anchors *a, struct fault_info *fi)
{
	uint8_t out[FILE_MAX], sum[SHA256_SIZE];
	struct writer w = writer_of(out, sizeof(out));

	write_span(&w, magic, sizeof(magic));
	write_uint(&w, VERSION, 1);
	write_uint(&w, a->roots, 1);
	write_uint(&w, a->electors, 1);
	write_uint(&w, a->removed_n, 1);
	write_certificates(&w, a->root, a->roots);
	write_certificates(&w, a->elector, a->electors);
	for (size_t k = 0; k < a->removed_n; k++)
		write_span(&w, a->removed[k].b, sizeof(a->removed[k].b));
	sha256(sum, writer_done(&w));
	write_span(&w, sum, sizeof(sum));
	return w.failed ? fault_set(fi, FAULT_TOO_LARGE, "roots and electors")
			: folder_write(f, FOLDER_TRUST, writer_done(&w), fi);
}

/* ---- ballots ---- */

/* One kind of anchor. */
struct list {
	struct cert **v;
	size_t *n, most;
	enum scms_role role;
	enum endorsement add, remove;
	size_t least; /* that must stay */
};

static struct digest
name_of(const struct cert *cert)
{
	struct digest d = {0};

	sha256(d.b, cert->canonical);
	return d;
}

static bool
is_removed(const struct anchors *a, const struct cert *cert)
{
	const struct digest d = name_of(cert);

	for (size_t k = 0; k < a->removed_n; k++)
		if (memcmp(a->removed[k].b, d.b, sizeof(d.b)) == 0)
			return true;
	return false;
}

/* Its place in the list, or how many there are. */
static size_t
find(const struct list *list, const struct cert *cert)
{
	size_t k = 0;

	while (k < *list->n &&
	       !bytes_equal(list->v[k]->canonical, cert->canonical))
		k++;
	return k;
}

static void
take_out(struct list *list, size_t k)
{
	for (--*list->n; k < *list->n; k++)
		list->v[k] = list->v[k + 1];
}

/* What has ended makes room. */
static void
forget(struct anchors *a, struct list *list, uint32_t now)
{
	for (size_t k = *list->n; k-- > 0;)
		if (list->v[k]->end <= now && *list->n > list->least) {
			take_out(list, k);
			a->changed = true;
		}
}

static void
add(struct anchors *a, struct list *list, struct arena *arena,
    const struct cert *subject, uint32_t now)
{
	struct cert *cert;

	if (find(list, subject) < *list->n || is_removed(a, subject) ||
	    *list->n == list->most ||
	    load(&cert, arena, subject->raw, list->role, NULL) != FAULT_OK ||
	    cert->raw.n > CERT_MAX ||
	    validity_check_time(cert, now, NULL) != FAULT_OK)
		return;
	list->v[(*list->n)++] = cert;
	a->changed = true;
}

static void
remove_one(struct anchors *a, struct list *list, const struct cert *subject)
{
	size_t k = find(list, subject);

	if (is_removed(a, subject) || a->removed_n == REMOVED_MOST ||
	    (k < *list->n && *list->n <= list->least))
		return;
	a->removed[a->removed_n++] = name_of(subject);
	a->changed = true;
	if (k == *list->n)
		return;
	take_out(list, k);
	a->lost |= list->role == SCMS_ROOT;
}

static void
vote(struct anchors *a, struct list *list, struct arena *arena,
    struct bytes ballot, uint32_t now)
{
	struct cert *subject;

	if (ballot_check(&subject, arena, ballot, list->remove, a->elector,
		a->electors, QUORUM, now, NULL) == FAULT_OK) {
		remove_one(a, list, subject);
		return;
	}
	if (ballot_check(&subject, arena, ballot, list->add, a->elector,
		a->electors, QUORUM, now, NULL) != FAULT_OK)
		return;
	add(a, list, arena, subject, now);
	if (list->role == SCMS_ROOT && find(list, subject) < *list->n)
		a->endorsed = subject;
}

/* Electors may be endorsed by others who are endorsed in the same file. */
static void
vote_all(struct anchors *a, struct list *list, struct arena *arena,
    const struct bytes *ballot, size_t n, uint32_t now)
{
	size_t before;

	do {
		before = *list->n;
		for (size_t k = 0; k < n; k++)
			vote(a, list, arena, ballot[k], now);
	} while (*list->n > before);
}

enum fault
anchors_vote(struct anchors *a, struct arena *arena,
    const struct chain_file *file, uint32_t now, struct fault_info *fi)
{
	struct anchors next = *a;
	struct list roots = {next.root, &next.roots, ROOTS_MOST, SCMS_ROOT,
	    ENDORSE_ADD_ROOT, ENDORSE_REMOVE_ROOT, 1};
	struct list electors = {next.elector, &next.electors, ELECTORS_MOST,
	    SCMS_ELECTOR, ENDORSE_ADD_ELECTOR, ENDORSE_REMOVE_ELECTOR, QUORUM};

	next.changed = next.lost = false;
	next.endorsed = NULL;
	forget(&next, &electors, now);
	vote_all(&next, &electors, arena, file->elector_ballot,
	    file->n_elector_ballot, now);
	forget(&next, &roots, now);
	vote_all(
	    &next, &roots, arena, file->root_ballot, file->n_root_ballot, now);
	/* The only root may go now that its successor is there. */
	forget(&next, &roots, now);
	if (next.endorsed == NULL)
		return fault_set(fi, FAULT_NO_QUORUM,
		    "no endorsement of our root by the electors");
	*a = next;
	return FAULT_OK;
}
