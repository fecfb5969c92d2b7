/* csr_zip.c - the ZIP in which a vendor sends enrollment requests. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fuzz.h"
#include "tool/scms/csr_zip.h"

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct arena arena = arena_new(16u << 20);
	struct fault_info fi;
	struct csr *c;
	size_t count;

	if (csr_zip_read(&c, &count, &arena, (struct bytes){in, n}, &fi) !=
	    FAULT_OK) {
		assert(fi.code != FAULT_OK && fi.text[0] != '\0');
		arena_free(&arena);
		return 0;
	}
	/* What is taken can become a folder of the bundle, once. */
	for (size_t i = 0; i < count; i++) {
		if (c[i].why.code != FAULT_OK) {
			assert(c[i].why.text[0] != '\0');
			continue;
		}
		assert(c[i].octets.n > 0 && c[i].octets.n <= CSR_MAX);
		assert(c[i].device[0] != '\0' && c[i].device[0] != '.');
		assert(strpbrk(c[i].device, "/\\") == NULL);
		assert(strlen(c[i].device) <= CSR_DEVICE_NAME);
		for (size_t k = 0; k < i; k++)
			assert(c[k].why.code != FAULT_OK ||
			       strcasecmp(c[k].device, c[i].device) != 0);
	}
	arena_free(&arena);
	return 0;
}
