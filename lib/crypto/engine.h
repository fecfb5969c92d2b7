/*
 * engine.h - which implementation computes the batches of lib/crypto.
 *
 * "lanes" works on eight elements at a time (AVX-512 IFMA and VAES),
 * "portable" on any machine.  Both give the same octets.  The best that the
 * machine can do is taken when a batch is first asked for; the environment
 * variable MONARCH_ENGINE names another one (log_fatal if it is unknown or
 * the machine cannot do it).
 */
#ifndef CRYPTO_ENGINE_H
#define CRYPTO_ENGINE_H

/* "lanes" or "portable", for logs, status and benches. */
const char *crypto_engine(void);

#endif /* CRYPTO_ENGINE_H */
