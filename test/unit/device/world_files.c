/*
 * world_files.c - what a stranger gets to see: writes root.oer, LCCF.oer,
 * good.spdu, forged.spdu and foreign.oer (another root) into a folder, and
 * prints the Time32 at which the message is good.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "test/unit/device/folder.h"
#include "test/unit/device/world_int.h"

static void
put(const char *folder, const char *name, struct bytes data)
{
	struct fault_info fi = {0};
	char path[PATH_SIZE];

	path_join(path, folder, name);
	MUST(file_write(path, data, 0644, &fi));
}

static size_t
sign(struct world *w, const char *dir, uint8_t *out, size_t size)
{
	struct monarch_signer *signer;
	struct monarch_device *d;
	struct fault_info fi = {0};
	char path[PATH_SIZE];
	size_t n;

	world_device(w, dir, "obe", path);
	d = world_open(w, path);
	world_supply(w, d);
	monarch_close(d);
	MUST(monarch_signer_open(&signer, path, &fi));
	MUST(monarch_sign(signer, out, size, &n, bytes_of_string("a message"),
	    &(struct monarch_sign_terms){.now = (uint64_t)WORLD_NOW * 1000000},
	    &fi));
	MUST(monarch_signer_close(signer, &fi));
	return n;
}

int
main(int argc, char **argv)
{
	struct world *w = world_new(), *other = world_new();
	char dir[PATH_SIZE];
	uint8_t spdu[2048];
	size_t n;

	if (argc != 2)
		return 64;
	temporary_folder(dir);
	n = sign(w, dir, spdu, sizeof(spdu));
	put(argv[1], "root.oer", w->actor[ACTOR_ROOT].raw);
	put(argv[1], "LCCF.oer", w->lccf);
	put(argv[1], "foreign.oer", other->actor[ACTOR_ROOT].raw);
	put(argv[1], "good.spdu", (struct bytes){spdu, n});
	spdu[10] ^= 1;
	put(argv[1], "forged.spdu", (struct bytes){spdu, n});
	printf("%u\n", (unsigned)WORLD_NOW);
	remove_folder(dir);
	world_free(w);
	world_free(other);
	return 0;
}
