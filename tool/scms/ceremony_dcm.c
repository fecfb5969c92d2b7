/* ceremony_dcm.c - the lists that the DCM begins with, for people to edit. */
#include <stdio.h>

#include "tool/scms/ceremony.h"
#include "tool/scms/part.h"

/* "0x20, 0x26", or "840" where hex is false; NULL: no memory. */
static const char *
numbers(struct arena *arena, const struct conf_uints *list, bool hex)
{
	const char *text = "";

	for (size_t i = 0; i < list->n && text != NULL; i++)
		text = arena_printf(arena, hex ? "%s%s0x%x" : "%s%s%u", text,
		    i > 0 ? ", " : "", list->v[i]);
	return text;
}

static enum fault
write_types(struct ceremony *c, struct fault_info *fi)
{
	struct arena *a = &c->arena;
	const char *vehicle = numbers(a, &c->env->pseudonym_psids, true);
	const char *other = numbers(a, &c->env->application_psids, true);
	const char *regions = numbers(a, &c->env->pseudonym_region, false);
	const char *text = NULL;

	if (vehicle != NULL && other != NULL && regions != NULL)
		text = arena_printf(a,
		    "# Device types that are certified, each with\n"
		    "# versions  that are certified (none: every one)\n"
		    "# psids     that it may ask for\n"
		    "# regions   country codes; what it asks for lies inside\n"
		    "# methods   own (the device makes its key), injected\n"
		    "[obe]\npsids = %s\nregions = %s\nmethods = own\n"
		    "[rse]\npsids = %s\nregions = %s\nmethods = own\n",
		    vehicle, regions, other, regions);
	if (text == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "types.conf");
	return ceremony_write(
	    c, "dcm/types.conf", bytes_of_string(text), 0644, fi);
}

enum fault
ceremony_dcm(struct ceremony *c, struct fault_info *fi)
{
	static const char people[] =
	    "# Names of TLS certificates; without a dot: in the domain.\n"
	    "# operators bootstrap devices, auditors read the activity log.\n"
	    "operators = operator\n"
	    "auditors =\n";

	TRY(write_types(c, fi));
	return ceremony_write(
	    c, "dcm/operators.conf", bytes_of_string(people), 0644, fi);
}
