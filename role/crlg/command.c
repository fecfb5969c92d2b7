/* command.c - scms-crlg DIR/crlg revoke and now: what scms crl has done. */
#include <stdio.h>
#include <stdlib.h>

#include "base/time32.h"
#include "role/crlg/enter.h"

#define CERTIFICATE_MAX 4096u
#define MEMORY		((size_t)64 << 20)
#define WAIT_SECONDS	60u

static enum fault
revoke(struct crlg *g, struct arena *a, size_t n, char **names,
    struct fault_info *fi)
{
	struct enter_file *file = ARENA_ARRAY(a, n, struct enter_file);

	if (file == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "arguments");
	for (size_t k = 0; k < n; k++) {
		file[k].name = names[k];
		TRY(file_read(
		    &file[k].certificate, a, names[k], CERTIFICATE_MAX, fi));
	}
	return enter_certificates(g, a, file, n, time32_now(), fi);
}

static enum fault
enter(struct crlg *g, int argc, char **argv, struct fault_info *fi)
{
	struct arena a = arena_new(MEMORY);
	enum fault f = argc > 1 ? revoke(g, &a, (size_t)argc - 1, argv + 1, fi)
				: enter_wish(g, fi);

	arena_free(&a);
	return f;
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
