/*
 * drawing.h - where suspect and reporters of a case say that they were.
 */
#ifndef MA_DRAWING_H
#define MA_DRAWING_H

#include <stdint.h>
#include <stdio.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "cert/cert.h"

struct drawing;

#define DRAWING_REPORTS 100 /* there is room for */

struct drawing *drawing_new(void);
void drawing_free(struct drawing *);
/* The messages of a stored report, which accuses this certificate of period i.
 * Faults of trace.h: it is left out. */
enum fault must_check drawing_add(struct drawing *, struct bytes body,
    const uint8_t suspect[CERT_ID_SIZE], int64_t i, struct fault_info *);
/* As text and, unless svg is NULL, as SVG; nothing if there is nothing. */
void
drawing_print(const struct drawing *, FILE *out, FILE *svg, const char *title);

#endif /* MA_DRAWING_H */
