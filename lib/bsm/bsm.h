/*
 * bsm.h - the basic safety message (SAE J2735 BSM), part I, both ways: a
 * MessageFrame in unaligned PER (X.691).  Part of libmonarch, hence its names.
 */
#ifndef BSM_BSM_H
#define BSM_BSM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"

/* clang-format off */
/* member, J2735's name, bits, added before encoding, least, most, unavailable */
#define MONARCH_BSM_FIELDS(F)						\
	F(msg_count,	"msgCnt",	 7, 0, 0, 127, 0)		\
	F(id,		"id",		32, 0, 0, 4294967295, 0)	\
	F(sec_mark,	"secMark",	16, 0, 0, 65535, 65535)	/* ms */ \
	F(latitude,	"lat",		31, 900000000,	/* 1e-7 deg */	\
	    -900000000, 900000001, 900000001)				\
	F(longitude,	"long",		32, 1799999999,	/* 1e-7 deg */	\
	    -1799999999, 1800000001, 1800000001)			\
	F(elevation,	"elev",		16, 4096, -4096, 61439, -4096) /* 0.1 m */ \
	F(semi_major,	"semiMajor",	 8, 0, 0, 255, 255)	/* 0.05 m */ \
	F(semi_minor,	"semiMinor",	 8, 0, 0, 255, 255)	/* 0.05 m */ \
	F(orientation,	"orientation",	16, 0, 0, 65535, 65535)	\
	F(transmission,	"transmission",	 3, 0, 0, 7, 7)			\
	F(speed,	"speed",	13, 0, 0, 8191, 8191)	/* 0.02 m/s */ \
	F(heading,	"heading",	15, 0, 0, 28800, 28800)	/* 0.0125 deg */ \
	F(angle,	"angle",	 8, 126, -126, 127, 127) /* 1.5 deg */ \
	F(accel_long,	"accelLong",	12, 2000, -2000, 2001, 2001) /* cm/s2 */ \
	F(accel_lat,	"accelLat",	12, 2000, -2000, 2001, 2001) /* cm/s2 */ \
	F(accel_vert,	"accelVert",	 8, 127, -127, 127, -127) /* 0.02 G */ \
	F(yaw,		"yaw",		16, 32767, -32767, 32767, 0) /* 0.01 deg/s */ \
	F(wheel_brakes,	"wheelBrakes",	 5, 0, 0, 31, 16)		\
	F(traction,	"traction",	 2, 0, 0, 3, 0)			\
	F(abs,		"abs",		 2, 0, 0, 3, 0)			\
	F(stability,	"scs",		 2, 0, 0, 3, 0)			\
	F(brake_boost,	"brakeBoost",	 2, 0, 0, 2, 0)			\
	F(aux_brakes,	"auxBrakes",	 2, 0, 0, 3, 0)			\
	F(width,	"width",	10, 0, 0, 1023, 0)	/* cm */ \
	F(length,	"length",	12, 0, 0, 4095, 0)	/* cm */
/* clang-format on */

/* All in the units of J2735. */
struct monarch_bsm {
#define F(member, name, bits, bias, least, most, unavailable) int64_t member;
	MONARCH_BSM_FIELDS(F)
#undef F
};

/* Octets of a message without part II and regional extensions. */
#define MONARCH_BSM_SIZE 40

/* Every field at its value for "unavailable". */
void monarch_bsm_init(struct monarch_bsm *);
/* By J2735's name; false: no such field. */
bool must_check monarch_bsm_set(
    struct monarch_bsm *, const char *name, int64_t);
/* FAULT_CONSTRAINT names the field. */
enum fault must_check monarch_bsm_encode(uint8_t out[MONARCH_BSM_SIZE],
    const struct monarch_bsm *, struct fault_info *);
/*
 * Part I; part II, regional extensions and what else follows it are not looked
 * at.  UNKNOWN_ALTERNATIVE: another message than a BSM; TRUNCATED; CONSTRAINT
 * names the field; NOT_CANONICAL: a length in more octets than it takes, or
 * padding that is not zero; TRAILING: octets after the message; TOO_LARGE:
 * 16,384 octets and more, which come in fragments.
 */
enum fault must_check monarch_bsm_decode(
    struct monarch_bsm *, struct bytes, struct fault_info *);

#endif /* BSM_BSM_H */
