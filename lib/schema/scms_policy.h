/*
 * scms_policy.h - global and local policy files.
 */
#if !defined(SCHEMA_SCMS_POLICY_H) || defined(ASN_ROWS)
#define SCHEMA_SCMS_POLICY_H

#ifndef ASN_ROWS
#include "schema/scms_base.h"
#endif

/* clang-format off */
/*
 * A value that changes at known times: SEQUENCE { initialX X, intervals
 * SEQUENCE OF SEQUENCE { startTime Time64, x X } }.  In C: members
 * initial_<member> and intervals, whose elements have start_time and <member>.
 */
#ifdef ASN_ROWS
#undef TIME_SERIES_ANY
#define TIME_SERIES_ANY(...)
#else
#define TIME_SERIES_ANY(T, N, TYPE, M, CAPITAL, LOWER, NBIT, INITIAL)	\
	typedef struct T##_intervals_item {				\
		time64	start_time;					\
		TYPE	M;						\
	} T##_intervals_item;						\
	ASN_TABLE(T##_intervals_item,					\
	    ASN_D_R(T##_intervals_item, time64, start_time, "startTime")\
	    ASN_D_R(T##_intervals_item, TYPE, M, LOWER))		\
	ASN_DESC(T##_intervals_item, .name = N ".intervals.item",	\
	    .kind = ASN_K_SEQUENCE, .nroot = 2, .nfield = 2,		\
	    .field = T##_intervals_item_tab)				\
	ASN_SEQUENCE_OF(T##_intervals, N ".intervals",			\
	    T##_intervals_item, 0, UINT32_MAX)				\
	typedef struct T {						\
		TYPE		initial_##M;				\
		T##_intervals	intervals;				\
	} T;								\
	ASN_TABLE(T, INITIAL						\
	    ASN_D_R(T, T##_intervals, intervals, "intervals"))		\
	ASN_DESC(T, .name = N, .kind = ASN_K_SEQUENCE, .nroot = 2,	\
	    .nfield = 2, .nbit = NBIT, .field = T##_tab)
#endif
#define TIME_SERIES(T, N, TYPE, M, CAPITAL, LOWER)			\
	TIME_SERIES_ANY(T, N, TYPE, M, CAPITAL, LOWER, 0,		\
	    ASN_D_R(T, TYPE, initial_##M, "initial" CAPITAL))
#define TIME_SERIES_DEFAULT(T, N, TYPE, M, CAPITAL, LOWER, VALUE)	\
	TIME_SERIES_ANY(T, N, TYPE, M, CAPITAL, LOWER, 1,		\
	    ASN_D_D(T, TYPE, initial_##M, "initial" CAPITAL, VALUE))

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

TIME_SERIES_DEFAULT(global_policy_data_temporal_series_of_scms_version,
    "GlobalPolicyData.temporalSeriesOfScmsVersion", scms_version, scms_version,
    "ScmsVersion", "scmsVersion", 1)
TIME_SERIES(global_policy_data_temporal_series_of_cert_chain_file_id,
    "GlobalPolicyData.temporalSeriesOfCertChainFileID",
    global_cert_chain_file_id, global_cert_chain_file_id,
    "GlobalCertChainFileID", "globalCertChainFileID")
TIME_SERIES(global_policy_data_temporal_series_of_overdue_crl_tolerance,
    "GlobalPolicyData.temporalSeriesOfOverdueCrlTolerance",
    overdue_crl_tolerance, overdue_crl_tolerance, "OverdueCrlTolerance",
    "overdueCrlTolerance")
TIME_SERIES(global_policy_data_temporal_series_of_i_period,
    "GlobalPolicyData.temporalSeriesOfIPeriod", i_period, i_period, "IPeriod",
    "iPeriod")
TIME_SERIES_DEFAULT(
    global_policy_data_temporal_series_of_min_certs_per_i_period,
    "GlobalPolicyData.temporalSeriesOfMinCertsPerIPeriod",
    min_certs_per_i_period, min_certs_per_i_period, "MinCertsPerIPeriod",
    "minCertsPerIPeriod", 20)
TIME_SERIES(global_policy_data_temporal_series_of_cert_validity_model,
    "GlobalPolicyData.temporalSeriesOfCertValidityModel", cert_validity_model,
    cert_validity_model, "CertValidityModel", "certValidityModel")
TIME_SERIES(global_policy_data_temporal_series_of_max_available_cert_supply,
    "GlobalPolicyData.temporalSeriesOfMaxAvailableCertSupply",
    max_available_cert_supply, max_available_cert_supply,
    "MaxAvailableCertSupply", "maxAvailableCertSupply")
TIME_SERIES(global_policy_data_temporal_series_of_max_cert_request_age,
    "GlobalPolicyData.temporalSeriesOfMaxCertRequestAge", max_cert_request_age,
    max_cert_request_age, "MaxCertRequestAge", "maxCertRequestAge")
TIME_SERIES_DEFAULT(global_policy_data_temporal_series_of_shuffle_threshold,
    "GlobalPolicyData.temporalSeriesOfShuffleThreshold", shuffle_threshold,
    shuffle_threshold, "ShuffleThreshold", "shuffleThreshold", 1000)
TIME_SERIES_DEFAULT(global_policy_data_temporal_series_of_hash_of_request_size,
    "GlobalPolicyData.temporalSeriesOfHashOfRequestSize", hash_of_request_size,
    hash_of_request_size, "HashOfRequestSize", "hashOfRequestSize", 32)
TIME_SERIES(
    global_policy_data_temporal_series_of_max_gpf_gccf_retrieval_interval,
    "GlobalPolicyData.temporalSeriesOfMaxGpfGccfRetrievalInterval",
    max_gpf_gccf_retrieval_interval, max_gpf_gccf_retrieval_interval,
    "MaxGpfGccfRetrievalInterval", "maxGpfGccfRetrievalInterval")
TIME_SERIES(
    global_policy_data_temporal_series_of_rse_application_cert_validity,
    "GlobalPolicyData.temporalSeriesOfRseApplicationCertValidity",
    rse_application_cert_validity, rse_application_cert_validity,
    "RseApplicationCertValidity", "rseApplicationCertValidity")
TIME_SERIES(global_policy_data_temporal_series_of_rse_application_cert_overlap,
    "GlobalPolicyData.temporalSeriesOfRseApplicationCertOVerlap",
    rse_application_cert_overlap, rse_application_cert_overlap,
    "RseApplicationCertOverlap", "rseApplicationCertOverlap")
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
	O(T, global_policy_data_temporal_series_of_rse_application_cert_overlap,\
	    temporal_series_of_rse_application_cert_overlap,		\
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

TIME_SERIES(local_policy_data_temporal_series_of_shuffle_threshold,
    "LocalPolicyData.temporalSeriesOfShuffleThreshold", shuffle_threshold,
    shuffle_threshold, "ShuffleThreshold", "shuffleThreshold")
TIME_SERIES_DEFAULT(local_policy_data_temporal_series_of_certs_per_i_period,
    "LocalPolicyData.temporalSeriesOfCertsPerIPeriod", certs_per_i_period,
    certs_per_i_period, "CertsPerIPeriod", "certsPerIPeriod", 20)
TIME_SERIES(local_policy_data_temporal_series_of_la_one_host,
    "LocalPolicyData.temporalSeriesOfLaOneHost", la_hostname_id, la_one_host,
    "LaOneHost", "laOneHost")
TIME_SERIES(local_policy_data_temporal_series_of_la_two_host,
    "LocalPolicyData.temporalSeriesOfLaTwoHost", la_hostname_id, la_two_host,
    "LaTwoHost", "laTwoHost")
TIME_SERIES(local_policy_data_temporal_series_of_pca_host,
    "LocalPolicyData.temporalSeriesOfPcaHost", pca_hostname_id, pca_host,
    "PcaHost", "pcaHost")
TIME_SERIES(local_policy_data_temporal_series_of_ra_x509_tls_cert,
    "LocalPolicyData.temporalSeriesOfRaX509TlsCert", x509_tls_cert,
    ra_x509_tls_cert, "RaX509TlsCert", "raX509TlsCert")
TIME_SERIES(local_policy_data_temporal_series_of_la_x509_tls_cert,
    "LocalPolicyData.temporalSeriesOfLaX509TlsCert", x509_tls_cert,
    la_x509_tls_cert, "LaX509TlsCert", "laX509TlsCert")
TIME_SERIES(local_policy_data_temporal_series_of_pca_x509_tls_cert,
    "LocalPolicyData.temporalSeriesOfPcaX509TlsCert", x509_tls_cert,
    pca_x509_tls_cert, "PcaX509TlsCert", "pcaX509TlsCert")
TIME_SERIES(local_policy_data_temporal_series_of_shared_key_update_interval,
    "LocalPolicyData.temporalSeriesOfSharedKeyUpdateInterval",
    shared_key_update_interval, shared_key_update_interval,
    "SharedKeyUpdateInterval", "sharedKeyUpdateInterval")
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
