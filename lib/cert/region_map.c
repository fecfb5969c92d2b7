/*
 * region_map.c - see region_map.h.
 *
 * Rectangles of the United States, drawn so that their sides keep some
 * kilometres from borders on land, rivers and lakes, and go out to sea no
 * farther than its territory (12 nautical miles).  Overlapping or touching
 * ones may cover a region together.
 */
#include "cert/region_map.h"
#include "cert/profile.h"
#include "schema/dot2_base.h"

/* Hundredths of degrees. */
#define BOX(south, west, north, east)                   \
	{                                               \
		{(north)*100000, (west)*100000},        \
		{                                       \
			(south) * 100000, (east)*100000 \
		}                                       \
	}

/* clang-format off */
static rectangular_region usa[] = {
	/* from the Pacific to the Great Lakes */
	BOX(4200, -12420, 4810,  -9530), BOX(4810, -12250, 4898,  -9530),
	BOX(3900, -12375, 4200,  -9500), BOX(3700, -12250, 3900,  -9500),
	BOX(3450, -12050, 3700,  -9500), BOX(3380, -11840, 3450, -11730),
	BOX(3300, -11730, 3450,  -9500), BOX(3275, -11725, 3300,  -9500),
	BOX(4160,  -9530, 4300,  -8330), BOX(4260,  -8330, 4300,  -8260),
	BOX(4300,  -9530, 4530,  -8270), BOX(4530,  -9530, 4595,  -8430),
	BOX(4595,  -9530, 4635,  -8480), BOX(4635,  -9530, 4730,  -8750),
	BOX(4730,  -9530, 4795,  -9060), BOX(4795,  -9530, 4840,  -9350),
	/* along Mexico and the Gulf */
	BOX(3250, -11450, 3275,  -9500), BOX(3210, -11320, 3250,  -9500),
	BOX(3140, -11100, 3210, -10825), BOX(3185, -10825, 3210,  -9500),
	BOX(3090, -10450, 3185,  -9390), BOX(2985, -10100, 3090,  -9400),
	BOX(2890, -10020, 2985,  -9520), BOX(2760,  -9920, 2890,  -9710),
	BOX(2650,  -9860, 2760,  -9720), BOX(3025,  -9400, 3200,  -8140),
	BOX(2960,  -9220, 3025,  -8960), BOX(2975,  -9400, 3025,  -9220),
	/* Florida */
	BOX(2960,  -8330, 3025,  -8130), BOX(2860,  -8260, 2960,  -8110),
	BOX(2760,  -8270, 2860,  -8240), BOX(2700,  -8240, 2860,  -8050),
	BOX(2600,  -8170, 2700,  -8010), BOX(2540,  -8090, 2600,  -8015),
	/* the South and the middle, to the Atlantic */
	BOX(3200, -10300, 3300,  -8060), BOX(3300, -10000, 3400,  -7920),
	BOX(3400, -10000, 3600,  -7780), BOX(3500, -10000, 3900,  -7620),
	BOX(3800,  -8000, 3900,  -7520), BOX(3900,  -9530, 4040,  -7470),
	BOX(3980,  -7500, 4045,  -7410), BOX(4040,  -9530, 4045,  -7410),
	BOX(4045,  -9530, 4160,  -7380), BOX(4060,  -7380, 4160,  -7300),
	BOX(4085,  -7300, 4160,  -7200),
	/* New York and New England */
	BOX(4160,  -7970, 4220,  -7070), BOX(4160,  -7070, 4210,  -7000),
	BOX(4220,  -7880, 4320,  -7060), BOX(4320,  -7600, 4410,  -7040),
	BOX(4360,  -7040, 4410,  -6980), BOX(4410,  -7470, 4495,  -6890),
	BOX(4495,  -6990, 4660,  -6795),
	/* Alaska, Hawaii */
	BOX(6200, -15800, 6800, -14120), BOX(6100, -15600, 6200, -14130),
	BOX(2130, -15820, 2165, -15775), BOX(2060, -15665, 2100, -15610),
	BOX(1910, -15600, 2010, -15490),
};
/* clang-format on */

static const geographic_region usa_region = {
    .is = geographic_region_rectangular_region,
    .rectangular_region = {sizeof(usa) / sizeof(usa[0]), usa},
};

const geographic_region *
region_map(uint16_t country)
{
	return country == COUNTRY_USA ? &usa_region : NULL;
}
