/* provision_file.c - caterpillar keys and the request, durable. */
#include <string.h>

#include "base/secret.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "device/provision_file.h"

#define VERSION	    2
#define REQUEST_MAX 4096
#define FILE_MAX                                         \
	(8 + 1 + 3 * (32 + 16) + 1 + 5 * 4 + 1 + 4 + 8 + \
	    2 * (4 + REQUEST_MAX) + 32)

static const char magic[8] = {'M', 'N', 'R', 'C', 'P', 'R', 'O', 'V'};

static void
caterpillar_new(struct caterpillar *c, enum butterfly_use use)
{
	random_scalars(&c->private, 1);
	c->butterfly.use = use;
	random_bytes(
	    c->butterfly.expansion.b, sizeof(c->butterfly.expansion.b));
}

void
provision_file_new(struct provision_file *p)
{
	memset(p, 0, sizeof(*p));
	caterpillar_new(&p->certificate, BUTTERFLY_CERTIFICATE);
	caterpillar_new(&p->response, BUTTERFLY_ENCRYPTION);
	caterpillar_new(&p->encryption, BUTTERFLY_ENCRYPTION);
}

void
provision_file_set_request(struct provision_file *p, struct bytes request)
{
	p->request = request;
	sha256_id(p->hash, sizeof(p->hash), request);
}

bool
provision_file_is_asked(const struct provision_file *p)
{
	return p->acked || p->request.n > 0 || p->earlier.n > 0 ||
	       p->number > 1;
}

static void
read_caterpillar(
    struct caterpillar *c, struct reader *r, enum butterfly_use use)
{
	c->butterfly.use = use;
	read_copy(r, c->private.b, sizeof(c->private.b));
	read_copy(
	    r, c->butterfly.expansion.b, sizeof(c->butterfly.expansion.b));
}

static struct bytes
read_string(struct reader *r)
{
	size_t n = (size_t)read_uint(r, 4);
	const uint8_t *p = read_span(r, n);

	return p == NULL ? BYTES_NONE : (struct bytes){p, n};
}

static void
read_kind(struct provision_file *p, struct reader *r)
{
	p->has_encryption = read_uint(r, 1) == 1;
	read_caterpillar(&p->encryption, r, BUTTERFLY_ENCRYPTION);
	p->number = (uint32_t)read_uint(r, 4);
	p->start = (uint32_t)read_uint(r, 4);
	p->validity = (uint32_t)read_uint(r, 4);
	p->overlap = (uint32_t)read_uint(r, 4);
	p->earlier_number = (uint32_t)read_uint(r, 4);
}

static bool
parse(struct provision_file *p, struct bytes file)
{
	struct reader r = reader_of(file);
	uint8_t sum[SHA256_SIZE], id[8];
	uint64_t version;

	if (file.n < 8 + 1 + SHA256_SIZE)
		return false;
	sha256(sum, (struct bytes){file.p, file.n - SHA256_SIZE});
	if (memcmp(sum, file.p + file.n - SHA256_SIZE, SHA256_SIZE) != 0 ||
	    memcmp(read_span(&r, 8), magic, 8) != 0)
		return false;
	version = read_uint(&r, 1);
	if (version == 0 || version > VERSION)
		return false;
	read_caterpillar(&p->certificate, &r, BUTTERFLY_CERTIFICATE);
	read_caterpillar(&p->response, &r, BUTTERFLY_ENCRYPTION);
	if (version > 1)
		read_kind(p, &r);
	p->acked = read_uint(&r, 1) == 1;
	p->download_time = (uint32_t)read_uint(&r, 4);
	read_copy(&r, p->hash, sizeof(p->hash));
	p->request = read_string(&r);
	p->earlier = read_string(&r);
	sha256_id(id, sizeof(id), p->request);
	return !r.failed && read_left(&r) == SHA256_SIZE &&
	       (p->request.n == 0 || memcmp(id, p->hash, sizeof(id)) == 0);
}

enum fault
provision_file_read(struct provision_file *p, struct arena *arena,
    const struct folder *f, struct fault_info *fi)
{
	struct bytes file;

	memset(p, 0, sizeof(*p));
	TRY(folder_read(&file, arena, f, FOLDER_PROVISION, fi));
	if (!parse(p, file))
		return fault_set(fi, FAULT_STORE, "%s/%s is damaged", f->path,
		    FOLDER_PROVISION);
	return FAULT_OK;
}

static void
write_caterpillar(struct writer *w, const struct caterpillar *c)
{
	write_span(w, c->private.b, sizeof(c->private.b));
	write_span(
	    w, c->butterfly.expansion.b, sizeof(c->butterfly.expansion.b));
}

static void
write_string(struct writer *w, struct bytes s)
{
	write_uint(w, s.n, 4);
	write_bytes(w, s);
}

enum fault
provision_file_write(const struct folder *f, const struct provision_file *p,
    struct fault_info *fi)
{
	uint8_t out[FILE_MAX], sum[SHA256_SIZE];
	struct writer w = writer_of(out, sizeof(out));
	enum fault fault;

	write_span(&w, magic, sizeof(magic));
	write_uint(&w, VERSION, 1);
	write_caterpillar(&w, &p->certificate);
	write_caterpillar(&w, &p->response);
	write_uint(&w, p->has_encryption, 1);
	write_caterpillar(&w, &p->encryption);
	write_uint(&w, p->number, 4);
	write_uint(&w, p->start, 4);
	write_uint(&w, p->validity, 4);
	write_uint(&w, p->overlap, 4);
	write_uint(&w, p->earlier_number, 4);
	write_uint(&w, p->acked, 1);
	write_uint(&w, p->download_time, 4);
	write_span(&w, p->hash, sizeof(p->hash));
	write_string(&w, p->request);
	write_string(&w, p->earlier);
	sha256(sum, writer_done(&w));
	write_span(&w, sum, sizeof(sum));
	fault = w.failed
		    ? fault_set(fi, FAULT_TOO_LARGE, "request of %zu octets",
			  p->request.n)
		    : folder_write(f, FOLDER_PROVISION, writer_done(&w), fi);
	wipe(out, sizeof(out));
	return fault;
}
