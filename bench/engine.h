/* engine.h - the name of the engine of lib/crypto that runs. */
#ifndef BENCH_ENGINE_H
#define BENCH_ENGINE_H

#if __has_include("crypto/engine.h")
#include "crypto/engine.h"
#define engine_name crypto_engine
#else
static inline const char *
engine_name(void)
{
	return "portable";
}
#endif

#endif /* BENCH_ENGINE_H */
