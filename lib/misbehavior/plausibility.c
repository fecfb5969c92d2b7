/*
 * plausibility.c - see plausibility.h.
 *
 * A rule looks from the newest message back and stops at the first one with
 * which it contradicts itself, so that what is found rests on few messages.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "misbehavior/limit.h"
#include "misbehavior/outside.h"
#include "misbehavior/plausibility.h"

#define DEGREE (3.14159265358979323846 / 180)

static const struct misbehavior_limits *const limit = &misbehavior_limit;

/* The messages of one sender; now is the newest one received, back how many
 * before it were generated before it. */
struct view {
	const struct observation *v, *now;
	size_t back;
	const struct circumstances *about;
};

static bool suspect(struct suspicion *, enum misbehavior_kind, size_t first,
    const char *fmt, ...) printf_like(4, 5);

static bool
suspect(struct suspicion *out, enum misbehavior_kind kind, size_t first,
    const char *fmt, ...)
{
	va_list ap;

	*out = (struct suspicion){.kind = kind, .first = first};
	va_start(ap, fmt);
	vsnprintf(out->text, sizeof(out->text), fmt, ap);
	va_end(ap);
	return true;
}

/* ---- one message ---- */

static bool
too_fast(struct suspicion *out, const struct view *view)
{
	double speed = view->now->speed;

	return speed > limit->speed &&
	       suspect(out, MISBEHAVIOR_SPEED, view->back, "claims %.1f m/s",
		   speed);
}

static bool
outside(struct suspicion *out, const struct view *view)
{
	const struct observation *now = view->now;

	return now->placed &&
	       outside_region(view->about->region, now->place, limit->region) &&
	       suspect(out, MISBEHAVIOR_OUTSIDE_REGION, view->back,
		   "is at %.4f, %.4f, outside its certificate's region",
		   now->place.latitude * 1e-7, now->place.longitude * 1e-7);
}

static bool
not_of_the_present(struct suspicion *out, const struct view *view)
{
	const struct observation *now = view->now;
	double age = (double)(int64_t)(now->received - now->generated) * 1e-6;

	return fabs(age) > limit->present &&
	       suspect(out, MISBEHAVIOR_STALE, view->back,
		   "arrives %.1f s %s it was generated", fabs(age),
		   age > 0 ? "after" : "before");
}

/* ---- speed against acceleration ---- */

static bool
gains_too_much(struct suspicion *out, const struct view *view)
{
	const struct observation *now = view->now;

	for (size_t k = view->back; k-- > 0;) {
		const struct observation *then = &view->v[k];
		double seconds = observation_seconds(then, now);

		if (now->speed - then->speed >
		    limit->push + limit->grip * seconds)
			return suspect(out, MISBEHAVIOR_ACCELERATION, k,
			    "goes from %.1f to %.1f m/s in %.1f s", then->speed,
			    now->speed, seconds);
	}
	return false;
}

/* Keeps the two that are farthest from 0, the farther one first. */
static void
note_worst(double worst[2], double value)
{
	if (fabs(value) > fabs(worst[0])) {
		worst[1] = worst[0];
		worst[0] = value;
	} else if (fabs(value) > fabs(worst[1])) {
		worst[1] = value;
	}
}

/* Claims to brake or accelerate hard all the time, and does neither.  A crash,
 * which no sensor follows, lies between two messages or three. */
static bool
claims_too_much(struct suspicion *out, const struct view *view)
{
	double gain = 0, missed = 0, seconds = 0, worst[2] = {0, 0};

	for (size_t k = view->back; k-- > 0;) {
		const struct observation *a = &view->v[k], *b = a + 1;
		double step = observation_seconds(a, b), mean, rest;
		double claim = (a->acceleration + b->acceleration) / 2 * step;

		gain += claim;
		missed += claim - (b->speed - a->speed);
		seconds += step;
		if (isnan(missed) || step > limit->claimed_gap)
			return false;
		note_worst(worst, claim - (b->speed - a->speed));
		mean = gain / seconds;
		rest = (missed - worst[0] - worst[1]) / seconds;
		if (seconds >= limit->claimed_time &&
		    fabs(mean) > limit->claimed &&
		    copysign(1, mean) * rest > limit->claimed)
			return suspect(out, MISBEHAVIOR_ACCELERATION, k,
			    "claims %.1f m/s2 for %.1f s, its speed makes %.1f",
			    mean, seconds, (gain - missed) / seconds);
	}
	return false;
}

static bool
accelerates_wrongly(struct suspicion *out, const struct view *view)
{
	return gains_too_much(out, view) || claims_too_much(out, view);
}

/* ---- positions of the sender itself ---- */

/* How far the place may be wrong, beyond what it cannot know. */
static double
error_of(const struct observation *o)
{
	return o->accuracy < limit->accuracy ? limit->sigmas * o->accuracy
					     : limit->blind;
}

static double
speed_or(const struct observation *o, double otherwise)
{
	return isnan(o->speed) ? otherwise : o->speed;
}

/* Between two messages in a row: the most that the vehicle can drive, with
 * what it may gain in between and lose again. */
static double
step_most(const struct observation *a, const struct observation *b)
{
	double seconds = observation_seconds(a, b);
	double mean =
	    (speed_or(a, limit->speed) + speed_or(b, limit->speed)) / 2;

	return (mean * (1 + limit->speedometer) + limit->grip * seconds / 4) *
	       seconds;
}

/* And the least, if it drives straight on; NAN: it need not. */
static double
step_least(const struct observation *a, const struct observation *b)
{
	double seconds = observation_seconds(a, b);
	double speed = fmin(a->speed, b->speed);

	if (isnan(a->speed) || isnan(b->speed) || speed < limit->spin ||
	    seconds > limit->straight_gap)
		return (double)NAN;
	return speed * (1 - limit->speedometer) * seconds *
	       cos(limit->straight * DEGREE);
}

static bool
same_heading(const struct observation *a, const struct observation *b)
{
	double turn = remainder(a->heading - b->heading, 360 * DEGREE);

	return fabs(turn) < limit->straight * DEGREE;
}

static bool
moves_wrongly(struct suspicion *out, const struct view *view)
{
	const struct observation *now = view->now;
	double most = 0, least = 0, fastest = speed_or(now, limit->speed);

	for (size_t k = view->back; k-- > 0;) {
		const struct observation *then = &view->v[k];
		double way = observation_distance(then, now), error;

		most += step_most(then, then + 1);
		least += same_heading(then, now) ? step_least(then, then + 1)
						 : (double)NAN;
		fastest = fmax(fastest, speed_or(then, limit->speed));
		error = limit->fix + error_of(then) + error_of(now) +
			limit->latency * fastest;
		if (!isfinite(way) ||
		    (way <= most + error && !(way < least - error)))
			continue;
		return suspect(out, MISBEHAVIOR_POSITION_JUMP, k,
		    "moves %.0f m in %.1f s, %s %.0f m", way,
		    observation_seconds(then, now),
		    way > most ? "could have moved at most"
			       : "must have moved at least",
		    way > most ? most + error : least - error);
	}
	return false;
}

/* ---- against the receiver's own ---- */

/* The receiver's message nearest to a time (Time64); NULL: it has none. */
static const struct observation *
own_at(const struct circumstances *about, uint64_t t, double within)
{
	const struct observation *best = NULL;
	double distance = within;

	for (size_t k = 0; k < about->own_n; k++) {
		const struct observation *o = &about->own[k];
		double d = fabs((double)(int64_t)(o->generated - t) * 1e-6);

		if (d <= distance) {
			distance = d;
			best = o;
		}
	}
	return best;
}

static bool
rests_on(struct suspicion *out, const struct view *view,
    const struct observation *own)
{
	out->needs_own = true;
	out->own_first = (size_t)(own - view->about->own);
	return true;
}

/* Is there no doubt that two bodies share a place?  Around its middle a body
 * holds a disc as wide as it is. */
static bool
bodies_overlap(const struct observation *a, struct observation own)
{
	double apart, room = (a->width + own.width) / 2 - limit->body -
			     limit->sigmas * (a->accuracy + own.accuracy);

	observation_move(&own, observation_seconds(&own, a));
	apart = observation_distance(a, &own);
	return apart < room &&
	       fabs(a->elevation - own.elevation) < limit->deck &&
	       a->speed > limit->body_speed && own.speed > limit->body_speed;
}

static bool
shares_our_place(struct suspicion *out, const struct view *view)
{
	const struct circumstances *about = view->about;
	size_t count = 0;

	for (size_t k = view->back + 1; k-- > 0;) {
		const struct observation *then = &view->v[k];
		const struct observation *own =
		    own_at(about, then->generated, limit->apart);
		double seconds = observation_seconds(then, view->now);

		if (own == NULL)
			continue;
		if (!bodies_overlap(then, *own))
			return false;
		if ((double)++count < limit->body_messages ||
		    seconds < limit->body_time)
			continue;
		suspect(out, MISBEHAVIOR_OVERLAP, k,
		    "is in the same place as the reporter for %.1f s, at "
		    "%.1f m/s",
		    seconds, then->speed);
		return rests_on(out, view, own);
	}
	return false;
}

static bool
beyond_range(struct suspicion *out, const struct view *view)
{
	const struct observation *now = view->now;
	const struct observation *own =
	    own_at(view->about, now->received, limit->range_time);
	double way = own == NULL ? 0 : observation_distance(now, own);

	if (!isfinite(way) || way <= limit->range)
		return false;
	suspect(out, MISBEHAVIOR_RANGE, view->back, "is heard over %.0f km",
	    way / 1000);
	return rests_on(out, view, own);
}

/* ---- all ---- */

/* Received a second time. */
static bool
repeated(struct suspicion *out, const struct view *view)
{
	const struct observation *now = view->now;

	for (size_t k = view->back; k-- > 0;) {
		const struct observation *then = &view->v[k];
		double later =
		    (double)(int64_t)(now->received - then->received) * 1e-6;

		if (then->generated == now->generated &&
		    then->place.latitude == now->place.latitude &&
		    then->place.longitude == now->place.longitude &&
		    later > limit->echo)
			return suspect(out, MISBEHAVIOR_REPLAY, k,
			    "arrives again after %.1f s", later);
	}
	return false;
}

static const struct rule {
	bool (*find)(struct suspicion *, const struct view *);
	bool late; /* also where the message is not the newest generated */
} rules[MISBEHAVIOR_KINDS] = {
    [MISBEHAVIOR_SPEED] = {too_fast, true},
    [MISBEHAVIOR_ACCELERATION] = {accelerates_wrongly, false},
    [MISBEHAVIOR_POSITION_JUMP] = {moves_wrongly, false},
    [MISBEHAVIOR_OVERLAP] = {shares_our_place, false},
    [MISBEHAVIOR_OUTSIDE_REGION] = {outside, true},
    [MISBEHAVIOR_STALE] = {not_of_the_present, true},
    [MISBEHAVIOR_REPLAY] = {repeated, true},
    [MISBEHAVIOR_RANGE] = {beyond_range, true},
};

size_t
plausibility_check(struct suspicion out[MISBEHAVIOR_KINDS],
    const struct observation *v, size_t n, const struct circumstances *about)
{
	const struct view view = {v, v + n - 1, n - 1, about};
	bool newest;
	size_t found = 0;

	newest =
	    n < 2 || (int64_t)(v[n - 1].generated - v[n - 2].generated) >= 0;
	for (size_t k = 0; k < MISBEHAVIOR_KINDS; k++)
		if ((newest || rules[k].late) &&
		    rules[k].find(&out[found], &view))
			found++;
	return found;
}
