/*
 * dot2_base.h - IEEE 1609.2 base types: 2022 edition, which contains 2017.
 */
#if !defined(SCHEMA_DOT2_BASE_H) || defined(ASN_ROWS)
#define SCHEMA_DOT2_BASE_H

#ifndef ASN_ROWS
#include "schema/builtin.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "IEEE1609dot2BaseTypes"

/* cppcheck-suppress unknownMacro */
ASN_UINT(uint3, "Uint3", 8, 0, 7)
ASN_UINT(uint8, "Uint8", 8, 0, UINT8_MAX)
ASN_VALUE(uint8_1, "Uint8(1)", uint8, 8, 1)
ASN_VALUE(uint8_3, "Uint8(3)", uint8, 8, 3)
ASN_UINT(uint16, "Uint16", 16, 0, UINT16_MAX)
ASN_UINT(uint32, "Uint32", 32, 0, UINT32_MAX)
ASN_UINT(uint64, "Uint64", 64, 0, UINT64_MAX)
ASN_SEQUENCE_OF(sequence_of_uint8, "SequenceOfUint8", uint8, 0, UINT32_MAX)
ASN_SEQUENCE_OF(sequence_of_uint16, "SequenceOfUint16", uint16, 0, UINT32_MAX)
ASN_STRING(opaque, "Opaque", 0, UINT32_MAX)
/* HashedIdN: the last N octets of a hash, in network order. */
ASN_OCTETS(hashed_id10, "HashedId10", 10)
ASN_OCTETS(hashed_id8, "HashedId8", 8)
ASN_OCTETS(hashed_id3, "HashedId3", 3)
ASN_SEQUENCE_OF(sequence_of_hashed_id3, "SequenceOfHashedId3", hashed_id3, 0,
    UINT32_MAX)
/* TAI seconds, and microseconds, since 2004-01-01 00:00:00 UTC. */
ASN_ALIAS(time32, "Time32", uint32)
ASN_ALIAS(time64, "Time64", uint64)

/* A year is 31,556,952 seconds. */
#define LIST_DURATION(A, T)						\
	A(T, uint16, microseconds, "microseconds")			\
	A(T, uint16, milliseconds, "milliseconds")			\
	A(T, uint16, seconds, "seconds")				\
	A(T, uint16, minutes, "minutes")				\
	A(T, uint16, hours, "hours")					\
	A(T, uint16, sixty_hours, "sixtyHours")				\
	A(T, uint16, years, "years")
ASN_CHOICE(duration, "Duration", CLOSED, LIST_DURATION)

#define LIST_VALIDITY_PERIOD(R, O, D, T)				\
	R(T, time32, start, "start")					\
	R(T, duration, duration, "duration")
ASN_SEQUENCE(validity_period, "ValidityPeriod", CLOSED, LIST_VALIDITY_PERIOD)

/* Tenths of a microdegree; the greatest value means unknown. */
ASN_INT(ninety_degree_int, "NinetyDegreeInt", 32, -900000000, 900000001)
ASN_ALIAS(latitude, "Latitude", ninety_degree_int)
ASN_INT(one_eighty_degree_int, "OneEightyDegreeInt", 32, -1799999999,
    1800000001)
ASN_ALIAS(longitude, "Longitude", one_eighty_degree_int)

#define LIST_TWO_D_LOCATION(R, O, D, T)					\
	R(T, latitude, latitude, "latitude")				\
	R(T, longitude, longitude, "longitude")
ASN_SEQUENCE(two_d_location, "TwoDLocation", CLOSED, LIST_TWO_D_LOCATION)

#define LIST_CIRCULAR_REGION(R, O, D, T)				\
	R(T, two_d_location, center, "center")				\
	R(T, uint16, radius, "radius")
ASN_SEQUENCE(circular_region, "CircularRegion", CLOSED, LIST_CIRCULAR_REGION)

#define LIST_RECTANGULAR_REGION(R, O, D, T)				\
	R(T, two_d_location, north_west, "northWest")			\
	R(T, two_d_location, south_east, "southEast")
ASN_SEQUENCE(rectangular_region, "RectangularRegion", CLOSED,
    LIST_RECTANGULAR_REGION)

ASN_SEQUENCE_OF(sequence_of_rectangular_region, "SequenceOfRectangularRegion",
    rectangular_region, 0, UINT32_MAX)
ASN_SEQUENCE_OF(polygonal_region, "PolygonalRegion", two_d_location, 3,
    UINT32_MAX)
/* Country codes of UN M.49, as 840 for the USA. */
ASN_ALIAS(country_only, "CountryOnly", uint16)

#define LIST_COUNTRY_AND_REGIONS(R, O, D, T)				\
	R(T, country_only, country_only, "countryOnly")			\
	R(T, sequence_of_uint8, regions, "regions")
ASN_SEQUENCE(country_and_regions, "CountryAndRegions", CLOSED,
    LIST_COUNTRY_AND_REGIONS)

#define LIST_REGION_AND_SUBREGIONS(R, O, D, T)				\
	R(T, uint8, region, "region")					\
	R(T, sequence_of_uint16, subregions, "subregions")
ASN_SEQUENCE(region_and_subregions, "RegionAndSubregions", CLOSED,
    LIST_REGION_AND_SUBREGIONS)

ASN_SEQUENCE_OF(sequence_of_region_and_subregions,
    "SequenceOfRegionAndSubregions", region_and_subregions, 0, UINT32_MAX)

#define LIST_COUNTRY_AND_SUBREGIONS(R, O, D, T)				\
	R(T, country_only, country, "country")				\
	R(T, sequence_of_region_and_subregions, region_and_subregions,	\
	    "regionAndSubregions")
ASN_SEQUENCE(country_and_subregions, "CountryAndSubregions", CLOSED,
    LIST_COUNTRY_AND_SUBREGIONS)

#define LIST_IDENTIFIED_REGION(A, T)					\
	A(T, country_only, country_only, "countryOnly")			\
	A(T, country_and_regions, country_and_regions,			\
	    "countryAndRegions")					\
	A(T, country_and_subregions, country_and_subregions,		\
	    "countryAndSubregions")
ASN_CHOICE(identified_region, "IdentifiedRegion", EXTENSIBLE,
    LIST_IDENTIFIED_REGION)

ASN_SEQUENCE_OF(sequence_of_identified_region, "SequenceOfIdentifiedRegion",
    identified_region, 0, UINT32_MAX)

#define LIST_GEOGRAPHIC_REGION(A, T)					\
	A(T, circular_region, circular_region, "circularRegion")	\
	A(T, sequence_of_rectangular_region, rectangular_region,	\
	    "rectangularRegion")					\
	A(T, polygonal_region, polygonal_region, "polygonalRegion")	\
	A(T, sequence_of_identified_region, identified_region,		\
	    "identifiedRegion")
ASN_CHOICE(geographic_region, "GeographicRegion", EXTENSIBLE,
    LIST_GEOGRAPHIC_REGION)

ASN_ALIAS(elev_int, "ElevInt", uint16)
ASN_ALIAS(elevation, "Elevation", elev_int)

#define LIST_THREE_D_LOCATION(R, O, D, T)				\
	R(T, latitude, latitude, "latitude")				\
	R(T, longitude, longitude, "longitude")				\
	R(T, elevation, elevation, "elevation")
ASN_SEQUENCE(three_d_location, "ThreeDLocation", CLOSED, LIST_THREE_D_LOCATION)

ASN_RANGE(known_latitude, "KnownLatitude", ninety_degree_int, 32, -900000000,
    900000000)
ASN_VALUE(unknown_latitude, "UnknownLatitude", ninety_degree_int, 32,
    900000001)
ASN_RANGE(known_longitude, "KnownLongitude", one_eighty_degree_int, 32,
    -1799999999, 1800000000)
ASN_VALUE(unknown_longitude, "UnknownLongitude", one_eighty_degree_int, 32,
    1800000001)

/* x-only: no y (only r of signatures); fill: not a point, never used in keys;
 * compressed-y-N: y is even or odd. */
#define LIST_ECC_P256_CURVE_POINT_UNCOMPRESSED_P256_VALUE(R, O, D, T)	\
	R(T, octets32, x, "x")						\
	R(T, octets32, y, "y")
ASN_SEQUENCE(ecc_p256_curve_point_uncompressed_p256_value,
    "EccP256CurvePoint.uncompressedP256", CLOSED,
    LIST_ECC_P256_CURVE_POINT_UNCOMPRESSED_P256_VALUE)
#define LIST_ECC_P256_CURVE_POINT(A, T)					\
	A(T, octets32, x_only, "x-only")				\
	A(T, asn_null, fill, "fill")					\
	A(T, octets32, compressed_y_0, "compressed-y-0")		\
	A(T, octets32, compressed_y_1, "compressed-y-1")		\
	A(T, ecc_p256_curve_point_uncompressed_p256_value,		\
	    uncompressed_p256, "uncompressedP256")
ASN_CHOICE(ecc_p256_curve_point, "EccP256CurvePoint", CLOSED,
    LIST_ECC_P256_CURVE_POINT)

#define LIST_ECDSA_P256_SIGNATURE(R, O, D, T)				\
	R(T, ecc_p256_curve_point, r_sig, "rSig")			\
	R(T, octets32, s_sig, "sSig")
ASN_SEQUENCE(ecdsa_p256_signature, "EcdsaP256Signature", CLOSED,
    LIST_ECDSA_P256_SIGNATURE)

#define LIST_ECC_P384_CURVE_POINT_UNCOMPRESSED_P384_VALUE(R, O, D, T)	\
	R(T, octets48, x, "x")						\
	R(T, octets48, y, "y")
ASN_SEQUENCE(ecc_p384_curve_point_uncompressed_p384_value,
    "EccP384CurvePoint.uncompressedP384", CLOSED,
    LIST_ECC_P384_CURVE_POINT_UNCOMPRESSED_P384_VALUE)
#define LIST_ECC_P384_CURVE_POINT(A, T)					\
	A(T, octets48, x_only, "x-only")				\
	A(T, asn_null, fill, "fill")					\
	A(T, octets48, compressed_y_0, "compressed-y-0")		\
	A(T, octets48, compressed_y_1, "compressed-y-1")		\
	A(T, ecc_p384_curve_point_uncompressed_p384_value,		\
	    uncompressed_p384, "uncompressedP384")
ASN_CHOICE(ecc_p384_curve_point, "EccP384CurvePoint", CLOSED,
    LIST_ECC_P384_CURVE_POINT)

#define LIST_ECDSA_P384_SIGNATURE(R, O, D, T)				\
	R(T, ecc_p384_curve_point, r_sig, "rSig")			\
	R(T, octets48, s_sig, "sSig")
ASN_SEQUENCE(ecdsa_p384_signature, "EcdsaP384Signature", CLOSED,
    LIST_ECDSA_P384_SIGNATURE)

/* SM2, of the Chinese standards: carried, not computed. */
#define LIST_ECSIG_P256_SIGNATURE(R, O, D, T)				\
	R(T, octets32, r_sig, "rSig")					\
	R(T, octets32, s_sig, "sSig")
ASN_SEQUENCE(ecsig_p256_signature, "EcsigP256Signature", CLOSED,
    LIST_ECSIG_P256_SIGNATURE)

/* The alternative names the curve of the signing key. */
#define LIST_SIGNATURE(A, T)						\
	A(T, ecdsa_p256_signature, ecdsa_nist_p256_signature,		\
	    "ecdsaNistP256Signature")					\
	A(T, ecdsa_p256_signature, ecdsa_brainpool_p256r1_signature,	\
	    "ecdsaBrainpoolP256r1Signature")
#define MORE_SIGNATURE(A, T)						\
	A(T, ecdsa_p384_signature, ecdsa_brainpool_p384r1_signature,	\
	    "ecdsaBrainpoolP384r1Signature")				\
	A(T, ecdsa_p384_signature, ecdsa_nist_p384_signature,		\
	    "ecdsaNistP384Signature")					\
	A(T, ecsig_p256_signature, sm2_signature, "sm2Signature")
ASN_CHOICE_MORE(signature, "Signature", LIST_SIGNATURE, MORE_SIGNATURE)

#define LIST_SYMM_ALGORITHM(V, T)					\
	V(T, aes128_ccm, "aes128Ccm", 0)
#define MORE_SYMM_ALGORITHM(V, T)					\
	V(T, sm4_ccm, "sm4Ccm", 1)
ASN_ENUM_MORE(symm_algorithm, "SymmAlgorithm", LIST_SYMM_ALGORITHM,
    MORE_SYMM_ALGORITHM)

#define LIST_HASH_ALGORITHM(V, T)					\
	V(T, sha256, "sha256", 0)
#define MORE_HASH_ALGORITHM(V, T)					\
	V(T, sha384, "sha384", 1)					\
	V(T, sm3, "sm3", 2)
ASN_ENUM_MORE(hash_algorithm, "HashAlgorithm", LIST_HASH_ALGORITHM,
    MORE_HASH_ALGORITHM)

/* v: sender's ephemeral key; c: the encrypted symmetric key; t: its tag. */
#define LIST_ECIES_P256_ENCRYPTED_KEY(R, O, D, T)			\
	R(T, ecc_p256_curve_point, v, "v")				\
	R(T, octets16, c, "c")						\
	R(T, octets16, t, "t")
ASN_SEQUENCE(ecies_p256_encrypted_key, "EciesP256EncryptedKey", CLOSED,
    LIST_ECIES_P256_ENCRYPTED_KEY)

#define LIST_BASE_PUBLIC_ENCRYPTION_KEY(A, T)				\
	A(T, ecc_p256_curve_point, ecies_nist_p256, "eciesNistP256")	\
	A(T, ecc_p256_curve_point, ecies_brainpool_p256r1,		\
	    "eciesBrainpoolP256r1")
#define MORE_BASE_PUBLIC_ENCRYPTION_KEY(A, T)				\
	A(T, ecc_p256_curve_point, ecenc_sm2, "ecencSm2")
ASN_CHOICE_MORE(base_public_encryption_key, "BasePublicEncryptionKey",
    LIST_BASE_PUBLIC_ENCRYPTION_KEY, MORE_BASE_PUBLIC_ENCRYPTION_KEY)

#define LIST_PUBLIC_ENCRYPTION_KEY(R, O, D, T)				\
	R(T, symm_algorithm, supported_symm_alg, "supportedSymmAlg")	\
	R(T, base_public_encryption_key, public_key, "publicKey")
ASN_SEQUENCE(public_encryption_key, "PublicEncryptionKey", CLOSED,
    LIST_PUBLIC_ENCRYPTION_KEY)

#define LIST_SYMMETRIC_ENCRYPTION_KEY(A, T)				\
	A(T, octets16, aes128_ccm, "aes128Ccm")
#define MORE_SYMMETRIC_ENCRYPTION_KEY(A, T)				\
	A(T, octets16, sm4_ccm, "sm4Ccm")
ASN_CHOICE_MORE(symmetric_encryption_key, "SymmetricEncryptionKey",
    LIST_SYMMETRIC_ENCRYPTION_KEY, MORE_SYMMETRIC_ENCRYPTION_KEY)

#define LIST_ENCRYPTION_KEY(A, T)					\
	A(T, public_encryption_key, public_, "public")			\
	A(T, symmetric_encryption_key, symmetric, "symmetric")
ASN_CHOICE(encryption_key, "EncryptionKey", CLOSED, LIST_ENCRYPTION_KEY)

#define LIST_PUBLIC_VERIFICATION_KEY(A, T)				\
	A(T, ecc_p256_curve_point, ecdsa_nist_p256, "ecdsaNistP256")	\
	A(T, ecc_p256_curve_point, ecdsa_brainpool_p256r1,		\
	    "ecdsaBrainpoolP256r1")
#define MORE_PUBLIC_VERIFICATION_KEY(A, T)				\
	A(T, ecc_p384_curve_point, ecdsa_brainpool_p384r1,		\
	    "ecdsaBrainpoolP384r1")					\
	A(T, ecc_p384_curve_point, ecdsa_nist_p384, "ecdsaNistP384")	\
	A(T, ecc_p256_curve_point, ecsig_sm2, "ecsigSm2")
ASN_CHOICE_MORE(public_verification_key, "PublicVerificationKey",
    LIST_PUBLIC_VERIFICATION_KEY, MORE_PUBLIC_VERIFICATION_KEY)

/* Here as its value; in texts PSIDs are often written in their P-encoding. */
ASN_VARUINT(psid, "Psid")
ASN_STRING(bitmap_ssp, "BitmapSsp", 0, 31)

#define LIST_SERVICE_SPECIFIC_PERMISSIONS(A, T)				\
	A(T, octet_string, opaque, "opaque")
#define MORE_SERVICE_SPECIFIC_PERMISSIONS(A, T)				\
	A(T, bitmap_ssp, bitmap_ssp, "bitmapSsp")
ASN_CHOICE_MORE(service_specific_permissions, "ServiceSpecificPermissions",
    LIST_SERVICE_SPECIFIC_PERMISSIONS, MORE_SERVICE_SPECIFIC_PERMISSIONS)

#define LIST_PSID_SSP(R, O, D, T)					\
	R(T, psid, psid, "psid")					\
	O(T, service_specific_permissions, ssp, "ssp")
ASN_SEQUENCE(psid_ssp, "PsidSsp", CLOSED, LIST_PSID_SSP)

ASN_SEQUENCE_OF(sequence_of_psid_ssp, "SequenceOfPsidSsp", psid_ssp, 0,
    UINT32_MAX)
ASN_SEQUENCE_OF(sequence_of_psid, "SequenceOfPsid", psid, 0, UINT32_MAX)
ASN_SEQUENCE_OF(sequence_of_octet_string, "SequenceOfOctetString",
    octet_string, 0, UINT32_MAX)

#define LIST_BITMAP_SSP_RANGE(R, O, D, T)				\
	R(T, octets_1_32, ssp_value, "sspValue")			\
	R(T, octets_1_32, ssp_bitmask, "sspBitmask")
ASN_SEQUENCE(bitmap_ssp_range, "BitmapSspRange", CLOSED, LIST_BITMAP_SSP_RANGE)

/* Absent: only the default SSP; all: any. */
#define LIST_SSP_RANGE(A, T)						\
	A(T, sequence_of_octet_string, opaque, "opaque")		\
	A(T, asn_null, all, "all")
#define MORE_SSP_RANGE(A, T)						\
	A(T, bitmap_ssp_range, bitmap_ssp_range, "bitmapSspRange")
ASN_CHOICE_MORE(ssp_range, "SspRange", LIST_SSP_RANGE, MORE_SSP_RANGE)

#define LIST_PSID_SSP_RANGE(R, O, D, T)					\
	R(T, psid, psid, "psid")					\
	O(T, ssp_range, ssp_range, "sspRange")
ASN_SEQUENCE(psid_ssp_range, "PsidSspRange", CLOSED, LIST_PSID_SSP_RANGE)

ASN_SEQUENCE_OF(sequence_of_psid_ssp_range, "SequenceOfPsidSspRange",
    psid_ssp_range, 0, UINT32_MAX)
ASN_OCTETS(subject_assurance, "SubjectAssurance", 1)
/* 1 pseudonym, 2 components, 3 other end entities, 4 enrollment, 256 special. */
ASN_ALIAS(crl_series, "CrlSeries", uint16)
/* Number of a period (week) since the i = 0 of the environment. */
ASN_ALIAS(i_value, "IValue", uint16)
ASN_UTF8(hostname, "Hostname", 0, 255)
ASN_OCTETS(linkage_value, "LinkageValue", 9)

#define LIST_GROUP_LINKAGE_VALUE(R, O, D, T)				\
	R(T, octets4, j_value, "jValue")				\
	R(T, octets9, value, "value")
ASN_SEQUENCE(group_linkage_value, "GroupLinkageValue", CLOSED,
    LIST_GROUP_LINKAGE_VALUE)

ASN_OCTETS(la_id, "LaId", 2)
ASN_OCTETS(linkage_seed, "LinkageSeed", 16)
ASN_OCTETS(hashed_id32, "HashedId32", 32)
ASN_OCTETS(hashed_id48, "HashedId48", 48)
ASN_ALIAS(un_country_id, "UnCountryId", uint16)

#define LIST_ECENC_P256_ENCRYPTED_KEY(R, O, D, T)			\
	R(T, ecc_p256_curve_point, v, "v")				\
	R(T, octets16, c, "c")						\
	R(T, octets32, t, "t")
ASN_SEQUENCE(ecenc_p256_encrypted_key, "EcencP256EncryptedKey", CLOSED,
    LIST_ECENC_P256_ENCRYPTED_KEY)

ASN_SEQUENCE_OF(sequence_of_linkage_seed, "SequenceOfLinkageSeed",
    linkage_seed, 0, UINT32_MAX)
ASN_UINT(ext_id, "ExtId", 8, 0, UINT8_MAX)
/* clang-format on */

#endif /* SCHEMA_DOT2_BASE_H */
