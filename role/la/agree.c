/*
 * agree.c - the key agreement with a PCA by files, at set-up (agreement.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plv/message.h"
#include "role/la/agreement.h"

struct agreement {
	struct service *service;
	struct component self;
	struct arena arena;
	struct la_pcas pcas;
	char folder[PATH_SIZE];
	struct la_side side;
	const char *in, *out;
};

/* "--in FILE --out FILE"; out NULL: not wanted. */
static bool
options(struct agreement *g, int argc, char **argv, bool want_out)
{
	for (int i = 1; i + 1 < argc; i += 2)
		if (strcmp(argv[i], "--in") == 0)
			g->in = argv[i + 1];
		else if (strcmp(argv[i], "--out") == 0 && want_out)
			g->out = argv[i + 1];
		else
			return false;
	return argc % 2 == 1 && g->in != NULL && (g->out != NULL) == want_out;
}

static enum fault
begin(struct bytes *in, struct agreement *g, struct fault_info *fi)
{
	const struct la_conf *conf = g->service->role_conf;
	char data[PATH_SIZE];

	TRY(la_pcas_read(&g->pcas, conf, &g->service->environment, fi));
	service_path(g->service, data, "data");
	TRY(file_mkdir(data, 0700, fi));
	service_path(g->service, g->folder, "data/plv-keys");
	TRY(component_load(&g->self, g->service->dir, fi));
	if (g->self.enc_key == NULL)
		return fault_set(
		    fi, FAULT_CONFIG, "our certificate has no encryption key");
	g->side.self = &g->self;
	g->side.pcas = &g->pcas;
	g->side.folder = g->folder;
	TRY(plv_ring_open(&g->side.ring, g->folder, fi));
	return file_read(in, &g->arena, g->in, PLV_MESSAGE_MAX, fi);
}

static int
finish(struct agreement *g, enum fault f, const struct fault_info *fi)
{
	if (f != FAULT_OK)
		(void)fprintf(stderr, "scms-la: %s\n", fi->text);
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

/* ---- agree-respond ---- */

static enum fault
respond(struct agreement *g, struct fault_info *fi)
{
	struct bytes request, response;
	enum fault f;

	TRY(begin(&request, g, fi));
	f = la_agreement_respond(&response, &g->arena, &g->side, request, fi);
	if (response.n > 0) /* also one that says what is wrong */
		TRY(file_write(g->out, response, 0644, fi));
	return f;
}

int
la_agree_respond(struct service *service, int argc, char **argv)
{
	struct agreement g = {.service = service, .arena = arena_new(1u << 20)};
	struct fault_info fi = {.code = FAULT_OK};
	enum fault f;

	if (!options(&g, argc, argv, true))
		return usage("agree-respond --in REQUEST --out RESPONSE");
	f = respond(&g, &fi);
	return finish(&g, f, &fi);
}

/* ---- agree-finish ---- */

static enum fault
take_into_use(struct agreement *g, struct fault_info *fi)
{
	struct bytes ack;

	TRY(begin(&ack, g, fi));
	return la_agreement_finish(&g->arena, &g->side, ack, fi);
}

int
la_agree_finish(struct service *service, int argc, char **argv)
{
	struct agreement g = {.service = service, .arena = arena_new(1u << 20)};
	struct fault_info fi = {.code = FAULT_OK};
	enum fault f;

	if (!options(&g, argc, argv, false))
		return usage("agree-finish --in ACK");
	f = take_into_use(&g, &fi);
	return finish(&g, f, &fi);
}
