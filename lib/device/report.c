/* report.c - misbehavior reports on their way to the RA. */
#include "base/time32.h"
#include "device/device.h"
#include "device/spool.h"

#define PATH	   "/process-misbehavior-report"
#define ANSWER_MAX 4096
#define ARENA_ONE  (1u << 20)

/* What will never be taken, however often it is sent. */
static bool
is_final(unsigned status)
{
	return status == 400 || status == 413;
}

/* After these the others would fare no better. */
static bool
is_about_all(enum fault fault)
{
	return fault == FAULT_NETWORK || fault == FAULT_TLS ||
	       fault == FAULT_TOO_MANY;
}

/* A connection is for one report only: what comes over the same one, an
 * authenticated request above all, comes from the same device. */
static enum fault
send_one(struct monarch_device *d, const char *name, struct fault_info *fi)
{
	struct arena arena = arena_new(ARENA_ONE);
	struct ra_request request = {.path = PATH, .limit = ANSWER_MAX};
	struct http_result result;
	enum fault fault;

	fault = folder_read(&request.body, &arena, &d->folder, name, fi);
	if (fault == FAULT_OK)
		fault = device_reconnect(d, fi);
	if (fault == FAULT_OK)
		fault = ra_call(d, &result, &arena, &request, fi);
	arena_free(&arena);
	return fault;
}

static enum fault
send_all(struct monarch_device *d, struct monarch_report_result *out,
    const char *const *name, size_t n, struct fault_info *fi)
{
	enum fault first = FAULT_OK, fault;
	struct fault_info one = {0};

	for (size_t k = 0; k < n && !is_about_all(first); k++) {
		fault = send_one(d, name[k], &one);
		if (fault == FAULT_OK || is_final(d->refusal.status)) {
			folder_remove(&d->folder, name[k]);
			out->sent += fault == FAULT_OK;
			out->refused += fault != FAULT_OK;
			out->left--;
		}
		if (fault != FAULT_OK && first == FAULT_OK) {
			first = fault;
			*fi = one;
		}
	}
	return first;
}

enum fault
monarch_report(struct monarch_device *d, struct monarch_report_result *out,
    struct fault_info *fi)
{
	struct arena arena = arena_new(ARENA_ONE);
	struct fault_info own = {0};
	const char **name;
	enum fault fault;
	size_t n;

	fi = fi == NULL ? &own : fi;
	*out = (struct monarch_report_result){0};
	fault = spool_list(&name, &n, &arena, &d->folder, time32_now(), fi);
	if (fault == FAULT_OK && n > 0 &&
	    (fault = device_begin(d, fi)) == FAULT_OK) {
		out->left = (unsigned)n;
		fault = send_all(d, out, name, n, fi);
		if (fault == FAULT_OK)
			fault = device_reconnect(d, fi);
		(void)device_note(d, fault, fi);
	}
	arena_free(&arena);
	return fault;
}
