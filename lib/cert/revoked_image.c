/* revoked_image.c - the block of octets that is looked up; see revoked.h. */
#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cert/crl.h"
#include "cert/revoked_int.h"

#define VERSION 1
#define HEAD	50  /* octets before the lists */
#define ROW	127 /* of one list */

static const char magic[8] = {'M', 'N', 'R', 'C', 'R', 'V', 'K', 'D'};

/* ---- layout ---- */

/* Octets before the first table. */
static size_t
head_size(size_t lists)
{
	size_t n = HEAD + lists * ROW;

	return (n + LINESET_LINE - 1) / LINESET_LINE * LINESET_LINE;
}

static size_t
image_size(const struct revoked *r)
{
	size_t lines = 0;

	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; k < REVOKED_PERIODS; k++)
			lines += r->list[i].set[k].lines;
	return head_size(r->n) + lines * LINESET_LINE + SHA256_SIZE;
}

static void
place_tables(struct revoked *r)
{
	uint8_t *line = r->image + head_size(r->n);

	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; k < REVOKED_PERIODS; k++) {
			r->list[i].set[k].line = line;
			line += r->list[i].set[k].lines * LINESET_LINE;
		}
}

/* ---- reading ---- */

static void
read_row(struct revoked_held *l, struct reader *r)
{
	read_copy(r, l->id.b, sizeof(l->id.b));
	read_copy(r, l->craca, sizeof(l->craca));
	l->series = (uint16_t)read_uint(r, 2);
	l->issued = (uint32_t)read_uint(r, 4);
	l->next = (uint32_t)read_uint(r, 4);
	l->linked = read_uint(r, 1) != 0;
	l->i_rev = (uint32_t)read_uint(r, 4);
	for (size_t k = 0; k < REVOKED_PERIODS; k++) {
		struct lineset *set = &l->set[k];

		set->width = l->linked ? sizeof(struct lv) : CRL_ID_SIZE;
		set->lines = (size_t)read_uint(r, 4);
		for (size_t i = 0; i < 4; i++)
			set->key[i] = read_uint(r, 8);
	}
}

static bool
read_head(struct revoked *r)
{
	struct reader in = reader_of((struct bytes){r->image, r->size});
	const uint8_t *head = read_span(&in, sizeof(magic));

	if (head == NULL || memcmp(head, magic, sizeof(magic)) != 0 ||
	    read_uint(&in, 1) != VERSION)
		return false;
	r->n = (size_t)read_uint(&in, 1);
	if (r->n > REVOKED_LISTS)
		return false;
	r->base = (uint32_t)read_uint(&in, 4);
	r->until = (uint32_t)read_uint(&in, 4);
	read_copy(&in, r->source.b, sizeof(r->source.b));
	for (size_t i = 0; i < r->n; i++)
		read_row(&r->list[i], &in);
	return !in.failed;
}

static bool
has_sum(const struct revoked *r)
{
	struct digest sum;

	if (r->size < SHA256_SIZE)
		return false;
	sha256(sum.b, (struct bytes){r->image, r->size - SHA256_SIZE});
	return memcmp(sum.b, r->image + r->size - SHA256_SIZE, sizeof(sum.b)) ==
	       0;
}

static enum fault
map_file(struct revoked *r, const char *path, struct fault_info *fi)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p;

	if (fd < 0)
		return fault_errno(fi, FAULT_NOT_FOUND, "%s", path);
	if (fstat(fd, &st) != 0 || st.st_size <= 0) {
		close(fd);
		return fault_set(fi, FAULT_STORE, "%s is empty", path);
	}
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return fault_errno(fi, FAULT_IO, "%s", path);
	r->image = p;
	r->size = (size_t)st.st_size;
	return FAULT_OK;
}

enum fault
revoked_map(struct revoked **out, const char *path,
    const struct revoked_terms *terms, struct fault_info *fi)
{
	struct revoked *r = revoked_alloc(terms);
	enum fault fault = map_file(r, path, fi);

	if (fault == FAULT_OK &&
	    !(has_sum(r) && read_head(r) && r->size == image_size(r)))
		fault = fault_set(fi, FAULT_STORE, "%s is damaged", path);
	if (fault != FAULT_OK) {
		revoked_free(r);
		return fault;
	}
	place_tables(r);
	*out = r;
	return FAULT_OK;
}

/* ---- writing ---- */

static void
write_row(struct writer *w, const struct revoked_held *l)
{
	write_span(w, l->id.b, sizeof(l->id.b));
	write_span(w, l->craca, sizeof(l->craca));
	write_uint(w, l->series, 2);
	write_uint(w, l->issued, 4);
	write_uint(w, l->next, 4);
	write_uint(w, l->linked, 1);
	write_uint(w, l->i_rev, 4);
	for (size_t k = 0; k < REVOKED_PERIODS; k++) {
		write_uint(w, l->set[k].lines, 4);
		for (size_t i = 0; i < 4; i++)
			write_uint(w, l->set[k].key[i], 8);
	}
}

enum fault
revoked_image_new(struct revoked *r, struct fault_info *fi)
{
	void *p;

	r->size = image_size(r);
	p = mmap(NULL, r->size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return fault_errno(
		    fi, FAULT_TOO_LARGE, "%zu octets of memory", r->size);
	/* Lines are touched in no order. */
	(void)madvise(p, r->size, MADV_HUGEPAGE);
	r->image = p;
	place_tables(r);
	return FAULT_OK;
}

void
revoked_image_seal(struct revoked *r)
{
	struct writer w = writer_of(r->image, head_size(r->n));
	size_t n = r->size - SHA256_SIZE;

	write_span(&w, magic, sizeof(magic));
	write_uint(&w, VERSION, 1);
	write_uint(&w, r->n, 1);
	write_uint(&w, r->base, 4);
	write_uint(&w, r->until, 4);
	write_span(&w, r->source.b, sizeof(r->source.b));
	for (size_t i = 0; i < r->n; i++)
		write_row(&w, &r->list[i]);
	assert(!w.failed);
	sha256(r->image + n, (struct bytes){r->image, n});
}

enum fault
revoked_save(const struct revoked *r, const char *path, struct fault_info *fi)
{
	return file_write(path, (struct bytes){r->image, r->size}, 0600, fi);
}
