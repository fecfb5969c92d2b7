/*
 * kind.h - the kinds of misbehavior that can be detected (kind.def).
 */
#ifndef MISBEHAVIOR_KIND_H
#define MISBEHAVIOR_KIND_H

#include <stdbool.h>

#include "base/attr.h"

/* Numbers are those of MonarchMisbehavior.kind. */
enum misbehavior_kind {
#define KIND(name, member, word, text, basis) MISBEHAVIOR_##name,
#include "misbehavior/kind.def"
#undef KIND
	MISBEHAVIOR_KINDS
};

/* On whose word it rests; see kind.def. */
enum misbehavior_basis {
	MISBEHAVIOR_SENDER,
	MISBEHAVIOR_REPORTER,
	MISBEHAVIOR_CHANNEL,
};

/* "speed" */
const char *misbehavior_kind_word(enum misbehavior_kind);
/* "implausible speed" */
const char *misbehavior_kind_text(enum misbehavior_kind);
enum misbehavior_basis misbehavior_kind_basis(enum misbehavior_kind);
/* By its word; false: there is no such kind. */
bool must_check misbehavior_kind_parse(enum misbehavior_kind *, const char *);

#endif /* MISBEHAVIOR_KIND_H */
