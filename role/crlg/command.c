/* command.c - scms-crlg DIR/crlg revoke and now: what scms crl has done. */
#include <stdio.h>
#include <stdlib.h>

#include "base/time32.h"
#include "role/crlg/enter.h"

#define CERTIFICATE_MAX 4096u
#define WAIT_SECONDS	60u

static enum fault
revoke(struct crlg *g, const char *path, struct fault_info *fi)
{
	struct arena a = arena_new(1u << 20);
	struct bytes raw;
	enum fault f = file_read(&raw, &a, path, CERTIFICATE_MAX, fi);

	if (f == FAULT_OK)
		f = enter_certificate(g, &a, raw, time32_now(), fi);
	arena_free(&a);
	return f == FAULT_OK ? f : fault_prefix(fi, "%s", path);
}

/* All files, or none if the first of them is refused. */
static enum fault
enter(struct crlg *g, int argc, char **argv, struct fault_info *fi)
{
	for (int k = 1; k < argc; k++)
		TRY(revoke(g, argv[k], fi));
	return argc > 1 ? FAULT_OK : enter_wish(g, fi);
}

/* What is entered goes out at once where the daemon runs, else when it does. */
static enum fault
publish(struct crlg *g, struct service *service, struct fault_info *fi)
{
	if (!service_running(service->dir, NULL, NULL)) {
		puts("entered; the CRL generator is not running and will "
		     "publish when it is");
		return FAULT_OK;
	}
	TRY(enter_wait(g, WAIT_SECONDS, fi));
	puts("published");
	return FAULT_OK;
}

static int
run(struct service *service, int argc, char **argv)
{
	struct fault_info fi;
	struct crlg *g = NULL;
	enum fault f = crlg_open(&g, service, &fi);

	if (f == FAULT_OK)
		f = enter(g, argc, argv, &fi);
	if (f == FAULT_OK)
		f = publish(g, service, &fi);
	if (f != FAULT_OK)
		fprintf(stderr, "%s\n", fi.text);
	crlg_close(g);
	return f == FAULT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
command_revoke(struct service *service, int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: revoke CERTIFICATE...\n");
		return EXIT_FAILURE;
	}
	return run(service, argc, argv);
}

static int
command_now(struct service *service, int argc, char **argv)
{
	if (argc > 1) {
		fprintf(stderr, "usage: now\n");
		return EXIT_FAILURE;
	}
	return run(service, argc, argv);
}

const struct service_command crlg_commands[] = {
    {"revoke", "CERTIFICATE...",
	"put certificates on the CRL of their series, and publish",
	command_revoke},
    {"now", "", "make and publish new CRLs", command_now},
};
