/*
 * verify_bsm.c - checks a signed safety message with nothing but a trusted
 * root certificate and the public chain file:
 *
 *	cc verify_bsm.c $(pkg-config --cflags --libs monarch) -o verify_bsm
 *	./verify_bsm root.oer LCCF.oer message.spdu [Time32]
 */
#include <monarch.h>
#include <stdio.h>
#include <stdlib.h>

static struct bytes
read_file(const char *path)
{
	static uint8_t memory[3][65536];
	static unsigned files;
	uint8_t *p = memory[files++];
	FILE *file = fopen(path, "rb");
	size_t n = file == NULL ? 0 : fread(p, 1, sizeof(memory[0]), file);

	if (file != NULL)
		fclose(file);
	return (struct bytes){p, n};
}

int
main(int argc, char **argv)
{
	struct monarch_verifier *v = monarch_verifier_new();
	struct monarch_rules rules = {.psid = 0x20};
	struct monarch_message m;
	struct fault_info why;
	bool ok;

	if (argc < 4 || v == NULL)
		return 2;
	rules.now = argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 10) : 0;
	ok = monarch_verifier_trust(v, read_file(argv[1]), &why) == FAULT_OK &&
	     monarch_verifier_add(v, read_file(argv[2]), &why) == FAULT_OK &&
	     monarch_verify(v, &m, NULL, read_file(argv[3]), &rules, &why) ==
		 FAULT_OK;
	if (ok)
		printf("valid: %zu octets of payload\n", m.payload.n);
	else
		printf("invalid: %s\n", why.text);
	monarch_verifier_free(v);
	return ok ? 0 : 1;
}
