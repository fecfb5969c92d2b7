/*
 * verify_bsm.c - checks a signed safety message with nothing but a trusted
 * root certificate and the public chain file:
 *
 *	cc verify_bsm.c $(pkg-config --cflags --libs monarch) -o verify_bsm
 *	./verify_bsm root.oer LCCF.oer message.spdu [Time32]
 */
#include <stdio.h>
#include <stdlib.h>

#include <monarch.h>

static struct bytes
read_file(const char *path)
{
	static uint8_t memory[3][1 << 16], (*next)[1 << 16] = memory;
	FILE *file = fopen(path, "rb");
	struct bytes b = {*next++, 0};

	if (file == NULL)
		exit((perror(path), 2));
	b.n = fread(memory[next - 1 - memory], 1, sizeof(*memory), file);
	fclose(file);
	return b;
}

int
main(int argc, char **argv)
{
	struct monarch_verifier *v = monarch_verifier_new();
	struct monarch_rules rules = {.psid = 0x20};
	struct monarch_message m;
	struct fault_info why;

	if (argc < 4 || v == NULL)
		return fprintf(stderr, "usage: see the source\n"), 2;
	rules.now = argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 10) : 0;
	if (monarch_verifier_trust(v, read_file(argv[1]), &why) != FAULT_OK ||
	    monarch_verifier_add(v, read_file(argv[2]), &why) != FAULT_OK ||
	    monarch_verify(v, &m, NULL, read_file(argv[3]), &rules, &why))
		return printf("invalid: %s\n", why.text), 1;
	printf("valid: %zu octets of payload\n", m.payload.n);
	monarch_verifier_free(v);
	return 0;
}
