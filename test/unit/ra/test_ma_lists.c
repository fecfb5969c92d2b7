/*
 * test_ma_lists.c - what the MA is told of devices that it had blacklisted:
 * chains, digests, the most certificates of a period; and of no others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "role/ra/admin.h"
#include "test/unit/ra/ma_scene.h"
#include "test/unit/ra/rows.h"

static void
no_chains(const struct device *d, const scms_error *error)
{
	const ra_ma_lci_response_msg_lci_info *info;
	struct inquiry_reply reply;
	hpcr h = hpcr_of(d);

	info = ask_chains(&reply, &h, 1);
	assert_int_equal(info->n, 1);
	assert_memory_equal(&info->v[0].hpcr, &h, sizeof(h));
	assert_int_equal(info->v[0].reply.is, hpcr2_lci_reply_failure);
	assert_true(same_error(&info->v[0].reply.failure, error));
}
/* ---- chains ---- */

struct text {
	char text[40];
};

static struct text
j_max(const struct inquiry_reply *reply)
{
	const char *value =
	    http_result_header(&reply->http, &arena, "Monarch-J-Max");
	struct text t;

	snprintf(t.text, sizeof(t.text), "%s", value != NULL ? value : "none");
	return t;
}

static enum fault
got_lci(void *ctx, const struct db_row *row, struct fault_info *f)
{
	linkage_chain_id *lci = ctx;

	for (unsigned la = 0; la < 2; la++)
		TRY(coer_decode(&linkage_chain_id_asn, &lci[la], &arena,
		    bytes_copy(&arena, db_blob(row, la)), f));
	return FAULT_OK;
}

/* The entry is about that chain. */
static void
check_entry(const hpcr2_lci *e, int64_t chain, uint32_t last)
{
	static const char *const sql = "select lci1, lci2 from chain"
				       " where id = ?1";
	const struct db_schema one = {
	    ra_schema.steps, ra_schema.steps_n, &sql, 1};
	const lci_and_host_info *info = &e->reply.success.info;
	const uint8_t i_max[4] = {0, 0, (uint8_t)(last >> 8), (uint8_t)last};
	linkage_chain_id lci[2];
	struct bytes got, stored;
	struct db *db;

	assert_int_equal(e->reply.is, hpcr2_lci_reply_success);
	assert_memory_equal(e->reply.success.group_identifier.b, "\0\0\0", 4);
	assert_memory_equal(info->i_max.b, i_max, 4);
	assert_true(
	    bytes_equal(info->la1_id, bytes_of_string("la1.monarch.test")));
	assert_true(
	    bytes_equal(info->la2_id, bytes_of_string("la2.monarch.test")));
	must(db_open(&db, w.ra->db_path, &one, &fi));
	must(DB_EACH(db, 0, got_lci, lci, &fi, DB_INT(chain)));
	db_close(db);
	for (unsigned la = 0; la < 2; la++) {
		must(coer_encode_new(&got, &arena, &linkage_chain_id_asn,
		    la == 0 ? &info->la1_lci : &info->la2_lci, &fi));
		must(coer_encode_new(
		    &stored, &arena, &linkage_chain_id_asn, &lci[la], &fi));
		assert_true(bytes_equal(got, stored));
	}
}

static void
test_chains(void **state)
{
	const ra_ma_lci_response_msg_lci_info *info;
	struct inquiry_reply reply;
	uint32_t first;
	int64_t chain;
	bool changed;
	hpcr list[2];
	char sql[100];

	(void)state;
	provision();
	run();
	first = ra_period_now(w.ra);
	/* not blacklisted, or only by the operator */
	no_chains(&device[0], &ma_no_such_hpcr);
	must(
	    admin_block(&changed, w.db, device[0].cert->id, time32_now(), &fi));
	no_chains(&device[0], &ma_no_such_hpcr);
	blacklist_one(&device[0]);
	blacklist_one(&device[1]);
	snprintf(sql, sizeof(sql),
	    "select chain from device where number ="
	    " %lld",
	    (long long)device[0].number);
	chain = count(sql);
	list[0] = hpcr_of(&device[0]);
	list[1] = nobody;
	info = ask_chains(&reply, list, 2);
	assert_int_equal(info->n, 2);
	assert_memory_equal(&info->v[0].hpcr, &list[0], sizeof(list[0]));
	check_entry(&info->v[0], chain, first + WEEKS - 1);
	assert_true(same_error(&info->v[1].reply.failure, &ma_no_such_hpcr));
	assert_string_equal(j_max(&reply).text, "4");

	/* half of its certificates are of another chain */
	execute("insert into chain(state, lci1, lci2, i_end, device, i_begin,"
		" pca) select state, lci2, lci1, i_end, device, i_begin, pca"
		" from chain where id = %lld",
	    (long long)chain);
	execute("update unit set chain = (select max(id) from chain)"
		" where device = %lld and i >= %u",
	    (long long)device[0].number, first + 2);
	info = ask_chains(&reply, list, 1);
	assert_int_equal(info->n, 2);
	check_entry(&info->v[0], chain, first + 1);
	check_entry(&info->v[1], count("select max(id) from chain"), first + 4);
	/* an hour after the end of the second period it is over */
	time_set_offset(time_offset() +
			(int64_t)ra_period_start(w.ra, first + 2) + 3595 -
			time32_now());
	assert_int_equal(ask_chains(&reply, list, 1)->n, 2);
	time_set_offset(time_offset() + 10);
	assert_int_equal(ask_chains(&reply, list, 1)->n, 1);
	world_wait(&w, 3);
	no_chains(&device[0], &ma_no_chains);
}

/* Of the whole RA: it does not tell how many this device has. */
static void
test_j_max(void **state)
{
	struct inquiry_reply reply;
	uint32_t first;
	hpcr h;

	(void)state;
	w.service.environment.certs_per_i_period = 3;
	w.service.environment.shuffle_count = 9;
	provision();
	run();
	first = ra_period_now(w.ra);
	blacklist_one(&device[0]);
	h = hpcr_of(&device[0]);
	(void)ask_chains(&reply, &h, 1);
	assert_string_equal(j_max(&reply).text, "3");
	w.service.environment.certs_per_i_period = 5;
	restart();
	world_wait(&w, 1);
	run();
	(void)ask_chains(&reply, &h, 1);
	assert_string_equal(j_max(&reply).text, "5");
	/* nor is a period that is over of any importance */
	execute("update most set n = 9 where i = %u", first + 1);
	(void)ask_chains(&reply, &h, 1);
	assert_string_equal(j_max(&reply).text, "9");
	world_wait(&w, 1);
	(void)ask_chains(&reply, &h, 1);
	assert_string_equal(j_max(&reply).text, "5");
}

/* A database of before there was an MA. */
#define STEPS_BEFORE 6
static void
test_older_database(void **state)
{
	static const char *const rows[] = {
	    "insert into unit(device, i, state, n, class, chain, since)"
	    " values(1, 7, 2, 20, 1, 1, 1), (2, 7, 2, 30, 1, 1, 1),"
	    " (2, 8, 2, 10, 1, 1, 1)",
	    "insert into blocked(enrollment_id, since) values(x'00', 1)"};
	static const char *const sums[] = {
	    "select sum(i * n) from most", "select sum(revoked) from blocked"};
	const struct db_schema then = {ra_schema.steps, STEPS_BEFORE, rows, 2};
	const struct db_schema now = {
	    ra_schema.steps, ra_schema.steps_n, sums, 2};
	char path[PATH_SIZE];
	struct db *db;
	int64_t n;

	(void)state;
	ra_path(w.ra, path, "older.db", NULL);
	must(db_open(&db, path, &then, &fi));
	must(db_run(db, 0, NULL, 0, NULL, NULL, &fi));
	must(db_run(db, 1, NULL, 0, NULL, NULL, &fi));
	db_close(db);
	must(db_open(&db, path, &now, &fi));
	must(db_run_int(db, &n, 0, NULL, 0, &fi));
	assert_int_equal(n, 7 * 30 + 8 * 10);
	must(db_run_int(db, &n, 1, NULL, 0, &fi));
	assert_int_equal(n, 0);
	db_close(db);
}

/* ---- RIF ---- */

static const uint8_t holders[4][8] = {
    {1, 0, 1}, {2, 0, 1}, {3, 0, 1}, {4, 0, 1}};

/* Two with certificates (of which one has followed the other), one without. */
static void
make_holders(uint32_t now)
{
	char id[3][17];

	for (unsigned k = 0; k < 3; k++) {
		hex_encode(id[k], holders[k], 8);
		execute("insert into auth_device(number, enrollment_hash,"
			" enrollment_id, enrollment, start, created, contact)"
			" values(%u, x'%02u', x'%s', x'00', 1, 1, 1)",
		    k + 1, k, id[k]);
		execute("insert into auth_request(id, device, kind, request,"
			" request_id, psid_ssp, region, ack, next_i, end_i)"
			" values(%u, %u, 0, x'%02u', x'%02u', x'', x'', x'',"
			" 1, 1)",
		    k + 1, k + 1, k, k);
	}
	for (unsigned k = 0; k < 6; k++) /* two are over; one is on its way */
		execute("insert into auth_certificate(request, i, state, pca,"
			" start, end, since, digest) values(%u, %u, %d, 1, 1,"
			" %u, 1, x'0000000000000000000%u')",
		    k % 2 + 1, k, k == 5 ? AUTH_SENT : AUTH_DONE,
		    now + 1000 * k - 1500, k);
	execute("insert into successor(enrollment_hash, enrollment_id, request,"
		" next_id, since) values(x'00', x'%s', x'00', x'%s', 1)",
	    id[0], id[1]);
}

static rif
rif_of(const uint8_t id[8])
{
	rif r;

	memcpy(r.b, id, sizeof(r.b));
	return r;
}

static void
blacklist_rif(const rif *list, size_t n, const scms_error *const *expected)
{
	struct inquiry_reply reply = ask(
	    INQUIRY_BLACKLIST_RIF, about_rif(INQUIRY_BLACKLIST_RIF, list, n));
	const ra_ma_rse_obe_id_blacklist_response_msg_status *status =
	    &reply.pdu->content.ma_ra.ra_ma_rse_obe_id_blacklist_response
		 .status;

	assert_int_equal(status->n, n);
	for (size_t k = 0; k < n; k++) {
		const rse_obe_id_blacklisting_status_reply *r =
		    &status->v[k].reply;

		assert_memory_equal(&status->v[k].rif, &list[k], 8);
		if (expected[k] == NULL)
			assert_int_equal(r->is,
			    rse_obe_id_blacklisting_status_reply_success);
		else
			assert_true(
			    r->is ==
				rse_obe_id_blacklisting_status_reply_failure &&
			    same_error(&r->failure, expected[k]));
	}
}

static void
test_blacklist_rif(void **state)
{
	const scms_error *const expected[] = {
	    NULL, &ma_already_blacklisted, &ma_no_such_rif, &ma_no_such_rif};
	rif list[4] = {
	    rif_of(holders[0]), rif_of(holders[1]), rif_of(holders[3])};
	uint8_t before[SHA256_SIZE], after[SHA256_SIZE];

	(void)state;
	provision();
	make_holders(time32_now());
	/* who has pseudonym certificates is no holder */
	list[3] = rif_of(device[0].cert->id);
	rows_hash(before, w.ra->db_path);
	blacklist_rif(&list[2], 2, &expected[2]);
	rows_hash(after, w.ra->db_path);
	assert_memory_equal(before, after, SHA256_SIZE);
	blacklist_rif(list, 4, expected);
	assert_int_equal(
	    count("select count(*) from blocked where revoked = 1"), 2);
	assert_int_equal(device_provision(&device[0], &w), 200);
}

static const ra_ma_cdv_response_msg_cdv_info *
ask_digests(const char **ends, const rif *list, size_t n)
{
	struct inquiry_reply reply =
	    ask(INQUIRY_DIGESTS, about_rif(INQUIRY_DIGESTS, list, n));

	*ends = http_result_header(&reply.http, &arena, "Monarch-Expiry");
	return &reply.pdu->content.ma_ra.ra_ma_cdv_response.cdv_info;
}

static void
test_digests(void **state)
{
	const scms_error *const success[] = {NULL, NULL};
	const rif list[] = {
	    rif_of(holders[0]), rif_of(holders[2]), rif_of(holders[3])};
	const ra_ma_cdv_response_msg_cdv_info *info;
	uint32_t now = time32_now();
	char expected[60];
	const char *ends;

	(void)state;
	make_holders(now);
	info = ask_digests(&ends, list, 3);
	assert_int_equal(info->n, 3);
	for (size_t k = 0; k < 3; k++) {
		assert_int_equal(info->v[k].reply.is, cdv_info_reply_failure);
		assert_true(
		    same_error(&info->v[k].reply.failure, &ma_no_such_rif));
	}
	assert_string_equal(ends != NULL ? ends : "", "");
	blacklist_rif(list, 2, success);
	info = ask_digests(&ends, list, 3);
	assert_int_equal(info->v[0].reply.is, cdv_info_reply_success);
	assert_int_equal(info->v[0].reply.success.n, 3);
	for (size_t k = 0; k < 3; k++)
		assert_int_equal(info->v[0].reply.success.v[k].b[9], k + 2);
	assert_true(same_error(&info->v[1].reply.failure, &ma_no_digests));
	assert_true(same_error(&info->v[2].reply.failure, &ma_no_such_rif));
	snprintf(expected, sizeof(expected), "%u,%u,%u", now + 500, now + 1500,
	    now + 2500);
	assert_string_equal(ends, expected);
}
int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_chains),
	    TEST(test_j_max),
	    TEST(test_older_database),
	    TEST(test_blacklist_rif),
	    TEST(test_digests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
