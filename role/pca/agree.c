/*
 * agree.c - the key agreement with an LA by files, at set-up (agreement.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time32.h"
#include "plv/message.h"
#include "role/pca/agreement.h"
#include "role/pca/pca.h"

#define CERTIFICATE_MAX 4096

enum option {
	OPTION_LA,
	OPTION_IN,
	OPTION_OUT,
	OPTION_START,
	OPTION_END,
	OPTIONS
};
static const char *const option_names[OPTIONS] = {
    "--la", "--in", "--out", "--start", "--end"};

struct agreement {
	struct service *service;
	struct component self;
	struct arena arena;
	char folder[PATH_SIZE];
	struct pca_side side;
	const char *option[OPTIONS];
};

static bool
options(struct agreement *g, int argc, char **argv)
{
	int i, t;

	for (i = 1; i + 1 < argc; i += 2) {
		for (t = 0; t < OPTIONS; t++)
			if (strcmp(argv[i], option_names[t]) == 0)
				break;
		if (t == OPTIONS)
			return false;
		g->option[t] = argv[i + 1];
	}
	return i == argc;
}

static enum fault
begin(struct agreement *g, struct fault_info *fi)
{
	char data[PATH_SIZE];

	service_path(g->service, data, "data");
	TRY(file_mkdir(data, 0700, fi));
	service_path(g->service, g->folder, "data/plv-keys");
	TRY(component_load(&g->self, g->service->dir, fi));
	if (g->self.enc_key == NULL)
		return fault_set(
		    fi, FAULT_CONFIG, "our certificate has no encryption key");
	g->side.self = &g->self;
	g->side.folder = g->folder;
	return plv_ring_open(&g->side.ring, g->folder, fi);
}

static int
finish(struct agreement *g, enum fault f, const struct fault_info *fi)
{
	if (f != FAULT_OK)
		(void)fprintf(stderr, "scms-pca: %s\n", fi->text);
	plv_ring_free(g->side.ring);
	component_free(&g->self);
	arena_free(&g->arena);
	return f == FAULT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
usage(const char *text)
{
	(void)fprintf(stderr, "usage: %s\n", text);
	return 64;
}

/* ---- agree-request ---- */

/* One of our two LAs, trusted, with its number and a key to encrypt to. */
static enum fault
load_la(struct cert **out, struct agreement *g, struct fault_info *fi)
{
	const struct pca_conf *conf = g->service->role_conf;
	char la1[PLV_PEER_SIZE], la2[PLV_PEER_SIZE];
	const char *name;
	struct bytes raw;

	TRY(file_read(
	    &raw, &g->arena, g->option[OPTION_LA], CERTIFICATE_MAX, fi));
	TRY(cert_load(out, &g->arena, raw, fi));
	TRY(trust_check_chain(NULL, g->self.trust, *out, time32_now(), fi));
	TRY(perm_check_role(*out, SCMS_LA, fi));
	name = cert_name(&g->arena, *out);
	pca_full_name(la1, conf->la1, &g->service->environment);
	pca_full_name(la2, conf->la2, &g->service->environment);
	if (strcmp(name, la1) != 0 && strcmp(name, la2) != 0)
		return fault_set(
		    fi, FAULT_DENIED, "%s is not one of our LAs", name);
	return FAULT_OK;
}

/* The usual ones, unless told otherwise. */
static enum fault
set_terms(struct agreement_terms *t, const struct agreement *g,
    const struct cert *la, struct fault_info *fi)
{
	const char *start = g->option[OPTION_START];
	const char *end = g->option[OPTION_END];

	pca_agreement_terms(t, la, &g->self);
	if (start != NULL && !time32_parse(&t->start, start))
		return fault_set(fi, FAULT_USAGE, "%s is no time", start);
	if (end != NULL && !time32_parse(&t->end, end))
		return fault_set(fi, FAULT_USAGE, "%s is no time", end);
	return FAULT_OK;
}

static enum fault
request(struct agreement *g, struct fault_info *fi)
{
	struct agreement_terms terms;
	struct bytes message;
	struct cert *la;

	TRY(begin(g, fi));
	TRY(load_la(&la, g, fi));
	TRY(set_terms(&terms, g, la, fi));
	TRY(pca_agreement_begin(&message, &g->arena, &g->side, &terms, fi));
	return file_write(g->option[OPTION_OUT], message, 0644, fi);
}

int
pca_agree_request(struct service *service, int argc, char **argv)
{
	struct agreement g = {.service = service, .arena = arena_new(1u << 20)};
	struct fault_info fi = {.code = FAULT_OK};
	enum fault f;

	if (!options(&g, argc, argv) || g.option[OPTION_LA] == NULL ||
	    g.option[OPTION_OUT] == NULL || g.option[OPTION_IN] != NULL)
		return usage("agree-request --la CERTIFICATE --out REQUEST "
			     "[--start TIME] [--end TIME]");
	f = request(&g, &fi);
	return finish(&g, f, &fi);
}

/* ---- agree-confirm ---- */

static enum fault
confirm(struct agreement *g, struct fault_info *fi)
{
	struct bytes response, ack;
	enum fault f;

	TRY(begin(g, fi));
	TRY(file_read(
	    &response, &g->arena, g->option[OPTION_IN], PLV_MESSAGE_MAX, fi));
	f = pca_agreement_confirm(&ack, &g->arena, &g->side, response, fi);
	if (ack.n > 0) /* also one that says that the key is wrong */
		TRY(file_write(g->option[OPTION_OUT], ack, 0644, fi));
	return f;
}

int
pca_agree_confirm(struct service *service, int argc, char **argv)
{
	struct agreement g = {.service = service, .arena = arena_new(1u << 20)};
	struct fault_info fi = {.code = FAULT_OK};
	enum fault f;

	if (!options(&g, argc, argv) || g.option[OPTION_IN] == NULL ||
	    g.option[OPTION_OUT] == NULL || g.option[OPTION_LA] != NULL)
		return usage("agree-confirm --in RESPONSE --out ACK");
	f = confirm(&g, &fi);
	return finish(&g, f, &fi);
}
