/*
 * types.h - the two lists that a DCM works by: device types that are
 * certified (types.conf, one section per type) and people (operators.conf).
 */
#ifndef DCM_TYPES_H
#define DCM_TYPES_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/fault.h"
#include "service/conf.h"

#define METHOD_OWN	"own"
#define METHOD_INJECTED "injected"

struct dcm_type {
	const char *name;
#define CONF_DEF "role/dcm/type.def"
#include "service/conf_members.h"
};

struct dcm_types {
	struct dcm_type *v;
	size_t n;
};

/* FAULT_CONFIG names file and line. */
enum fault must_check dcm_types_read(
    struct dcm_types *, struct arena *, const char *path, struct fault_info *);
/* wanted: "name" or "name/version".  FAULT_DENIED: no such type, or not in
 * that version, or its keys are not made in this way. */
enum fault must_check dcm_types_find(const struct dcm_type **,
    const struct dcm_types *, const char *wanted, const char *method,
    struct fault_info *);

struct dcm_people {
#define CONF_DEF "role/dcm/operators.def"
#include "service/conf_members.h"
};

enum fault must_check dcm_people_read(
    struct dcm_people *, struct arena *, const char *path, struct fault_info *);
/* Is peer, a name with domain, on the list? */
bool
dcm_people_has(const struct conf_list *, const char *peer, const char *domain);

#endif /* DCM_TYPES_H */
