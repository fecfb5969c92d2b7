/* errors.c - see errors.h. */
#include <stdbool.h>
#include <stddef.h>

#include "role/ra/errors.h"

#define ANY FAULT_COUNT

/* The first row that fits counts; ours come before theirs. */
static const struct mapping {
	enum ee_step step;
	enum fault fault;
	enum ee_error error;
} mappings[] = {
    {EE_STEP_DECRYPTION, FAULT_BAD_MESSAGE, EE_ERROR_NOT_ENCRYPTED},
    {EE_STEP_DECRYPTION, FAULT_NOT_FOR_US, EE_ERROR_NOT_ENCRYPTED},
    {EE_STEP_DECRYPTION, FAULT_UNSUPPORTED, EE_ERROR_NOT_ENCRYPTED},
    {EE_STEP_DECRYPTION, FAULT_BAD_TAG, EE_ERROR_AUTHENTICATION},
    {EE_STEP_DECRYPTION, FAULT_BAD_POINT, EE_ERROR_AUTHENTICATION},
    {EE_STEP_DECRYPTION, ANY, EE_ERROR_PARAMETERS},
    {EE_STEP_FORM, FAULT_BAD_MESSAGE, EE_ERROR_SIGNATURE},
    {EE_STEP_FORM, ANY, EE_ERROR_PARAMETERS},
    {EE_STEP_BLACKLIST, ANY, EE_ERROR_BLACKLISTED},
    {EE_STEP_CERTIFICATE, ANY, EE_ERROR_AUTHENTICATION},
    {EE_STEP_TIME, ANY, EE_ERROR_AUTHENTICATION},
    {EE_STEP_SIGNATURE, ANY, EE_ERROR_SIGNATURE},
    {EE_STEP_RETRIES, ANY, EE_ERROR_TOO_MANY},
    {EE_STEP_CONTENT, FAULT_DUPLICATE, EE_ERROR_DUPLICATE},
    {EE_STEP_CONTENT, FAULT_EXISTS, EE_ERROR_MULTIPLE},
    {EE_STEP_CONTENT, ANY, EE_ERROR_PARAMETERS},
    {EE_STEP_HEADER, ANY, EE_ERROR_PARAMETERS},
    {EE_STEP_NAME, ANY, EE_ERROR_URL},
    {EE_STEP_OWNER, ANY, EE_ERROR_AUTHENTICATION},
    {EE_STEP_BATCH, ANY, EE_ERROR_NO_FILE},
    {EE_STEP_INFO, ANY, EE_ERROR_NO_INFO},
    {EE_STEP_CHAIN_FILE, ANY, EE_ERROR_NO_CHAIN_FILE},
    {EE_STEP_REPORT, FAULT_TOO_MANY, EE_ERROR_TOO_MANY},
    {EE_STEP_REPORT, ANY, EE_ERROR_PARAMETERS},
};

static const struct ee_answer answers[EE_ERROR_COUNT] = {
#define EE_ERROR(name, code, status, text) \
	[EE_ERROR_##name] = {code, status, text},
#include "role/ra/errors.def"
#undef EE_ERROR
    [EE_ERROR_INTERNAL] = {0, 500, "Internal error"},
};

/* Faults of our own surroundings, whatever the device sent. */
static bool
is_ours(enum fault f)
{
	return f == FAULT_STORE || f == FAULT_IO || f == FAULT_INTERNAL ||
	       f == FAULT_BUSY;
}

enum ee_error
ee_error_of(enum ee_step step, enum fault f)
{
	const size_t n = sizeof(mappings) / sizeof(mappings[0]);

	if (is_ours(f))
		return EE_ERROR_INTERNAL;
	for (size_t k = 0; k < n; k++)
		if (mappings[k].step == step &&
		    (mappings[k].fault == f || mappings[k].fault == ANY))
			return mappings[k].error;
	return EE_ERROR_INTERNAL;
}

const struct ee_answer *
ee_answer_of(enum ee_error error)
{
	return &answers[error];
}
