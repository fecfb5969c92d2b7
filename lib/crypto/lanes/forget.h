/*
 * forget.h - what every function of the lanes that saw secrets does at its
 * end.
 */
#ifndef CRYPTO_LANES_FORGET_H
#define CRYPTO_LANES_FORGET_H

#include "base/secret.h"
#include "crypto/lanes/vec.h"

/* Called beside the function that did the work: overwrites the stack that it
 * used, with what the compiler has put there of secrets, and the registers. */
static __attribute__((noinline, unused)) void
lanes_forget(void)
{
	uint8_t used[12288];

	wipe(used, sizeof(used));
	vec_forget();
	vec_leave();
}

#endif /* CRYPTO_LANES_FORGET_H */
