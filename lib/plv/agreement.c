/* agreement.c - derivation and files of the keys of LA and PCA. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/secret.h"
#include "crypto/hash.h"
#include "plv/ring.h"
#include "plv/ring_int.h"

#define FORMAT_VERSION 1
#define CHECK_OCTETS   8

void
plv_key_derive(struct plv_key *out, const struct plv_agreement *a)
{
	static const uint8_t p1[] = "scms-la-pca";
	uint8_t z[sizeof(a->r_pca) + sizeof(a->r_la)];
	struct {
		struct key16 enc;
		uint8_t mac[32];
	} k;

	memcpy(z, a->r_pca, sizeof(a->r_pca));
	memcpy(z + sizeof(a->r_pca), a->r_la, sizeof(a->r_la));
	kdf2_sha256((uint8_t *)&k, sizeof(k), z, sizeof(z), p1, sizeof(p1) - 1);
	memset(out, 0, sizeof(*out));
	out->agreement = *a;
	symm_key_make(&out->symm, &k.enc);
	memcpy(out->mac, k.mac, sizeof(out->mac));
	wipe(z, sizeof(z));
	wipe(&k, sizeof(k));
}

void
plv_key_mac(uint8_t out[32], const struct plv_key *key, const char *who)
{
	const struct plv_agreement *a = &key->agreement;
	uint8_t text[sizeof(a->r_pca) + sizeof(a->r_la) + 16];
	struct writer w = writer_of(text, sizeof(text));

	write_bytes(&w, BYTES(a->r_pca));
	write_bytes(&w, BYTES(a->r_la));
	write_bytes(&w, bytes_of_string(who));
	hmac_sha256(out, BYTES(key->mac), writer_done(&w));
	wipe(text, sizeof(text));
}

static struct bytes
pack(uint8_t out[AGREEMENT_MAX], const struct plv_agreement *a)
{
	struct writer w = writer_of(out, AGREEMENT_MAX);
	uint8_t check[CHECK_OCTETS];

	write_uint(&w, FORMAT_VERSION, 1);
	write_bytes(&w, BYTES(a->la_id));
	write_uint(&w, a->start, 4);
	write_uint(&w, a->end, 4);
	write_bytes(&w, BYTES(a->request_hash));
	write_bytes(&w, BYTES(a->r_pca));
	write_bytes(&w, BYTES(a->r_la));
	write_uint(&w, strlen(a->peer), 1);
	write_bytes(&w, bytes_of_string(a->peer));
	sha256_id(check, sizeof(check), writer_done(&w));
	write_bytes(&w, BYTES(check));
	return writer_done(&w);
}

static bool
unpack(struct plv_agreement *a, struct bytes in)
{
	struct reader r = reader_of(in);
	uint8_t check[CHECK_OCTETS];

	memset(a, 0, sizeof(*a));
	if (in.n < CHECK_OCTETS || read_uint(&r, 1) != FORMAT_VERSION)
		return false;
	read_copy(&r, a->la_id, sizeof(a->la_id));
	a->start = (uint32_t)read_uint(&r, 4);
	a->end = (uint32_t)read_uint(&r, 4);
	read_copy(&r, a->request_hash, sizeof(a->request_hash));
	read_copy(&r, a->r_pca, sizeof(a->r_pca));
	read_copy(&r, a->r_la, sizeof(a->r_la));
	read_copy(&r, a->peer, (size_t)read_uint(&r, 1));
	sha256_id(
	    check, sizeof(check), (struct bytes){in.p, in.n - CHECK_OCTETS});
	return !r.failed && read_left(&r) == CHECK_OCTETS &&
	       memcmp(r.p, check, sizeof(check)) == 0;
}

enum fault
agreement_load(
    struct plv_agreement *out, const char *path, struct fault_info *fi)
{
	uint8_t memory[2 * AGREEMENT_MAX];
	struct arena arena = arena_of(memory, sizeof(memory));
	struct bytes in;
	enum fault f;

	f = file_read(&in, &arena, path, AGREEMENT_MAX, fi);
	if (f == FAULT_OK && !unpack(out, in))
		f = fault_set(fi, FAULT_CONFIG, "%s is damaged", path);
	wipe(memory, sizeof(memory));
	return f;
}

void
agreement_path(char out[PATH_SIZE], const char *folder, const uint8_t id[8],
    const char *ending)
{
	char name[32], hex[17];

	hex_encode(hex, id, 8);
	(void)snprintf(name, sizeof(name), "%s%s", hex, ending);
	path_join(out, folder, name);
}

static enum fault
save(const char *folder, const uint8_t id[8], const char *ending,
    const struct plv_agreement *a, struct fault_info *fi)
{
	uint8_t memory[AGREEMENT_MAX];
	char path[PATH_SIZE];
	enum fault f;

	agreement_path(path, folder, id, ending);
	f = file_create(path, pack(memory, a), 0600, fi);
	wipe(memory, sizeof(memory));
	return f;
}

enum fault
plv_pending_save(
    const char *folder, const struct plv_agreement *a, struct fault_info *fi)
{
	TRY(file_mkdir(folder, 0700, fi));
	return save(folder, a->request_hash, PENDING_ENDING, a, fi);
}

enum fault
plv_pending_load(struct plv_agreement *out, const char *folder,
    const uint8_t request_hash[8], struct fault_info *fi)
{
	char path[PATH_SIZE];

	agreement_path(path, folder, request_hash, PENDING_ENDING);
	if (!file_exists(path))
		return fault_set(fi, FAULT_NOT_FOUND,
		    "no key agreement with this request hash is under way");
	return agreement_load(out, path, fi);
}

enum fault
plv_key_save(
    const char *folder, const struct plv_agreement *a, struct fault_info *fi)
{
	struct plv_key key;
	enum fault f;

	plv_key_derive(&key, a);
	f = save(folder, key.symm.id, KEY_ENDING, a, fi);
	wipe(&key, sizeof(key));
	return f == FAULT_EXISTS ? FAULT_OK : f;
}

enum fault
plv_pending_remove(
    const char *folder, const struct plv_agreement *a, struct fault_info *fi)
{
	char path[PATH_SIZE];

	agreement_path(path, folder, a->request_hash, PENDING_ENDING);
	if (unlink(path) != 0 && errno != ENOENT)
		return fault_errno(fi, FAULT_IO, "remove %s", path);
	return file_sync_folder(folder, fi);
}

/* Which pending agreements go. */
typedef bool goes_fn(const struct plv_agreement *pending, void *ctx);

static void
remove_if(const char *path, goes_fn *goes, void *ctx)
{
	struct plv_agreement a;

	if (agreement_load(&a, path, NULL) == FAULT_OK && goes(&a, ctx))
		(void)unlink(path);
	wipe(&a, sizeof(a));
}

static enum fault
remove_those(
    const char *folder, goes_fn *goes, void *ctx, struct fault_info *fi)
{
	size_t e = strlen(PENDING_ENDING);
	char path[PATH_SIZE];
	const struct dirent *entry;
	DIR *dir = opendir(folder);

	if (dir == NULL)
		return errno == ENOENT
			   ? FAULT_OK
			   : fault_errno(fi, FAULT_IO, "open %s", folder);
	while ((entry = readdir(dir)) != NULL) {
		size_t n = strlen(entry->d_name);

		path_join(path, folder, entry->d_name);
		if (n > e && strcmp(entry->d_name + n - e, PENDING_ENDING) == 0)
			remove_if(path, goes, ctx);
	}
	closedir(dir);
	return file_sync_folder(folder, fi);
}

static bool
is_other(const struct plv_agreement *pending, void *ctx)
{
	const struct plv_agreement *a = ctx;

	return strcmp(pending->peer, a->peer) == 0 &&
	       memcmp(pending->request_hash, a->request_hash,
		   sizeof(a->request_hash)) != 0;
}

enum fault
plv_pending_forget(
    const char *folder, const struct plv_agreement *a, struct fault_info *fi)
{
	struct plv_agreement copy = *a;
	enum fault f = remove_those(folder, is_other, &copy, fi);

	wipe(&copy, sizeof(copy));
	return f;
}

static bool
is_finished(const struct plv_agreement *pending, void *ctx)
{
	return plv_ring_has_request(ctx, pending->request_hash);
}

enum fault
plv_pending_sweep(
    const char *folder, struct plv_ring *ring, struct fault_info *fi)
{
	return remove_those(folder, is_finished, ring, fi);
}
