/* trust.c - the set of certificates; see trust.h. */
#include <assert.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "cert/chainfile.h"
#include "cert/revoked.h"
#include "cert/trust_int.h"

#define TRUST_MEMORY ((size_t)256 << 20)
#define FILE_LIMIT   ((size_t)16 << 20)

struct trust *
trust_new(void)
{
	struct trust *t = calloc(1, sizeof(*t));

	if (t == NULL || pthread_rwlock_init(&t->lock, NULL) != 0 ||
	    pthread_rwlock_init(&t->revoking, NULL) != 0 ||
	    pthread_mutex_init(&t->checking, NULL) != 0)
		log_fatal("out of memory");
	t->arena = arena_new(TRUST_MEMORY);
	t->memories = MEMORIES;
	return t;
}

void
trust_free(struct trust *t)
{
	if (t == NULL)
		return;
	revoked_free(t->revoked);
	pthread_rwlock_destroy(&t->revoking);
	pthread_rwlock_destroy(&t->lock);
	pthread_mutex_destroy(&t->checking);
	arena_free(&t->arena);
	free(t->memory);
	free(t);
}

/* HashedId8s are hash output, so any of their bits will do. */
static size_t
slot(const uint8_t id[CERT_ID_SIZE], size_t slots)
{
	return (((size_t)id[6] << 8) | id[7]) % slots;
}

/* The lock is held. */
static struct entry *
entry_of(const struct trust *t, const uint8_t id[CERT_ID_SIZE])
{
	struct entry *e;

	for (e = t->bucket[slot(id, BUCKETS)]; e != NULL; e = e->next)
		if (memcmp(e->cert->id, id, CERT_ID_SIZE) == 0)
			return e;
	return NULL;
}

struct entry *
trust_entry(struct trust *t, const uint8_t id[CERT_ID_SIZE])
{
	struct entry *e;

	pthread_rwlock_rdlock(&t->lock);
	e = entry_of(t, id);
	pthread_rwlock_unlock(&t->lock);
	return e;
}

const struct cert *
trust_find(struct trust *t, const uint8_t id[CERT_ID_SIZE])
{
	struct entry *e = trust_entry(t, id);

	return e != NULL ? e->cert : NULL;
}

bool
trust_has_craca(struct trust *t, const uint8_t craca[TRUST_CRACA_SIZE])
{
	const struct entry *e;
	bool found = false;
	size_t i;

	pthread_rwlock_rdlock(&t->lock);
	for (i = 0; i < BUCKETS && !found; i++)
		for (e = t->bucket[i]; e != NULL && !found; e = e->next)
			found = atomic_load(&e->root) &&
				memcmp(e->cert->id + CERT_ID_SIZE -
					   TRUST_CRACA_SIZE,
				    craca, TRUST_CRACA_SIZE) == 0;
	pthread_rwlock_unlock(&t->lock);
	return found;
}

/* ---- adding ---- */

/* The write lock is held.  Loads into the trust's memory only what is new. */
static enum fault
add_locked(struct entry **out, struct trust *t, const struct cert *probe,
    struct fault_info *fi)
{
	struct entry *e = entry_of(t, probe->id);
	size_t s = slot(probe->id, BUCKETS);
	char hex[2 * CERT_ID_SIZE + 1];

	*out = e;
	if (e != NULL) {
		if (memcmp(e->cert->hash, probe->hash, SHA384_SIZE) == 0)
			return FAULT_OK;
		hex_encode(hex, probe->id, CERT_ID_SIZE);
		return fault_set(fi, FAULT_DUPLICATE,
		    "another certificate has the HashedId8 %s", hex);
	}
	e = ARENA_NEW(&t->arena, struct entry);
	if (e == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "too many certificates");
	TRY(cert_load(&e->cert, &t->arena, probe->raw, fi));
	e->next = t->bucket[s];
	t->bucket[s] = *out = e;
	return FAULT_OK;
}

static enum fault
add(struct entry **out, struct trust *t, struct bytes raw,
    struct fault_info *fi)
{
	struct arena a = arena_new((size_t)1 << 20);
	struct cert *probe;
	enum fault f;

	/* First in memory of its own, so that a bad one leaves nothing. */
	f = cert_load(&probe, &a, raw, fi);
	if (f == FAULT_OK) {
		pthread_rwlock_wrlock(&t->lock);
		f = add_locked(out, t, probe, fi);
		pthread_rwlock_unlock(&t->lock);
	}
	arena_free(&a);
	return f;
}

static enum fault
check_root(struct bytes raw, struct fault_info *fi)
{
	struct arena a = arena_new((size_t)1 << 20);
	struct cert *k;
	enum fault f;

	f = cert_load(&k, &a, raw, fi);
	if (f == FAULT_OK && !k->self_issued)
		f = fault_set(
		    fi, FAULT_UNTRUSTED_ROOT, "a root must be self-signed");
	if (f == FAULT_OK)
		f = cert_check_issued(k, k, fi);
	arena_free(&a);
	return f;
}

enum fault
trust_add_root(struct trust *t, struct bytes raw, struct fault_info *fi)
{
	struct entry *e;

	TRY(check_root(raw, fi));
	TRY(add(&e, t, raw, fi));
	atomic_store(&e->root, true);
	return FAULT_OK;
}

static enum fault
add_list(
    struct trust *t, const struct bytes *cert, size_t n, struct fault_info *fi)
{
	struct entry *e;
	enum fault f;
	size_t i;

	for (i = 0; i < n; i++)
		if ((f = add(&e, t, cert[i], fi)) != FAULT_OK) {
			fault_prefix(fi, "certificate %zu", i + 1);
			return f;
		}
	return FAULT_OK;
}

static enum fault
add_chain_file(
    struct trust *t, struct arena *a, struct bytes raw, struct fault_info *fi)
{
	struct chain_file file;

	TRY(chain_file_open(&file, a, raw, fi));
	TRY(add_list(t, file.root_cert, file.n_root_ballot, fi));
	TRY(add_list(t, &file.ma, 1, fi));
	TRY(add_list(t, file.cert, file.n_cert, fi));
	return add_list(t, file.optional, file.n_optional, fi);
}

enum fault
trust_add_known(struct trust *t, struct bytes raw, struct fault_info *fi)
{
	struct arena a;
	struct entry *e;
	enum fault f;

	/* A certificate begins with its preamble 00 or 80 and version 3; an
	 * ScmsFile with version 1. */
	if (raw.n == 0 || raw.p[0] != 1)
		return add(&e, t, raw, fi);
	a = arena_new(FILE_LIMIT);
	f = add_chain_file(t, &a, raw, fi);
	arena_free(&a);
	return f;
}

static int
is_oer(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return d->d_name[0] != '.' && n > 4 &&
	       strcmp(d->d_name + n - 4, ".oer") == 0;
}

static enum fault
add_file(struct trust *t, const char *path, bool roots, struct fault_info *fi)
{
	struct arena a = arena_new(FILE_LIMIT + 4096);
	struct bytes raw;
	struct stat st;
	enum fault f;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return FAULT_OK;
	f = file_read(&raw, &a, path, FILE_LIMIT, fi);
	if (f == FAULT_OK) {
		f = roots ? trust_add_root(t, raw, fi)
			  : trust_add_known(t, raw, fi);
		if (f != FAULT_OK)
			fault_prefix(fi, "%s", path);
	}
	arena_free(&a);
	return f;
}

enum fault
trust_add_folder(
    struct trust *t, const char *folder, bool roots, struct fault_info *fi)
{
	char path[PATH_SIZE];
	struct dirent **names;
	enum fault f = FAULT_OK;
	int i, n;

	n = scandir(folder, &names, is_oer, alphasort);
	if (n < 0)
		return fault_errno(fi, FAULT_IO, "%s", folder);
	for (i = 0; i < n; i++) {
		path_join(path, folder, names[i]->d_name);
		if (f == FAULT_OK)
			f = add_file(t, path, roots, fi);
		free(names[i]);
	}
	free(names);
	return f;
}

/* ---- revoked ---- */

void
trust_revoke(struct trust *t, struct revoked *r)
{
	struct revoked *former;

	pthread_rwlock_wrlock(&t->revoking);
	former = atomic_exchange(&t->revoked, r);
	pthread_rwlock_unlock(&t->revoking);
	revoked_free(former);
}

enum fault
trust_check_revoked(
    struct trust *t, const struct cert *k, uint32_t time, struct fault_info *fi)
{
	const struct revoked *r;
	enum fault f = FAULT_OK;

	if (atomic_load(&t->revoked) == NULL)
		return FAULT_OK;
	pthread_rwlock_rdlock(&t->revoking);
	if ((r = atomic_load(&t->revoked)) != NULL)
		f = revoked_check(r, k, time, fi);
	pthread_rwlock_unlock(&t->revoking);
	return f;
}

/* ---- remembered leaves ---- */

void
trust_set_memory(struct trust *t, size_t n)
{
	assert(t->memory == NULL && n > 0);
	t->memories = (n + WAYS - 1) / WAYS * WAYS;
}

/* The lock is held.  Two senders that speak in turns must not push each other
 * out, so each has several places. */
static struct memory *
ways_of(const struct trust *t, const uint8_t id[CERT_ID_SIZE])
{
	return &t->memory[slot(id, t->memories / WAYS) * WAYS];
}

/* The lock is held.  NULL: not remembered. */
static struct memory *
memory_of(const struct trust *t, const uint8_t id[CERT_ID_SIZE])
{
	struct memory *m = t->memory != NULL ? ways_of(t, id) : NULL;

	for (size_t w = 0; m != NULL && w < WAYS; w++)
		if (m[w].n != 0 &&
		    memcmp(m[w].hash + SHA256_SIZE - CERT_ID_SIZE, id,
			CERT_ID_SIZE) == 0)
			return &m[w];
	return NULL;
}

/* The same, by the hash of all of it. */
static struct memory *
memory_of_cert(const struct trust *t, const struct cert *k)
{
	struct memory *m = memory_of(t, k->id);

	return m != NULL && memcmp(m->hash, k->hash, sizeof(m->hash)) == 0
		   ? m
		   : NULL;
}

/* The lock is held.  Where one with this id goes. */
static struct memory *
room_for(struct trust *t, const uint8_t id[CERT_ID_SIZE])
{
	struct memory *m = memory_of(t, id), *ways = ways_of(t, id);

	if (m != NULL)
		return m;
	m = ways;
	for (size_t w = 1; w < WAYS; w++)
		if (ways[w].since < m->since)
			m = &ways[w];
	return m;
}

static bool
is_remembered(struct trust *t, const struct cert *k)
{
	bool found;

	pthread_rwlock_rdlock(&t->lock);
	found = memory_of_cert(t, k) != NULL;
	pthread_rwlock_unlock(&t->lock);
	return found;
}

void
trust_remember(struct trust *t, const struct cert *k)
{
	struct memory *m;
	struct entry *e;

	if (k->issuer == NULL || !k->has_key || k->key.curve != CURVE_P256 ||
	    k->raw.n > sizeof(m->raw) || is_remembered(t, k))
		return;
	pthread_rwlock_wrlock(&t->lock);
	e = entry_of(t, k->issuer->id);
	if (t->memory == NULL &&
	    (t->memory = calloc(t->memories, sizeof(*m))) == NULL)
		log_fatal("out of memory");
	/* Its issuer must live as long as the memory of it. */
	if (e != NULL && e->cert == k->issuer && atomic_load(&e->checked)) {
		m = room_for(t, k->id);
		m->since = ++t->remembered;
		m->n = k->raw.n;
		memcpy(m->hash, k->hash, sizeof(m->hash));
		memcpy(m->raw, k->raw.p, k->raw.n);
		m->key = k->key_p256;
		m->issuer = k->issuer;
	}
	pthread_rwlock_unlock(&t->lock);
}

bool
trust_recall(struct trust *t, struct cert *k)
{
	const struct memory *m;

	if (k->hash_n != SHA256_SIZE)
		return false;
	pthread_rwlock_rdlock(&t->lock);
	/* The hash is of the canonical form; the issuer field and all that was
	 * checked are part of it. */
	if ((m = memory_of_cert(t, k)) != NULL) {
		k->key_p256 = m->key;
		curve_of_p256(&k->key, &m->key);
		k->has_key = true;
		k->issuer = m->issuer;
	}
	pthread_rwlock_unlock(&t->lock);
	return m != NULL;
}

enum fault
trust_find_signer(struct cert **out, struct arena *a, struct trust *t,
    const uint8_t id[CERT_ID_SIZE], struct fault_info *fi)
{
	char hex[2 * CERT_ID_SIZE + 1];
	uint8_t raw[sizeof(t->memory->raw)];
	const struct memory *m;
	struct entry *e;
	size_t n = 0;

	pthread_rwlock_rdlock(&t->lock);
	e = entry_of(t, id);
	if (e == NULL && (m = memory_of(t, id)) != NULL) {
		n = m->n;
		memcpy(raw, m->raw, n);
	}
	pthread_rwlock_unlock(&t->lock);
	if (e != NULL) {
		*out = e->cert;
		return FAULT_OK;
	}
	if (n != 0)
		return cert_load(out, a, (struct bytes){raw, n}, fi);
	hex_encode(hex, id, CERT_ID_SIZE);
	return fault_set(
	    fi, FAULT_UNKNOWN_ISSUER, "certificate %s is not known", hex);
}
