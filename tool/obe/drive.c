/*
 * drive.c - scms-obe drive: a stretch of the messages of vehicles that do not
 * exist, signed by devices that do.
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/time32.h"
#include "tool/obe/cmd.h"
#include "tool/obe/recording.h"
#include "tool/obe/traffic.h"

#define SECOND	     1000000u
#define STALE_BY     (60 * (uint64_t)SECOND)
#define REPLAY_STEPS 20 /* a replay comes two seconds later */
#define FLEET_MAX    64

struct options {
	const char *out, *lie, *from;
	int64_t seconds, after, first;
	bool town;
};

struct member {
	const char *name;
	char folder[PATH_SIZE];
	struct monarch_signer *signer;
	struct vehicle vehicle;
	struct monarch_bsm said;
	struct {
		uint8_t octets[MONARCH_BSM_SIZE + MONARCH_SPDU_EXTRA];
		size_t n;
	} sent[REPLAY_STEPS + 1];
};

struct fleet {
	struct member *v;
	size_t n;
	bool lying;
	enum misbehavior_kind lie;
	unsigned lie_step; /* the first with lies, of the first vehicle */
	uint64_t start;
	unsigned steps;
};

static enum fault
sign(struct member *m, unsigned step, uint64_t now, struct fault_info *fi)
{
	const struct monarch_sign_terms terms = {.now = now};
	uint8_t payload[MONARCH_BSM_SIZE];

	TRY(monarch_bsm_encode(payload, &m->said, fi));
	return monarch_sign(m->signer,
	    m->sent[step % (REPLAY_STEPS + 1)].octets,
	    sizeof(m->sent[0].octets), &m->sent[step % (REPLAY_STEPS + 1)].n,
	    BYTES(payload), &terms, fi);
}

static enum fault
write_sent(
    const struct member *m, unsigned step, uint64_t now, struct fault_info *fi)
{
	const size_t k = step % (REPLAY_STEPS + 1);

	return recording_write(m->folder, now,
	    (struct bytes){m->sent[k].octets, m->sent[k].n}, fi);
}

/* One message of one vehicle; victim is the one beside it. */
static enum fault
drive_step(const struct fleet *f, struct member *m, const struct member *victim,
    unsigned step, struct fault_info *fi)
{
	const bool lies = f->lying && m == &f->v[0] && step >= f->lie_step;
	const uint64_t now = f->start + (uint64_t)step * TRAFFIC_STEP;
	const bool stale = lies && f->lie == MISBEHAVIOR_STALE;

	vehicle_step(&m->vehicle);
	vehicle_say(&m->vehicle, &m->said, (unsigned)(now / 1000 % 60000));
	if (lies)
		traffic_lie(&m->said, f->lie, step, &victim->said);
	TRY(sign(m, step, stale ? now - STALE_BY : now, fi));
	if (vehicle_is_heard(&m->vehicle))
		TRY(write_sent(m, step, now, fi));
	if (lies && f->lie == MISBEHAVIOR_REPLAY && step > REPLAY_STEPS)
		/* between this message and the next */
		return write_sent(
		    m, step - REPLAY_STEPS, now + TRAFFIC_STEP / 2, fi);
	return FAULT_OK;
}

static enum fault
drive(const struct fleet *f, struct fault_info *fi)
{
	for (unsigned step = 0; step < f->steps; step++)
		/* the liar, who is the first, goes last: it takes a place
		 * that has been said */
		for (size_t k = f->n; k-- > 0;)
			if (drive_step(f, &f->v[k], &f->v[f->n > 1], step,
				fi) != FAULT_OK)
				return fault_prefix(fi, "%s", f->v[k].name);
	return FAULT_OK;
}

/* ---- fleet ---- */

static enum fault
open_member(struct member *m, const struct options *o, const char *path,
    unsigned number, struct fault_info *fi)
{
	const char *slash = strrchr(path, '/');

	m->name = slash == NULL ? path : slash + 1;
	if (strlen(o->out) + strlen(m->name) + 40 > sizeof(m->folder))
		return fault_set(fi, FAULT_USAGE, "--out: path too long");
	path_join(m->folder, o->out, m->name);
	TRY(file_mkdir(m->folder, 0755, fi));
	vehicle_init(
	    &m->vehicle, number, o->town ? TRAFFIC_TOWN : TRAFFIC_HIGHWAY);
	return monarch_signer_open(&m->signer, path, fi);
}

/* Saves which certificates were in use. */
static enum fault
close_fleet(struct fleet *f, enum fault fault, struct fault_info *fi)
{
	for (size_t k = 0; k < f->n; k++)
		if (fault == FAULT_OK)
			fault = monarch_signer_close(f->v[k].signer, fi);
		else
			(void)monarch_signer_close(f->v[k].signer, NULL);
	return fault;
}

static enum fault
run(const struct options *o, struct fleet *f, struct arena *arena,
    const char *const *device, size_t n, struct fault_info *fi)
{
	enum fault fault = FAULT_OK;

	if (n > FLEET_MAX)
		return fault_set(fi, FAULT_USAGE,
		    "%zu devices; %d are the most", n, FLEET_MAX);
	f->v = ARENA_ARRAY(arena, n, struct member);
	if (f->v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "devices");
	TRY(file_mkdir(o->out, 0755, fi));
	while (fault == FAULT_OK && f->n < n) {
		fault = open_member(&f->v[f->n], o, device[f->n],
		    (unsigned)(o->first + (int64_t)f->n), fi);
		f->n++;
	}
	if (fault == FAULT_OK)
		fault = drive(f, fi);
	return close_fleet(f, fault, fi);
}

/* ---- options ---- */

static enum fault
check(const struct options *o, struct fleet *f, struct fault_info *fi)
{
	TRY(cmd_need(o->out, "--out", fi));
	if (o->seconds < 1 || o->seconds > 86400 || o->after < 0 ||
	    o->first < 0 || o->first > 10000)
		return fault_set(fi, FAULT_USAGE,
		    "--seconds, --after or --first out of range");
	f->lying = o->lie != NULL;
	if (f->lying && !misbehavior_kind_parse(&f->lie, o->lie))
		return fault_set(fi, FAULT_USAGE,
		    "--lie: speed, acceleration, position, overlap, region, "
		    "stale, replay or range");
	f->steps = (unsigned)(o->seconds * SECOND / TRAFFIC_STEP);
	f->lie_step = (unsigned)(o->after * SECOND / TRAFFIC_STEP);
	TRY(cmd_time(&f->start, o->from, fi));
	if (f->start == 0)
		f->start = time64_now() - (uint64_t)o->seconds * SECOND;
	return FAULT_OK;
}

int
cmd_drive(int argc, char **argv)
{
	struct options o = {0};
	struct fleet fleet = {0};
	const struct opt opts[] = {
	    {"seconds", OPT_NUMBER, &o.seconds},
	    {"out", OPT_TEXT, &o.out},
	    {"time", OPT_TEXT, &o.from},
	    {"town", OPT_FLAG, &o.town},
	    {"first", OPT_NUMBER, &o.first},
	    {"lie", OPT_TEXT, &o.lie},
	    {"after", OPT_NUMBER, &o.after},
	};
	struct arena arena = arena_new(64u << 20);
	struct fault_info fi = {0};
	struct cmd_common common;
	const char **device;
	enum fault fault;
	size_t n;

	fault = cmd_parse(
	    &common, opts, sizeof(opts) / sizeof(opts[0]), &argc, argv, &fi);
	if (fault == FAULT_OK && (fault = check(&o, &fleet, &fi)) == FAULT_OK &&
	    (fault = cmd_devices(&device, &n, &arena, argv, argc, &fi)) ==
		FAULT_OK)
		fault = run(&o, &fleet, &arena, device, n, &fi);
	if (fault == FAULT_OK)
		printf("%zu vehicles, %u messages each, in %s\n", fleet.n,
		    fleet.steps, o.out);
	arena_free(&arena);
	return fault == FAULT_OK ? CMD_OK : cmd_fault("drive", &fi);
}
