/* trace.c - see trace.h. */
#include <math.h>

#include "bsm/bsm.h"
#include "misbehavior/report.h"
#include "role/ma/trace.h"
#include "schema/dot2.h"

#define DEGREE 111320.0 /* m */
#define PI_180 0.017453292519943295

/* What a signed message holds; BYTES_NONE: nothing of the kind. */
static enum fault
contents(struct bytes *out, struct arena *arena, struct bytes in,
    struct fault_info *fi)
{
	ieee1609_dot2_data *data = ARENA_NEW(arena, ieee1609_dot2_data);
	const signed_data_payload *payload;
	const ieee1609_dot2_data *inner;

	*out = BYTES_NONE;
	if (data == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "a stored message");
	TRY(coer_decode(&ieee1609_dot2_data_asn, data, arena, in, fi));
	if (data->content.is != ieee1609_dot2_content_signed_data)
		return FAULT_OK;
	payload = &data->content.signed_data.tbs_data.payload;
	inner = payload->data;
	if (inner != NULL &&
	    inner->content.is == ieee1609_dot2_content_unsecured_data)
		*out = inner->content.unsecured_data;
	return FAULT_OK;
}

static struct plot_point
point_of(const struct monarch_bsm *bsm, struct trace_origin *o)
{
	double lat = (double)bsm->latitude / 1e7;
	double lon = (double)bsm->longitude / 1e7;

	if (!o->is_set)
		*o = (struct trace_origin){true, lat, lon};
	return (struct plot_point){
	    .east = (lon - o->longitude) * DEGREE * cos(o->latitude * PI_180),
	    .north = (lat - o->latitude) * DEGREE};
}

static enum fault
trace(struct plot_point **out, size_t *n, struct trace_origin *o,
    struct arena *arena, const struct bytes *bsms, size_t bsms_n,
    struct fault_info *fi)
{
	struct monarch_bsm bsm;
	struct bytes payload;

	*n = 0;
	*out = ARENA_ARRAY(arena, bsms_n + 1, struct plot_point);
	if (*out == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "a stored report");
	for (size_t k = 0; k < bsms_n; k++) {
		TRY(contents(&payload, arena, bsms[k], fi));
		TRY(monarch_bsm_decode(&bsm, payload, fi));
		if (bsm.latitude <= 900000000 && bsm.longitude <= 1800000000)
			(*out)[(*n)++] = point_of(&bsm, o);
	}
	return FAULT_OK;
}

enum fault
trace_report(struct trace *out, struct trace_origin *o, struct arena *arena,
    struct bytes body, struct fault_info *fi)
{
	struct misbehavior_report r;
	struct bytes payload;

	TRY(contents(&payload, arena, body, fi));
	TRY(misbehavior_report_decode(&r, arena, payload, fi));
	TRY(trace(&out->suspect, &out->suspect_n, o, arena, r.bsms, r.n, fi));
	return trace(
	    &out->reporter, &out->reporter_n, o, arena, r.own, r.own_n, fi);
}
