/* catalogue.c - see schema.h. */
#include <string.h>
#include <strings.h>

#include "schema/all.h"
#include "schema/cert_profiles.h"
#include "schema/schema.h"

/* Types without a name of their own are among the rows; they are called
 * "Outer.member", or by their notation, as "Uint8(3)". */
/* clang-format off */
static const struct schema_entry rows[] = {
#include "coer/asn_rows.h"
#include "schema/all.h"
#include "schema/cert_profiles.h"
};
/* clang-format on */

#define NROW (sizeof(rows) / sizeof(*rows))

static bool
is_named(const struct asn_type *t)
{
	return strpbrk(t->name, ".(") == NULL;
}

const struct asn_type *
schema_find(const char *module, const char *name)
{
	size_t i;

	for (i = 0; i < NROW; i++)
		if (strcmp(rows[i].type->name, name) == 0 &&
		    is_named(rows[i].type) &&
		    (module == NULL || strcasecmp(rows[i].module, module) == 0))
			return rows[i].type;
	return NULL;
}

const struct schema_entry *
schema_entry(size_t n)
{
	size_t i;

	for (i = 0; i < NROW; i++)
		if (is_named(rows[i].type) && n-- == 0)
			return &rows[i];
	return NULL;
}
