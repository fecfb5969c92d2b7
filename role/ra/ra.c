/* ra.c - start and end of a registration authority; periods and paths. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "cert/perm.h"
#include "role/ra/answer.h"
#include "role/ra/auth.h"
#include "role/ra/in_hand.h"
#include "role/ra/plv.h"

#define LA_PORT	     8890
#define EE_PORT	     8892
#define PG_PORT	     8893
#define ECA_PORT     8895
#define MA_PORT	     8897
#define MEMORY	     ((size_t)4 << 20)
#define CERT_MAX     4096
#define DB_CACHE_KIB 65536u
/* While the MA is away: so many times what is released at once, and some. */
#define REPORTS_WAITING 1000u
#define REPORT_POOLS	UINT64_C(10)
#define REPORTS_OCTETS	(UINT64_C(1) << 30)
/* A disk that was full has room again when somebody made some. */
#define STORAGE_PAUSE_MS 4000

/* ---- paths, periods, blame ---- */

void
ra_path(const struct ra *ra, char out[PATH_SIZE], const char *kind,
    const char *name)
{
	char folder[PATH_SIZE];

	service_path(ra->service, folder, "data");
	path_join(out, folder, kind);
	if (name != NULL) {
		memcpy(folder, out, sizeof(folder));
		path_join(out, folder, name);
	}
}

void
ra_db_lock(struct ra *ra)
{
	pthread_mutex_lock(&ra->db_lock);
}

void
ra_db_unlock(struct ra *ra, struct db *db)
{
	db_rollback(db);
	pthread_mutex_unlock(&ra->db_lock);
}

struct peer *
ra_culprit(struct ra *ra, struct peer *peer, enum fault f)
{
	return f == FAULT_STORE || f == FAULT_IO || f == FAULT_BUSY ||
		       f == FAULT_NOT_FOUND
		   ? &ra->storage
		   : peer;
}

uint32_t
ra_period_now(const struct ra *ra)
{
	uint32_t now = time32_now();

	return now < ra->environment->i_zero
		   ? 0
		   : environment_period(ra->environment, now);
}

uint64_t
ra_period_start(const struct ra *ra, uint32_t i)
{
	return ra->environment->i_zero +
	       (uint64_t)i * ra->environment->i_period_seconds;
}

uint32_t
ra_periods_until(const struct ra *ra, uint64_t time)
{
	uint64_t n = time < ra->environment->i_zero
			 ? 0
			 : (time - ra->environment->i_zero) /
			       ra->environment->i_period_seconds;

	return n < RA_I_END ? (uint32_t)n : RA_I_END;
}

/* ---- whom we know ---- */

static bool
is_listed(const struct ra_conf *conf, const char *name, const char *domain)
{
	size_t n = strcspn(name, ".");

	if (conf->eca.n == 0)
		return true;
	for (size_t k = 0; k < conf->eca.n; k++) {
		const char *v = conf->eca.v[k];

		if (strcmp(v, name) == 0 ||
		    (strchr(v, '.') == NULL && strlen(v) == n &&
			strncmp(v, name, n) == 0 &&
			strcmp(name + n + (name[n] == '.'), domain) == 0))
			return true;
	}
	return false;
}

/* A certificate of the folder known: a peer of ours, an ECA of the white
 * list, or nobody we ask for by name. */
static enum fault
meet(struct ra *ra, const struct cert *c, struct fault_info *fi)
{
	const struct ra_conf *conf = ra->service->role_conf;
	const char *name = cert_name(&ra->arena, c);

	if (name == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "known certificates");
	TRY(pcas_meet(ra, name, c, fi));
	for (unsigned la = 0; la < 2; la++)
		if (strcmp(name, ra->la[la].name) == 0 &&
		    (ra->la_cert[la] == NULL ||
			c->start > ra->la_cert[la]->start))
			ra->la_cert[la] = c;
	if (strcmp(name, ra->pg.name) == 0 &&
	    (ra->pg_cert == NULL || c->start > ra->pg_cert->start))
		ra->pg_cert = c;
	if (strcmp(name, ra->ma.name) == 0 && ra->ma_certs_n < RA_MA_CERTS)
		ra->ma_certs[ra->ma_certs_n++] = c;
	if (perm_role(c) != SCMS_ECA ||
	    !is_listed(conf, name, ra->environment->domain))
		return FAULT_OK;
	if (ra->eca_n == sizeof(ra->eca) / sizeof(ra->eca[0]))
		return fault_set(fi, FAULT_CONFIG, "too many ECAs");
	ra->eca[ra->eca_n++] = c;
	return FAULT_OK;
}

/* Files of one certificate; chain files name nobody in particular. */
static enum fault
meet_file(
    struct ra *ra, const char *folder, const char *file, struct fault_info *fi)
{
	struct arena arena = arena_new((size_t)1 << 20);
	const struct cert *known;
	char path[PATH_SIZE];
	struct bytes raw;
	struct cert *c;
	enum fault f = FAULT_OK;

	path_join(path, folder, file);
	if (file_read(&raw, &arena, path, CERT_MAX, NULL) == FAULT_OK &&
	    cert_load(&c, &arena, raw, NULL) == FAULT_OK &&
	    (known = trust_find(ra->self.trust, c->id)) != NULL)
		f = meet(ra, known, fi);
	arena_free(&arena);
	return f;
}

static enum fault
meet_all(struct ra *ra, struct fault_info *fi)
{
	char folder[PATH_SIZE];
	enum fault f = FAULT_OK;
	struct dirent *e;
	DIR *dir;

	service_path(ra->service, folder, "known");
	if ((dir = opendir(folder)) == NULL)
		return fault_errno(fi, FAULT_IO, "%s", folder);
	while (f == FAULT_OK && (e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.')
			f = meet_file(ra, folder, e->d_name, fi);
	closedir(dir);
	TRY(f);
	for (unsigned la = 0; la < 2; la++)
		if (ra->la_cert[la] == NULL ||
		    !perm_la_id(ra->la_id[la], ra->la_cert[la]))
			return fault_set(fi, FAULT_CONFIG,
			    "no certificate of %s in %s", ra->la[la].name,
			    folder);
	if (ra->eca_n == 0)
		return fault_set(
		    fi, FAULT_CONFIG, "no certificate of an ECA in %s", folder);
	return FAULT_OK;
}

static enum fault
call_by_http(void *ctx, struct http_result *result, struct arena *arena,
    const struct http_call *call, struct fault_info *fi)
{
	const struct service *service = ctx;

	return http_call(service->client, result, arena, call, fi);
}

static enum fault
set_peers(struct ra *ra, struct fault_info *fi)
{
	const struct ra_conf *conf = ra->service->role_conf;
	const char *domain = ra->environment->domain;

	TRY(peer_init(&ra->la[0], &ra->arena, conf->la1, domain, LA_PORT, fi));
	TRY(peer_init(&ra->la[1], &ra->arena, conf->la2, domain, LA_PORT, fi));
	TRY(peer_init(&ra->pg, &ra->arena, conf->pg, domain, PG_PORT, fi));
	TRY(peer_init(
	    &ra->enroll, &ra->arena, conf->enroll_at, domain, ECA_PORT, fi));
	TRY(peer_init(&ra->ma, &ra->arena, conf->ma, domain, MA_PORT, fi));
	TRY(peer_init(&ra->storage, &ra->arena, "storage.of", "ra", 1, fi));
	ra->storage.name = "own storage";
	ra->storage.pause_most_ms = STORAGE_PAUSE_MS;
	for (unsigned la = 0; la < 2; la++) {
		ra->la[la].call = call_by_http;
		ra->la[la].ctx = ra->service;
	}
	ra->pg.call = ra->ma.call = call_by_http;
	ra->pg.ctx = ra->ma.ctx = ra->service;
	return pcas_configure(ra, call_by_http, ra->service, fi);
}

/* ---- start and end ---- */

static enum fault
set_urls(struct ra *ra, struct fault_info *fi)
{
	const char *colon = strrchr(ra->service->conf.listen, ':');
	const char *port = colon != NULL ? colon + 1 : "8892";
	const struct {
		const char **url, *file;
	} urls[] = {
	    {&ra->url, "batch"},
	    {&ra->auth_url[AUTH_IDENTIFICATION], "identity-certificate"},
	    {&ra->auth_url[AUTH_APPLICATION], "application-certificate"},
	};

	for (size_t k = 0; k < sizeof(urls) / sizeof(urls[0]); k++) {
		*urls[k].url =
		    arena_printf(&ra->arena, "https://%s:%s/download/%s",
			ra->self.name, port, urls[k].file);
		if (*urls[k].url == NULL)
			return fault_set(fi, FAULT_TOO_LARGE, "name of the RA");
	}
	return FAULT_OK;
}

static enum fault
make_folders(const struct ra *ra, struct fault_info *fi)
{
	static const char *const names[] = {
	    "plv", "outbox", "answers", "policy"};
	char path[PATH_SIZE];

	service_path(ra->service, path, "data");
	TRY(file_mkdir(path, 0700, fi));
	for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
		ra_path(ra, path, names[k], NULL);
		TRY(file_mkdir(path, 0700, fi));
	}
	service_path(ra->service, path, "data");
	return file_sync_folder(path, fi);
}

static enum fault
open_reports(struct ra *ra, struct fault_info *fi)
{
	const struct environment *e = ra->environment;
	const struct report_limits limits = {
	    .waiting = REPORTS_WAITING + REPORT_POOLS * e->report_shuffle_count,
	    .octets = REPORTS_OCTETS,
	    .an_hour = e->reports_per_hour,
	};
	char path[PATH_SIZE];

	ra_path(ra, path, "reports.db", NULL);
	return reports_open(&ra->reports, path, &limits, fi);
}

static enum fault
open_inquiry(struct ra *ra, struct fault_info *fi)
{
	const struct inquiry_conf conf = {
	    .self = &ra->self,
	    .folder = ra->service->dir,
	    .environment = ra->environment,
	    .per_day = ra->environment->ma_blacklists_per_day,
	    .audit = ra->service->audit,
	    .counted = "ra-ma-counted",
	};

	return inquiry_open(&ra->inquiry, &conf, fi);
}

static enum fault
open_stores(struct ra *ra, struct fault_info *fi)
{
	char path[PATH_SIZE];
	struct db *db;
	enum fault f;

	TRY(make_folders(ra, fi));
	ra_path(ra, path, "answers", NULL);
	TRY(answer_sweep(path, fi));
	ra_path(ra, path, "hpcr", NULL);
	TRY(bulk_open(&ra->hpcr, path, SHA256_SIZE, BULK_MERGE, fi));
	TRY(db_open(&db, ra->db_path, &ra_schema, fi));
	if ((f = pcas_open(ra, db, fi)) == FAULT_OK &&
	    (f = in_hand_recover(ra, db, fi)) == FAULT_OK)
		f = plv_recover(ra, db, fi);
	if (f == FAULT_OK)
		f = auth_recover(db, fi);
	ra->db = db;
	db_cache(db, DB_CACHE_KIB);
	if (f == FAULT_OK)
		f = open_reports(ra, fi);
	return f == FAULT_OK ? open_inquiry(ra, fi) : f;
}

static void
set_published(struct ra *ra)
{
	const struct ra_conf *conf = ra->service->role_conf;
	char path[PATH_SIZE];

	service_path(ra->service, path, conf->lccf);
	published_init(&ra->lccf, path, published_lccf, &ra->self);
	service_path(ra->service, path, conf->lpf);
	published_init(&ra->lpf, path, published_lpf, &ra->self);
}

static enum fault
load(struct ra *ra, struct fault_info *fi)
{
	TRY(component_load(&ra->self, ra->service->dir, fi));
	trust_set_memory(ra->self.trust, RA_REMEMBERED);
	if (ra->self.enc_key == NULL)
		return fault_set(fi, FAULT_CONFIG,
		    "the RA's certificate has no encryption key");
	TRY(set_peers(ra, fi));
	TRY(meet_all(ra, fi));
	TRY(pcas_complete(ra, fi));
	return set_urls(ra, fi);
}

static struct ra *
ra_alloc(struct service *service)
{
	struct ra *ra = calloc(1, sizeof(*ra));

	if (ra == NULL)
		log_fatal("out of memory");
	ra->service = service;
	ra->environment = &service->environment;
	ra->arena = arena_new(MEMORY);
	ra_path(ra, ra->db_path, "ra.db", NULL);
	wake_init(&ra->wake);
	wake_init(&ra->due);
	wake_init(&ra->auth);
	wake_init(&ra->report);
	pools_init(&ra->pools);
	pthread_mutex_init(&ra->db_lock, NULL);
	contacts_init(&ra->contacts);
	ra_policies_init(&ra->policies);
	db_pool_init(&ra->dbs, ra->db_path);
	ra->retries = retries_new(ra->environment->retry_limit_per_hour);
	return ra;
}

enum fault
ra_load(struct ra **out, struct service *service, struct fault_info *fi)
{
	struct ra *ra = ra_alloc(service);
	enum fault f;

	set_published(ra);
	if ((f = load(ra, fi)) != FAULT_OK)
		ra_close(ra);
	else
		*out = ra;
	return f;
}

enum fault
ra_open(struct ra **out, struct service *service, struct fault_info *fi)
{
	struct ra *ra;
	enum fault f;

	TRY(ra_load(&ra, service, fi));
	if ((f = open_stores(ra, fi)) != FAULT_OK)
		ra_close(ra);
	else
		*out = ra;
	return f;
}

void
ra_close(struct ra *ra)
{
	if (ra == NULL)
		return;
	inquiry_close(ra->inquiry);
	reports_close(ra->reports);
	bulk_close(ra->hpcr);
	db_close(ra->db);
	pthread_mutex_destroy(&ra->db_lock);
	db_pool_close(&ra->dbs);
	published_destroy(&ra->lccf);
	published_destroy(&ra->lpf);
	ra_policies_destroy(&ra->policies);
	retries_free(ra->retries);
	contacts_destroy(&ra->contacts);
	pcas_destroy(ra);
	pools_destroy(&ra->pools);
	wake_destroy(&ra->wake);
	wake_destroy(&ra->due);
	wake_destroy(&ra->auth);
	wake_destroy(&ra->report);
	component_free(&ra->self);
	arena_free(&ra->arena);
	free(ra);
}
