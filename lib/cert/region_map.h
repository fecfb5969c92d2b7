/*
 * region_map.h - places that are certain to lie inside a country.
 *
 * Not a map: what is missing may well belong to the country.
 */
#ifndef CERT_REGION_MAP_H
#define CERT_REGION_MAP_H

#include <stdint.h>

typedef struct geographic_region geographic_region;

/* Rectangles that lie inside the country of this code, waters of its
 * territory included; NULL: none are known. */
const geographic_region *region_map(uint16_t country);

#endif /* CERT_REGION_MAP_H */
