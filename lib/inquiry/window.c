/* window.c - see window.h. */
#include "inquiry/window.h"

static bool
is_within(
    const struct environment *env, uint32_t i, uint32_t now, uint32_t periods)
{
	uint32_t running = environment_period(env, now);

	return i + periods >= running && i <= running + INQUIRY_AHEAD;
}

bool
inquiry_may_link(const struct environment *env, uint32_t i, uint32_t now)
{
	return is_within(env, i, now, INQUIRY_LINK_PERIODS);
}

bool
inquiry_may_revoke(const struct environment *env, uint32_t i, uint32_t now)
{
	return is_within(env, i, now, INQUIRY_REVOKE_PERIODS);
}
