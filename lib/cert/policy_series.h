/*
 * policy_series.h - the temporal series of policy files; for policy_write.c
 * and policy_read.c.
 *
 *	S(series, element, member, conversion)
 *
 * series is what follows "temporal_series_of_", element what follows
 * "initial_", member that of our struct.  Conversions are as_X (of what is
 * read) and of_X (of what is written).
 */
#ifndef CERT_POLICY_SERIES_H
#define CERT_POLICY_SERIES_H

/* clang-format off */
#define POLICY_GLOBAL_SERIES(S)						\
	S(scms_version, scms_version, scms_version, number)		\
	S(cert_chain_file_id, global_cert_chain_file_id, chain_file_id,	\
	    number)							\
	S(overdue_crl_tolerance, overdue_crl_tolerance,			\
	    overdue_crl_tolerance, lifetime)				\
	S(i_period, i_period, i_period, lifetime)			\
	S(min_certs_per_i_period, min_certs_per_i_period,		\
	    min_certs_per_i_period, number)				\
	S(cert_validity_model, cert_validity_model, non_concurrent,	\
	    model)							\
	S(max_available_cert_supply, max_available_cert_supply,		\
	    max_cert_supply, lifetime)					\
	S(max_cert_request_age, max_cert_request_age, max_request_age,	\
	    lifetime)							\
	S(shuffle_threshold, shuffle_threshold, shuffle_threshold,	\
	    number)							\
	S(hash_of_request_size, hash_of_request_size,			\
	    request_hash_size, number)					\
	S(max_gpf_gccf_retrieval_interval,				\
	    max_gpf_gccf_retrieval_interval, max_retrieval_interval,	\
	    lifetime)							\
	S(rse_application_cert_validity, rse_application_cert_validity,	\
	    rse_validity, lifetime)					\
	S(rse_application_cert_overlap, rse_application_cert_overlap,	\
	    rse_overlap, lifetime)

#define POLICY_LOCAL_SERIES(S)						\
	S(shuffle_threshold, shuffle_threshold, shuffle_threshold,	\
	    number)							\
	S(certs_per_i_period, certs_per_i_period, certs_per_i_period,	\
	    number)							\
	S(la_one_host, la_one_host, la1, text)				\
	S(la_two_host, la_two_host, la2, text)				\
	S(pca_host, pca_host, pca, text)				\
	S(ra_x509_tls_cert, ra_x509_tls_cert, ra_tls, span)		\
	S(la_x509_tls_cert, la_x509_tls_cert, la_tls, span)		\
	S(pca_x509_tls_cert, pca_x509_tls_cert, pca_tls, span)		\
	S(shared_key_update_interval, shared_key_update_interval,	\
	    shared_key_update, lifetime)
/* clang-format on */

#endif /* CERT_POLICY_SERIES_H */
