/* schema.c - the descriptors of all types. */
#define ASN_DEFINE
#include "schema/all.h"
#include "schema/cert_profiles.h"
