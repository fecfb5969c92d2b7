/* kind.c - see kind.h. */
#include <string.h>

#include "misbehavior/kind.h"
#include "schema/monarch.h"

#define KIND(name, member, word, text, basis)                                  \
	_Static_assert(                                                        \
	    (int)MISBEHAVIOR_##name == (int)monarch_misbehavior_kind_##member, \
	    "kind.def and MonarchMisbehavior.kind differ");
#include "misbehavior/kind.def"
#undef KIND

static const struct {
	const char *word, *text;
	enum misbehavior_basis basis;
} kinds[] = {
#define KIND(name, member, word, text, basis) {word, text, MISBEHAVIOR_##basis},
#include "misbehavior/kind.def"
#undef KIND
};

const char *
misbehavior_kind_word(enum misbehavior_kind k)
{
	return kinds[k].word;
}

const char *
misbehavior_kind_text(enum misbehavior_kind k)
{
	return kinds[k].text;
}

enum misbehavior_basis
misbehavior_kind_basis(enum misbehavior_kind k)
{
	return kinds[k].basis;
}

bool
misbehavior_kind_parse(enum misbehavior_kind *out, const char *word)
{
	for (unsigned k = 0; k < MISBEHAVIOR_KINDS; k++)
		if (strcmp(kinds[k].word, word) == 0) {
			*out = (enum misbehavior_kind)k;
			return true;
		}
	return false;
}
