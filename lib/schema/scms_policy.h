/*
 * scms_policy.h - global and local policy files.
 */
#if !defined(SCHEMA_SCMS_POLICY_H) || defined(ASN_ROWS)
#define SCHEMA_SCMS_POLICY_H

#ifndef ASN_ROWS
#include "schema/scms_base.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "Ieee1609dot2ScmsPolicyTypes"

ASN_ALIAS(scms_version, "ScmsVersion", uint8)
ASN_ALIAS(global_cert_chain_file_id, "GlobalCertChainFileID", uint16)
ASN_ALIAS(overdue_crl_tolerance, "OverdueCrlTolerance", duration)
ASN_ALIAS(i_period, "IPeriod", duration)
ASN_ALIAS(min_certs_per_i_period, "MinCertsPerIPeriod", uint8)

#define LIST_CERT_VALIDITY_MODEL(V, T)					\
	V(T, concurrent, "concurrent", 1)				\
	V(T, non_concurrent, "non-concurrent", 2)
ASN_ENUM(cert_validity_model, "CertValidityModel", EXTENSIBLE,
    LIST_CERT_VALIDITY_MODEL)

ASN_ALIAS(max_available_cert_supply, "MaxAvailableCertSupply", duration)
ASN_ALIAS(max_cert_request_age, "MaxCertRequestAge", duration)
ASN_ALIAS(shuffle_threshold, "ShuffleThreshold", uint32)
ASN_ALIAS(hash_of_request_size, "HashOfRequestSize", uint8)
ASN_ALIAS(max_gpf_gccf_retrieval_interval, "MaxGpfGccfRetrievalInterval",
    duration)
ASN_ALIAS(rse_application_cert_validity, "RseApplicationCertValidity",
    duration)
ASN_ALIAS(rse_application_cert_overlap, "RseApplicationCertOverlap", duration)

#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_SCMS_VERSION_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, scms_version, scms_version, "scmsVersion")
ASN_SEQUENCE(global_policy_data_temporal_series_of_scms_version_intervals_item,
    "GlobalPolicyData.temporalSeriesOfScmsVersion.intervals.item", CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_SCMS_VERSION_INTERVALS_ITEM)
ASN_SEQUENCE_OF(global_policy_data_temporal_series_of_scms_version_intervals,
    "GlobalPolicyData.temporalSeriesOfScmsVersion.intervals",
    global_policy_data_temporal_series_of_scms_version_intervals_item, 0,
    UINT32_MAX)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_SCMS_VERSION(R, O, D, T)\
	D(T, scms_version, initial_scms_version, "initialScmsVersion",	\
	    1)								\
	R(T, global_policy_data_temporal_series_of_scms_version_intervals,\
	    intervals,							\
	    "intervals")
ASN_SEQUENCE(global_policy_data_temporal_series_of_scms_version,
    "GlobalPolicyData.temporalSeriesOfScmsVersion", CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_SCMS_VERSION)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_CERT_CHAIN_FILE_ID_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, global_cert_chain_file_id, global_cert_chain_file_id,	\
	    "globalCertChainFileID")
ASN_SEQUENCE(
    global_policy_data_temporal_series_of_cert_chain_file_id_intervals_item,
    "GlobalPolicyData.temporalSeriesOfCertChainFileID.intervals.item", CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_CERT_CHAIN_FILE_ID_INTERVALS_ITEM)
ASN_SEQUENCE_OF(
    global_policy_data_temporal_series_of_cert_chain_file_id_intervals,
    "GlobalPolicyData.temporalSeriesOfCertChainFileID.intervals",
    global_policy_data_temporal_series_of_cert_chain_file_id_intervals_item, 0,
    UINT32_MAX)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_CERT_CHAIN_FILE_ID(R, O, D, T)\
	R(T, global_cert_chain_file_id,					\
	    initial_global_cert_chain_file_id,				\
	    "initialGlobalCertChainFileID")				\
	R(T, global_policy_data_temporal_series_of_cert_chain_file_id_intervals,\
	    intervals,							\
	    "intervals")
ASN_SEQUENCE(global_policy_data_temporal_series_of_cert_chain_file_id,
    "GlobalPolicyData.temporalSeriesOfCertChainFileID", CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_CERT_CHAIN_FILE_ID)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_OVERDUE_CRL_TOLERANCE_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, overdue_crl_tolerance, overdue_crl_tolerance,		\
	    "overdueCrlTolerance")
ASN_SEQUENCE(
    global_policy_data_temporal_series_of_overdue_crl_tolerance_intervals_item,
    "GlobalPolicyData.temporalSeriesOfOverdueCrlTolerance.intervals.item",
    CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_OVERDUE_CRL_TOLERANCE_INTERVALS_ITEM)
ASN_SEQUENCE_OF(
    global_policy_data_temporal_series_of_overdue_crl_tolerance_intervals,
    "GlobalPolicyData.temporalSeriesOfOverdueCrlTolerance.intervals",
    global_policy_data_temporal_series_of_overdue_crl_tolerance_intervals_item,
    0, UINT32_MAX)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_OVERDUE_CRL_TOLERANCE(R, O, D, T)\
	R(T, overdue_crl_tolerance, initial_overdue_crl_tolerance,	\
	    "initialOverdueCrlTolerance")				\
	R(T, global_policy_data_temporal_series_of_overdue_crl_tolerance_intervals,\
	    intervals,							\
	    "intervals")
ASN_SEQUENCE(global_policy_data_temporal_series_of_overdue_crl_tolerance,
    "GlobalPolicyData.temporalSeriesOfOverdueCrlTolerance", CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_OVERDUE_CRL_TOLERANCE)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_I_PERIOD_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, i_period, i_period, "iPeriod")
ASN_SEQUENCE(global_policy_data_temporal_series_of_i_period_intervals_item,
    "GlobalPolicyData.temporalSeriesOfIPeriod.intervals.item", CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_I_PERIOD_INTERVALS_ITEM)
ASN_SEQUENCE_OF(global_policy_data_temporal_series_of_i_period_intervals,
    "GlobalPolicyData.temporalSeriesOfIPeriod.intervals",
    global_policy_data_temporal_series_of_i_period_intervals_item, 0,
    UINT32_MAX)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_I_PERIOD(R, O, D, T)	\
	R(T, i_period, initial_i_period, "initialIPeriod")		\
	R(T, global_policy_data_temporal_series_of_i_period_intervals,	\
	    intervals, "intervals")
ASN_SEQUENCE(global_policy_data_temporal_series_of_i_period,
    "GlobalPolicyData.temporalSeriesOfIPeriod", CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_I_PERIOD)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_MIN_CERTS_PER_I_PERIOD_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, min_certs_per_i_period, min_certs_per_i_period,		\
	    "minCertsPerIPeriod")
ASN_SEQUENCE(
    global_policy_data_temporal_series_of_min_certs_per_i_period_intervals_item,
    "GlobalPolicyData.temporalSeriesOfMinCertsPerIPeriod.intervals.item",
    CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_MIN_CERTS_PER_I_PERIOD_INTERVALS_ITEM)
ASN_SEQUENCE_OF(
    global_policy_data_temporal_series_of_min_certs_per_i_period_intervals,
    "GlobalPolicyData.temporalSeriesOfMinCertsPerIPeriod.intervals",
    global_policy_data_temporal_series_of_min_certs_per_i_period_intervals_item,
    0, UINT32_MAX)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_MIN_CERTS_PER_I_PERIOD(R, O, D, T)\
	D(T, min_certs_per_i_period, initial_min_certs_per_i_period,	\
	    "initialMinCertsPerIPeriod", 20)				\
	R(T, global_policy_data_temporal_series_of_min_certs_per_i_period_intervals,\
	    intervals,							\
	    "intervals")
ASN_SEQUENCE(global_policy_data_temporal_series_of_min_certs_per_i_period,
    "GlobalPolicyData.temporalSeriesOfMinCertsPerIPeriod", CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_MIN_CERTS_PER_I_PERIOD)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_CERT_VALIDITY_MODEL_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, cert_validity_model, cert_validity_model,			\
	    "certValidityModel")
ASN_SEQUENCE(
    global_policy_data_temporal_series_of_cert_validity_model_intervals_item,
    "GlobalPolicyData.temporalSeriesOfCertValidityModel.intervals.item",
    CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_CERT_VALIDITY_MODEL_INTERVALS_ITEM)
ASN_SEQUENCE_OF(
    global_policy_data_temporal_series_of_cert_validity_model_intervals,
    "GlobalPolicyData.temporalSeriesOfCertValidityModel.intervals",
    global_policy_data_temporal_series_of_cert_validity_model_intervals_item,
    0, UINT32_MAX)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_CERT_VALIDITY_MODEL(R, O, D, T)\
	R(T, cert_validity_model, initial_cert_validity_model,		\
	    "initialCertValidityModel")					\
	R(T, global_policy_data_temporal_series_of_cert_validity_model_intervals,\
	    intervals,							\
	    "intervals")
ASN_SEQUENCE(global_policy_data_temporal_series_of_cert_validity_model,
    "GlobalPolicyData.temporalSeriesOfCertValidityModel", CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_CERT_VALIDITY_MODEL)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_MAX_AVAILABLE_CERT_SUPPLY_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, max_available_cert_supply, max_available_cert_supply,	\
	    "maxAvailableCertSupply")
ASN_SEQUENCE(
    global_policy_data_temporal_series_of_max_available_cert_supply_intervals_item,
    "GlobalPolicyData.temporalSeriesOfMaxAvailableCertSupply.intervals.item",
    CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_MAX_AVAILABLE_CERT_SUPPLY_INTERVALS_ITEM)
ASN_SEQUENCE_OF(
    global_policy_data_temporal_series_of_max_available_cert_supply_intervals,
    "GlobalPolicyData.temporalSeriesOfMaxAvailableCertSupply.intervals",
    global_policy_data_temporal_series_of_max_available_cert_supply_intervals_item,
    0, UINT32_MAX)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_MAX_AVAILABLE_CERT_SUPPLY(R, O, D, T)\
	R(T, max_available_cert_supply,					\
	    initial_max_available_cert_supply,				\
	    "initialMaxAvailableCertSupply")				\
	R(T, global_policy_data_temporal_series_of_max_available_cert_supply_intervals,\
	    intervals,							\
	    "intervals")
ASN_SEQUENCE(global_policy_data_temporal_series_of_max_available_cert_supply,
    "GlobalPolicyData.temporalSeriesOfMaxAvailableCertSupply", CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_MAX_AVAILABLE_CERT_SUPPLY)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_MAX_CERT_REQUEST_AGE_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, max_cert_request_age, max_cert_request_age,		\
	    "maxCertRequestAge")
ASN_SEQUENCE(
    global_policy_data_temporal_series_of_max_cert_request_age_intervals_item,
    "GlobalPolicyData.temporalSeriesOfMaxCertRequestAge.intervals.item",
    CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_MAX_CERT_REQUEST_AGE_INTERVALS_ITEM)
ASN_SEQUENCE_OF(
    global_policy_data_temporal_series_of_max_cert_request_age_intervals,
    "GlobalPolicyData.temporalSeriesOfMaxCertRequestAge.intervals",
    global_policy_data_temporal_series_of_max_cert_request_age_intervals_item,
    0, UINT32_MAX)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_MAX_CERT_REQUEST_AGE(R, O, D, T)\
	R(T, max_cert_request_age, initial_max_cert_request_age,	\
	    "initialMaxCertRequestAge")					\
	R(T, global_policy_data_temporal_series_of_max_cert_request_age_intervals,\
	    intervals,							\
	    "intervals")
ASN_SEQUENCE(global_policy_data_temporal_series_of_max_cert_request_age,
    "GlobalPolicyData.temporalSeriesOfMaxCertRequestAge", CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_MAX_CERT_REQUEST_AGE)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_SHUFFLE_THRESHOLD_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, shuffle_threshold, shuffle_threshold, "shuffleThreshold")
ASN_SEQUENCE(
    global_policy_data_temporal_series_of_shuffle_threshold_intervals_item,
    "GlobalPolicyData.temporalSeriesOfShuffleThreshold.intervals.item", CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_SHUFFLE_THRESHOLD_INTERVALS_ITEM)
ASN_SEQUENCE_OF(
    global_policy_data_temporal_series_of_shuffle_threshold_intervals,
    "GlobalPolicyData.temporalSeriesOfShuffleThreshold.intervals",
    global_policy_data_temporal_series_of_shuffle_threshold_intervals_item, 0,
    UINT32_MAX)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_SHUFFLE_THRESHOLD(R, O, D, T)\
	D(T, shuffle_threshold, initial_shuffle_threshold,		\
	    "initialShuffleThreshold", 1000)				\
	R(T, global_policy_data_temporal_series_of_shuffle_threshold_intervals,\
	    intervals,							\
	    "intervals")
ASN_SEQUENCE(global_policy_data_temporal_series_of_shuffle_threshold,
    "GlobalPolicyData.temporalSeriesOfShuffleThreshold", CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_SHUFFLE_THRESHOLD)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_HASH_OF_REQUEST_SIZE_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, hash_of_request_size, hash_of_request_size,		\
	    "hashOfRequestSize")
ASN_SEQUENCE(
    global_policy_data_temporal_series_of_hash_of_request_size_intervals_item,
    "GlobalPolicyData.temporalSeriesOfHashOfRequestSize.intervals.item",
    CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_HASH_OF_REQUEST_SIZE_INTERVALS_ITEM)
ASN_SEQUENCE_OF(
    global_policy_data_temporal_series_of_hash_of_request_size_intervals,
    "GlobalPolicyData.temporalSeriesOfHashOfRequestSize.intervals",
    global_policy_data_temporal_series_of_hash_of_request_size_intervals_item,
    0, UINT32_MAX)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_HASH_OF_REQUEST_SIZE(R, O, D, T)\
	D(T, hash_of_request_size, initial_hash_of_request_size,	\
	    "initialHashOfRequestSize", 32)				\
	R(T, global_policy_data_temporal_series_of_hash_of_request_size_intervals,\
	    intervals,							\
	    "intervals")
ASN_SEQUENCE(global_policy_data_temporal_series_of_hash_of_request_size,
    "GlobalPolicyData.temporalSeriesOfHashOfRequestSize", CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_HASH_OF_REQUEST_SIZE)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_MAX_GPF_GCCF_RETRIEVAL_INTERVAL_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, max_gpf_gccf_retrieval_interval,				\
	    max_gpf_gccf_retrieval_interval,				\
	    "maxGpfGccfRetrievalInterval")
ASN_SEQUENCE(
    global_policy_data_temporal_series_of_max_gpf_gccf_retrieval_interval_intervals_item,
    "GlobalPolicyData.temporalSeriesOfMaxGpfGccfRetrievalInterval.intervals.item",
    CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_MAX_GPF_GCCF_RETRIEVAL_INTERVAL_INTERVALS_ITEM)
ASN_SEQUENCE_OF(
    global_policy_data_temporal_series_of_max_gpf_gccf_retrieval_interval_intervals,
    "GlobalPolicyData.temporalSeriesOfMaxGpfGccfRetrievalInterval.intervals",
    global_policy_data_temporal_series_of_max_gpf_gccf_retrieval_interval_intervals_item,
    0, UINT32_MAX)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_MAX_GPF_GCCF_RETRIEVAL_INTERVAL(R, O, D, T)\
	R(T, max_gpf_gccf_retrieval_interval,				\
	    initial_max_gpf_gccf_retrieval_interval,			\
	    "initialMaxGpfGccfRetrievalInterval")			\
	R(T, global_policy_data_temporal_series_of_max_gpf_gccf_retrieval_interval_intervals,\
	    intervals,							\
	    "intervals")
ASN_SEQUENCE(
    global_policy_data_temporal_series_of_max_gpf_gccf_retrieval_interval,
    "GlobalPolicyData.temporalSeriesOfMaxGpfGccfRetrievalInterval", CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_MAX_GPF_GCCF_RETRIEVAL_INTERVAL)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_RSE_APPLICATION_CERT_VALIDITY_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, rse_application_cert_validity,				\
	    rse_application_cert_validity,				\
	    "rseApplicationCertValidity")
ASN_SEQUENCE(
    global_policy_data_temporal_series_of_rse_application_cert_validity_intervals_item,
    "GlobalPolicyData.temporalSeriesOfRseApplicationCertValidity.intervals.item",
    CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_RSE_APPLICATION_CERT_VALIDITY_INTERVALS_ITEM)
ASN_SEQUENCE_OF(
    global_policy_data_temporal_series_of_rse_application_cert_validity_intervals,
    "GlobalPolicyData.temporalSeriesOfRseApplicationCertValidity.intervals",
    global_policy_data_temporal_series_of_rse_application_cert_validity_intervals_item,
    0, UINT32_MAX)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_RSE_APPLICATION_CERT_VALIDITY(R, O, D, T)\
	R(T, rse_application_cert_validity,				\
	    initial_rse_application_cert_validity,			\
	    "initialRseApplicationCertValidity")			\
	R(T, global_policy_data_temporal_series_of_rse_application_cert_validity_intervals,\
	    intervals,							\
	    "intervals")
ASN_SEQUENCE(
    global_policy_data_temporal_series_of_rse_application_cert_validity,
    "GlobalPolicyData.temporalSeriesOfRseApplicationCertValidity", CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_RSE_APPLICATION_CERT_VALIDITY)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_RSE_APPLICATION_CERT_O_VERLAP_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, rse_application_cert_overlap,				\
	    rse_application_cert_overlap, "rseApplicationCertOverlap")
ASN_SEQUENCE(
    global_policy_data_temporal_series_of_rse_application_cert_o_verlap_intervals_item,
    "GlobalPolicyData.temporalSeriesOfRseApplicationCertOVerlap.intervals.item",
    CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_RSE_APPLICATION_CERT_O_VERLAP_INTERVALS_ITEM)
ASN_SEQUENCE_OF(
    global_policy_data_temporal_series_of_rse_application_cert_o_verlap_intervals,
    "GlobalPolicyData.temporalSeriesOfRseApplicationCertOVerlap.intervals",
    global_policy_data_temporal_series_of_rse_application_cert_o_verlap_intervals_item,
    0, UINT32_MAX)
#define LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_RSE_APPLICATION_CERT_O_VERLAP(R, O, D, T)\
	R(T, rse_application_cert_overlap,				\
	    initial_rse_application_cert_overlap,			\
	    "initialRseApplicationCertOverlap")				\
	R(T, global_policy_data_temporal_series_of_rse_application_cert_o_verlap_intervals,\
	    intervals,							\
	    "intervals")
ASN_SEQUENCE(
    global_policy_data_temporal_series_of_rse_application_cert_o_verlap,
    "GlobalPolicyData.temporalSeriesOfRseApplicationCertOVerlap", CLOSED,
    LIST_GLOBAL_POLICY_DATA_TEMPORAL_SERIES_OF_RSE_APPLICATION_CERT_O_VERLAP)
#define LIST_GLOBAL_POLICY_DATA(R, O, D, T)				\
	O(T, global_policy_data_temporal_series_of_scms_version,	\
	    temporal_series_of_scms_version,				\
	    "temporalSeriesOfScmsVersion")				\
	O(T, global_policy_data_temporal_series_of_cert_chain_file_id,	\
	    temporal_series_of_cert_chain_file_id,			\
	    "temporalSeriesOfCertChainFileID")				\
	O(T, global_policy_data_temporal_series_of_overdue_crl_tolerance,\
	    temporal_series_of_overdue_crl_tolerance,			\
	    "temporalSeriesOfOverdueCrlTolerance")			\
	O(T, global_policy_data_temporal_series_of_i_period,		\
	    temporal_series_of_i_period, "temporalSeriesOfIPeriod")	\
	O(T, global_policy_data_temporal_series_of_min_certs_per_i_period,\
	    temporal_series_of_min_certs_per_i_period,			\
	    "temporalSeriesOfMinCertsPerIPeriod")			\
	O(T, global_policy_data_temporal_series_of_cert_validity_model,	\
	    temporal_series_of_cert_validity_model,			\
	    "temporalSeriesOfCertValidityModel")			\
	O(T, global_policy_data_temporal_series_of_max_available_cert_supply,\
	    temporal_series_of_max_available_cert_supply,		\
	    "temporalSeriesOfMaxAvailableCertSupply")			\
	O(T, global_policy_data_temporal_series_of_max_cert_request_age,\
	    temporal_series_of_max_cert_request_age,			\
	    "temporalSeriesOfMaxCertRequestAge")			\
	O(T, global_policy_data_temporal_series_of_shuffle_threshold,	\
	    temporal_series_of_shuffle_threshold,			\
	    "temporalSeriesOfShuffleThreshold")				\
	O(T, global_policy_data_temporal_series_of_hash_of_request_size,\
	    temporal_series_of_hash_of_request_size,			\
	    "temporalSeriesOfHashOfRequestSize")			\
	O(T, global_policy_data_temporal_series_of_max_gpf_gccf_retrieval_interval,\
	    temporal_series_of_max_gpf_gccf_retrieval_interval,		\
	    "temporalSeriesOfMaxGpfGccfRetrievalInterval")		\
	O(T, global_policy_data_temporal_series_of_rse_application_cert_validity,\
	    temporal_series_of_rse_application_cert_validity,		\
	    "temporalSeriesOfRseApplicationCertValidity")		\
	O(T, global_policy_data_temporal_series_of_rse_application_cert_o_verlap,\
	    temporal_series_of_rse_application_cert_o_verlap,		\
	    "temporalSeriesOfRseApplicationCertOVerlap")
ASN_SEQUENCE(global_policy_data, "GlobalPolicyData", EXTENSIBLE,
    LIST_GLOBAL_POLICY_DATA)

#define LIST_CUSTOM_POLICY_DATA(R, O, D, T)				\
	O(T, ra_hostname_id, requesting_ra_hostname,			\
	    "requestingRaHostname")					\
	R(T, global_policy_data, global_policy, "globalPolicy")
ASN_SEQUENCE(custom_policy_data, "CustomPolicyData", EXTENSIBLE,
    LIST_CUSTOM_POLICY_DATA)

ASN_ALIAS(certs_per_i_period, "CertsPerIPeriod", uint8)
ASN_ALIAS(x509_tls_cert, "X509TlsCert", opaque)
ASN_ALIAS(shared_key_update_interval, "SharedKeyUpdateInterval", duration)

#define LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_SHUFFLE_THRESHOLD_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, shuffle_threshold, shuffle_threshold, "shuffleThreshold")
ASN_SEQUENCE(
    local_policy_data_temporal_series_of_shuffle_threshold_intervals_item,
    "LocalPolicyData.temporalSeriesOfShuffleThreshold.intervals.item", CLOSED,
    LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_SHUFFLE_THRESHOLD_INTERVALS_ITEM)
ASN_SEQUENCE_OF(
    local_policy_data_temporal_series_of_shuffle_threshold_intervals,
    "LocalPolicyData.temporalSeriesOfShuffleThreshold.intervals",
    local_policy_data_temporal_series_of_shuffle_threshold_intervals_item, 0,
    UINT32_MAX)
#define LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_SHUFFLE_THRESHOLD(R, O, D, T)\
	R(T, shuffle_threshold, initial_shuffle_threshold,		\
	    "initialShuffleThreshold")					\
	R(T, local_policy_data_temporal_series_of_shuffle_threshold_intervals,\
	    intervals,							\
	    "intervals")
ASN_SEQUENCE(local_policy_data_temporal_series_of_shuffle_threshold,
    "LocalPolicyData.temporalSeriesOfShuffleThreshold", CLOSED,
    LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_SHUFFLE_THRESHOLD)
#define LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_CERTS_PER_I_PERIOD_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, certs_per_i_period, certs_per_i_period,			\
	    "certsPerIPeriod")
ASN_SEQUENCE(
    local_policy_data_temporal_series_of_certs_per_i_period_intervals_item,
    "LocalPolicyData.temporalSeriesOfCertsPerIPeriod.intervals.item", CLOSED,
    LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_CERTS_PER_I_PERIOD_INTERVALS_ITEM)
ASN_SEQUENCE_OF(
    local_policy_data_temporal_series_of_certs_per_i_period_intervals,
    "LocalPolicyData.temporalSeriesOfCertsPerIPeriod.intervals",
    local_policy_data_temporal_series_of_certs_per_i_period_intervals_item, 0,
    UINT32_MAX)
#define LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_CERTS_PER_I_PERIOD(R, O, D, T)\
	D(T, certs_per_i_period, initial_certs_per_i_period,		\
	    "initialCertsPerIPeriod", 20)				\
	R(T, local_policy_data_temporal_series_of_certs_per_i_period_intervals,\
	    intervals,							\
	    "intervals")
ASN_SEQUENCE(local_policy_data_temporal_series_of_certs_per_i_period,
    "LocalPolicyData.temporalSeriesOfCertsPerIPeriod", CLOSED,
    LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_CERTS_PER_I_PERIOD)
#define LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_LA_ONE_HOST_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, la_hostname_id, la_one_host, "laOneHost")
ASN_SEQUENCE(local_policy_data_temporal_series_of_la_one_host_intervals_item,
    "LocalPolicyData.temporalSeriesOfLaOneHost.intervals.item", CLOSED,
    LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_LA_ONE_HOST_INTERVALS_ITEM)
ASN_SEQUENCE_OF(local_policy_data_temporal_series_of_la_one_host_intervals,
    "LocalPolicyData.temporalSeriesOfLaOneHost.intervals",
    local_policy_data_temporal_series_of_la_one_host_intervals_item, 0,
    UINT32_MAX)
#define LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_LA_ONE_HOST(R, O, D, T)\
	R(T, la_hostname_id, initial_la_one_host, "initialLaOneHost")	\
	R(T, local_policy_data_temporal_series_of_la_one_host_intervals,\
	    intervals,							\
	    "intervals")
ASN_SEQUENCE(local_policy_data_temporal_series_of_la_one_host,
    "LocalPolicyData.temporalSeriesOfLaOneHost", CLOSED,
    LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_LA_ONE_HOST)
#define LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_LA_TWO_HOST_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, la_hostname_id, la_two_host, "laTwoHost")
ASN_SEQUENCE(local_policy_data_temporal_series_of_la_two_host_intervals_item,
    "LocalPolicyData.temporalSeriesOfLaTwoHost.intervals.item", CLOSED,
    LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_LA_TWO_HOST_INTERVALS_ITEM)
ASN_SEQUENCE_OF(local_policy_data_temporal_series_of_la_two_host_intervals,
    "LocalPolicyData.temporalSeriesOfLaTwoHost.intervals",
    local_policy_data_temporal_series_of_la_two_host_intervals_item, 0,
    UINT32_MAX)
#define LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_LA_TWO_HOST(R, O, D, T)\
	R(T, la_hostname_id, initial_la_two_host, "initialLaTwoHost")	\
	R(T, local_policy_data_temporal_series_of_la_two_host_intervals,\
	    intervals,							\
	    "intervals")
ASN_SEQUENCE(local_policy_data_temporal_series_of_la_two_host,
    "LocalPolicyData.temporalSeriesOfLaTwoHost", CLOSED,
    LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_LA_TWO_HOST)
#define LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_PCA_HOST_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, pca_hostname_id, pca_host, "pcaHost")
ASN_SEQUENCE(local_policy_data_temporal_series_of_pca_host_intervals_item,
    "LocalPolicyData.temporalSeriesOfPcaHost.intervals.item", CLOSED,
    LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_PCA_HOST_INTERVALS_ITEM)
ASN_SEQUENCE_OF(local_policy_data_temporal_series_of_pca_host_intervals,
    "LocalPolicyData.temporalSeriesOfPcaHost.intervals",
    local_policy_data_temporal_series_of_pca_host_intervals_item, 0,
    UINT32_MAX)
#define LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_PCA_HOST(R, O, D, T)	\
	R(T, pca_hostname_id, initial_pca_host, "initialPcaHost")	\
	R(T, local_policy_data_temporal_series_of_pca_host_intervals,	\
	    intervals, "intervals")
ASN_SEQUENCE(local_policy_data_temporal_series_of_pca_host,
    "LocalPolicyData.temporalSeriesOfPcaHost", CLOSED,
    LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_PCA_HOST)
#define LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_RA_X509_TLS_CERT_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, x509_tls_cert, ra_x509_tls_cert, "raX509TlsCert")
ASN_SEQUENCE(
    local_policy_data_temporal_series_of_ra_x509_tls_cert_intervals_item,
    "LocalPolicyData.temporalSeriesOfRaX509TlsCert.intervals.item", CLOSED,
    LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_RA_X509_TLS_CERT_INTERVALS_ITEM)
ASN_SEQUENCE_OF(
    local_policy_data_temporal_series_of_ra_x509_tls_cert_intervals,
    "LocalPolicyData.temporalSeriesOfRaX509TlsCert.intervals",
    local_policy_data_temporal_series_of_ra_x509_tls_cert_intervals_item, 0,
    UINT32_MAX)
#define LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_RA_X509_TLS_CERT(R, O, D, T)\
	R(T, x509_tls_cert, initial_ra_x509_tls_cert,			\
	    "initialRaX509TlsCert")					\
	R(T, local_policy_data_temporal_series_of_ra_x509_tls_cert_intervals,\
	    intervals,							\
	    "intervals")
ASN_SEQUENCE(local_policy_data_temporal_series_of_ra_x509_tls_cert,
    "LocalPolicyData.temporalSeriesOfRaX509TlsCert", CLOSED,
    LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_RA_X509_TLS_CERT)
#define LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_LA_X509_TLS_CERT_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, x509_tls_cert, la_x509_tls_cert, "laX509TlsCert")
ASN_SEQUENCE(
    local_policy_data_temporal_series_of_la_x509_tls_cert_intervals_item,
    "LocalPolicyData.temporalSeriesOfLaX509TlsCert.intervals.item", CLOSED,
    LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_LA_X509_TLS_CERT_INTERVALS_ITEM)
ASN_SEQUENCE_OF(
    local_policy_data_temporal_series_of_la_x509_tls_cert_intervals,
    "LocalPolicyData.temporalSeriesOfLaX509TlsCert.intervals",
    local_policy_data_temporal_series_of_la_x509_tls_cert_intervals_item, 0,
    UINT32_MAX)
#define LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_LA_X509_TLS_CERT(R, O, D, T)\
	R(T, x509_tls_cert, initial_la_x509_tls_cert,			\
	    "initialLaX509TlsCert")					\
	R(T, local_policy_data_temporal_series_of_la_x509_tls_cert_intervals,\
	    intervals,							\
	    "intervals")
ASN_SEQUENCE(local_policy_data_temporal_series_of_la_x509_tls_cert,
    "LocalPolicyData.temporalSeriesOfLaX509TlsCert", CLOSED,
    LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_LA_X509_TLS_CERT)
#define LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_PCA_X509_TLS_CERT_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, x509_tls_cert, pca_x509_tls_cert, "pcaX509TlsCert")
ASN_SEQUENCE(
    local_policy_data_temporal_series_of_pca_x509_tls_cert_intervals_item,
    "LocalPolicyData.temporalSeriesOfPcaX509TlsCert.intervals.item", CLOSED,
    LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_PCA_X509_TLS_CERT_INTERVALS_ITEM)
ASN_SEQUENCE_OF(
    local_policy_data_temporal_series_of_pca_x509_tls_cert_intervals,
    "LocalPolicyData.temporalSeriesOfPcaX509TlsCert.intervals",
    local_policy_data_temporal_series_of_pca_x509_tls_cert_intervals_item, 0,
    UINT32_MAX)
#define LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_PCA_X509_TLS_CERT(R, O, D, T)\
	R(T, x509_tls_cert, initial_pca_x509_tls_cert,			\
	    "initialPcaX509TlsCert")					\
	R(T, local_policy_data_temporal_series_of_pca_x509_tls_cert_intervals,\
	    intervals,							\
	    "intervals")
ASN_SEQUENCE(local_policy_data_temporal_series_of_pca_x509_tls_cert,
    "LocalPolicyData.temporalSeriesOfPcaX509TlsCert", CLOSED,
    LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_PCA_X509_TLS_CERT)
#define LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_SHARED_KEY_UPDATE_INTERVAL_INTERVALS_ITEM(R, O, D, T)\
	R(T, time64, start_time, "startTime")				\
	R(T, shared_key_update_interval, shared_key_update_interval,	\
	    "sharedKeyUpdateInterval")
ASN_SEQUENCE(
    local_policy_data_temporal_series_of_shared_key_update_interval_intervals_item,
    "LocalPolicyData.temporalSeriesOfSharedKeyUpdateInterval.intervals.item",
    CLOSED,
    LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_SHARED_KEY_UPDATE_INTERVAL_INTERVALS_ITEM)
ASN_SEQUENCE_OF(
    local_policy_data_temporal_series_of_shared_key_update_interval_intervals,
    "LocalPolicyData.temporalSeriesOfSharedKeyUpdateInterval.intervals",
    local_policy_data_temporal_series_of_shared_key_update_interval_intervals_item,
    0, UINT32_MAX)
#define LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_SHARED_KEY_UPDATE_INTERVAL(R, O, D, T)\
	R(T, shared_key_update_interval,				\
	    initial_shared_key_update_interval,				\
	    "initialSharedKeyUpdateInterval")				\
	R(T, local_policy_data_temporal_series_of_shared_key_update_interval_intervals,\
	    intervals,							\
	    "intervals")
ASN_SEQUENCE(local_policy_data_temporal_series_of_shared_key_update_interval,
    "LocalPolicyData.temporalSeriesOfSharedKeyUpdateInterval", CLOSED,
    LIST_LOCAL_POLICY_DATA_TEMPORAL_SERIES_OF_SHARED_KEY_UPDATE_INTERVAL)
#define LIST_LOCAL_POLICY_DATA(R, O, D, T)				\
	O(T, local_policy_data_temporal_series_of_shuffle_threshold,	\
	    temporal_series_of_shuffle_threshold,			\
	    "temporalSeriesOfShuffleThreshold")				\
	O(T, local_policy_data_temporal_series_of_certs_per_i_period,	\
	    temporal_series_of_certs_per_i_period,			\
	    "temporalSeriesOfCertsPerIPeriod")				\
	O(T, local_policy_data_temporal_series_of_la_one_host,		\
	    temporal_series_of_la_one_host,				\
	    "temporalSeriesOfLaOneHost")				\
	O(T, local_policy_data_temporal_series_of_la_two_host,		\
	    temporal_series_of_la_two_host,				\
	    "temporalSeriesOfLaTwoHost")				\
	O(T, local_policy_data_temporal_series_of_pca_host,		\
	    temporal_series_of_pca_host, "temporalSeriesOfPcaHost")	\
	O(T, local_policy_data_temporal_series_of_ra_x509_tls_cert,	\
	    temporal_series_of_ra_x509_tls_cert,			\
	    "temporalSeriesOfRaX509TlsCert")				\
	O(T, local_policy_data_temporal_series_of_la_x509_tls_cert,	\
	    temporal_series_of_la_x509_tls_cert,			\
	    "temporalSeriesOfLaX509TlsCert")				\
	O(T, local_policy_data_temporal_series_of_pca_x509_tls_cert,	\
	    temporal_series_of_pca_x509_tls_cert,			\
	    "temporalSeriesOfPcaX509TlsCert")				\
	O(T, local_policy_data_temporal_series_of_shared_key_update_interval,\
	    temporal_series_of_shared_key_update_interval,		\
	    "temporalSeriesOfSharedKeyUpdateInterval")
ASN_SEQUENCE(local_policy_data, "LocalPolicyData", EXTENSIBLE,
    LIST_LOCAL_POLICY_DATA)

#define LIST_POLICY(A, T)						\
	A(T, global_policy_data, global, "global")			\
	A(T, custom_policy_data, custom, "custom")			\
	A(T, local_policy_data, local, "local")
ASN_CHOICE(policy, "Policy", EXTENSIBLE, LIST_POLICY)

#define LIST_TO_BE_SIGNED_POLICY_DATA(R, O, D, T)			\
	R(T, octets_0_32, policy_id, "policyID")			\
	R(T, time64, generation_time, "generationTime")			\
	R(T, time64, active_time, "activeTime")				\
	R(T, policy, policy, "policy")
ASN_SEQUENCE_RAW(to_be_signed_policy_data, "ToBeSignedPolicyData", EXTENSIBLE,
    LIST_TO_BE_SIGNED_POLICY_DATA)

ASN_SEQUENCE_OF(base_policy_file_signatures, "BasePolicyFile.signatures",
    countersignature, 1, UINT32_MAX)
#define LIST_BASE_POLICY_FILE(R, O, D, T)				\
	R(T, uint8_1, version, "version")				\
	R(T, to_be_signed_policy_data, tbs_data, "tbsData")		\
	R(T, base_policy_file_signatures, signatures, "signatures")
ASN_SEQUENCE(base_policy_file, "BasePolicyFile", EXTENSIBLE,
    LIST_BASE_POLICY_FILE)

ASN_ALIAS(global_policy_file, "GlobalPolicyFile", base_policy_file)

#define LIST_LOCAL_POLICY_FILE(R, O, D, T)				\
	R(T, base_policy_file, global_parameters, "globalParameters")	\
	R(T, base_policy_file, local_paramters, "localParamters")
ASN_SEQUENCE(local_policy_file, "LocalPolicyFile", CLOSED,
    LIST_LOCAL_POLICY_FILE)

#define LIST_POLICY_FILES(A, T)						\
	A(T, global_policy_file, global_policy_file,			\
	    "globalPolicyFile")						\
	A(T, local_policy_file, local_policy_file, "localPolicyFile")
ASN_CHOICE(policy_files, "PolicyFiles", EXTENSIBLE, LIST_POLICY_FILES)
/* clang-format on */

#endif /* SCHEMA_SCMS_POLICY_H */
