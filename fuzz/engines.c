/* engines.c - an operation of lib/crypto on inputs made of any octets: all
 * engines and OpenSSL must agree.  The first octet chooses the operation, the
 * second how many elements and whether the slow engine takes part, the rest
 * becomes scalars, points, messages (test/unit/crypto_engines/inputs.c). */
#include <stdlib.h>

#include "compare.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	const struct operation *o;
	struct stream s;
	size_t at = 0;

	if (n < 2)
		return 0;
	while (operation_at(at) != NULL)
		at++;
	o = operation_at(in[0] % at);
	compare_use("emulated", in[1] % 8 == 0);
	s = (struct stream){in + 2, n - 2, 0};
	if (!compare(o, &s, in[1] / 8))
		abort();
	return 0;
}
