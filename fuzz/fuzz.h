/*
 * fuzz.h - what every fuzz target has.
 *
 * A target is a function that takes any octets.  With clang and -Dfuzz=true
 * it is linked to libFuzzer (fuzz_<target> fuzz/corpus/<target>); otherwise
 * to replay.c, which runs the files of its corpus, once each, as a test.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

struct asn_type;

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Whatever decodes as the type is encoded again, and must yield the same
 * octets; else aborts.  Whether it decoded. */
int fuzz_round_trip(const struct asn_type *, const uint8_t *, size_t);

#endif /* FUZZ_FUZZ_H */
