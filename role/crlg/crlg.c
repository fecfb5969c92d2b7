/* crlg.c - see crlg.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/time32.h"
#include "cert/perm.h"
#include "role/crlg/crlg.h"

static enum fault
set_places(struct crlg *g, struct fault_info *fi)
{
	const char *at = g->conf->store, *domain = g->environment->domain;
	size_t name = strcspn(at, ":");

	service_path(g->service, g->known, "known");
	service_path(g->service, g->special, "special");
	service_path(g->service, g->ballots, "ballots");
	if (name == 0 || at[name] != ':')
		return fault_set(
		    fi, FAULT_CONFIG, "store = %s: name and port needed", at);
	g->url =
	    memchr(at, '.', name) != NULL
		? arena_printf(&g->self.arena, "https://%s/composite-crl", at)
		: arena_printf(&g->self.arena,
		      "https://%.*s.%s%s/composite-crl", (int)name, at, domain,
		      at + name);
	return g->url != NULL ? FAULT_OK
			      : fault_set(fi, FAULT_TOO_LARGE, "%s", at);
}

static enum fault
load(struct crlg *g, struct fault_info *fi)
{
	char roots[PATH_SIZE];

	TRY(component_load(&g->self, g->service->dir, fi));
	TRY(perm_check_role(g->self.cert, SCMS_CRLG, fi));
	service_path(g->service, roots, "roots");
	TRY(signers_load(&g->signers, &g->self, roots, fi));
	return set_places(g, fi);
}

static void
init_waiting(struct crlg *g)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&g->changed, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&g->waiting, NULL);
	pthread_mutex_init(&g->lock, NULL);
}

enum fault
crlg_load(struct crlg **out, struct service *service, struct fault_info *fi)
{
	struct crlg *g = calloc(1, sizeof(*g));
	enum fault f;

	if (g == NULL)
		log_fatal("out of memory");
	init_waiting(g);
	g->service = service;
	g->conf = service->role_conf;
	g->environment = &service->environment;
	g->now = time32_now;
	if ((f = load(g, fi)) != FAULT_OK)
		crlg_close(g);
	else
		*out = g;
	return f;
}

enum fault
crlg_open(struct crlg **out, struct service *service, struct fault_info *fi)
{
	char path[PATH_SIZE];
	struct crlg *g;
	enum fault f;

	TRY(crlg_load(&g, service, fi));
	service_path(service, path, "data/crlg.db");
	f = file_mkdir(g->special, 0700, fi);
	if (f == FAULT_OK)
		f = file_mkdir(g->ballots, 0700, fi);
	if (f == FAULT_OK)
		f = db_open(&g->db, path, &crlg_schema, fi);
	if (f != FAULT_OK)
		crlg_close(g);
	else
		*out = g;
	return f;
}

void
crlg_close(struct crlg *g)
{
	if (g == NULL)
		return;
	db_close(g->db);
	signers_free(&g->signers);
	component_free(&g->self);
	pthread_cond_destroy(&g->changed);
	pthread_mutex_destroy(&g->waiting);
	pthread_mutex_destroy(&g->lock);
	free(g);
}

void
crlg_wake(struct crlg *g)
{
	pthread_mutex_lock(&g->waiting);
	g->work = true;
	pthread_cond_broadcast(&g->changed);
	pthread_mutex_unlock(&g->waiting);
}

void
crlg_wait(struct crlg *g, unsigned milliseconds)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += milliseconds / 1000;
	until.tv_nsec += (long)(milliseconds % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&g->waiting);
	while (!g->work &&
	       pthread_cond_timedwait(&g->changed, &g->waiting, &until) == 0)
		;
	g->work = false;
	pthread_mutex_unlock(&g->waiting);
}

void
crlg_note(struct crlg *g, char field[CRLG_TROUBLE], const struct fault_info *fi)
{
	const char *text = fi != NULL ? fi->text : "";
	bool is_new;

	pthread_mutex_lock(&g->waiting);
	is_new = strncmp(field, text, CRLG_TROUBLE - 1) != 0;
	snprintf(field, CRLG_TROUBLE, "%s", text);
	pthread_mutex_unlock(&g->waiting);
	if (is_new && text[0] != '\0')
		log_warn("%s", text);
}
