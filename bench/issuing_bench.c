/*
 * issuing_bench - microseconds per certificate of the PCA's whole path and
 * per pre-linkage value of the LA's, from octets received to octets signed
 * and durable on disk, without HTTP; what stays on disk; and what it takes an
 * LA per chain to say which values belong together.
 *
 *	issuing_bench [requests in a message]
 *
 * One thread; the CPU time of that thread, and beside it the time on the wall,
 * which has the disk in it.  Prints "name value", medians of the rounds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/time32.h"
#include "bench/measure.h"
#include "cert/spdu.h"
#include "crypto/engine.h"
#include "crypto/random.h"
#include "role/la/linked.h"
#include "role/pca/pca.h"
#include "schema/scms_protocol.h"
#include "test/unit/pca/requests.h"
#include "test/unit/plv/world.h"

#define ROUNDS 5

static struct world world;
static struct plv_key key[2];
static struct fault_info info;

static void
need(enum fault f)
{
	if (f == FAULT_OK)
		return;
	(void)fprintf(stderr, "issuing_bench: %s\n", info.text);
	exit(1);
}

/* What one kind of work took in each round, in microseconds. */
struct rounds {
	double cpu[ROUNDS], wall[ROUNDS];
	size_t n;
};

static double begun_cpu, begun_wall;

static double
wall_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static void
begin(void)
{
	begun_cpu = cpu_us();
	begun_wall = wall_us();
}

static void
end(struct rounds *r, size_t elements)
{
	r->cpu[r->n] = (cpu_us() - begun_cpu) / (double)elements;
	r->wall[r->n++] = (wall_us() - begun_wall) / (double)elements;
}

static void
print(const char *name, struct rounds *r)
{
	figure(name, "_us", median(r->cpu, r->n));
	figure(name, "_wall_us", median(r->wall, r->n));
}

/* ---- PCA ---- */

static struct rounds answering, confirming, ordering;

static void
bench_batch(struct pca *pca, size_t n)
{
	struct arena arena = arena_new(1u << 28), work = arena_new(PCA_ARENA);
	struct asking how = {.arena = &arena,
	    .key = {&key[0], &key[1]},
	    .i = (uint16_t)(world.week + 2)};
	struct asked *a = calloc(n, sizeof(*a));
	struct bytes body, out, confirm;
	uint8_t id[16];

	for (size_t t = 0; t < n; t++)
		ask(&a[t], &how);
	random_bytes(id, sizeof(id));
	body = batch_message(&arena, a, n, id, &world.ra);
	confirm = confirm_message(&arena, id, &world.ra);
	begin();
	need(pca_answer_batch(&out, pca, &work, body, &info));
	end(&answering, n);
	begin();
	need(pca_confirm(pca, &work, confirm, &info));
	end(&confirming, n);
	arena_free(&arena);
	arena_free(&work);
	free(a);
}

static void
bench_pca(size_t n)
{
	const struct pca_conf conf = {.ra = "ra", .la1 = "la1", .la2 = "la2"};
	struct pca_counts counts;
	char dir[PATH_SIZE];
	struct audit *audit;
	struct pca *pca;

	world_folder(&world, dir, WORLD_PCA);
	need(audit_open(&audit, dir, &info));
	need(pca_new(&pca, dir, &conf, &world.environment, audit, &info));
	for (int round = 0; round < ROUNDS; round++)
		bench_batch(pca, n);
	pca_store_counts(pca->store, &counts);
	print("issuing_pca", &answering);
	print("issuing_pca_confirm", &confirming);
	figure("issuing_pca_disk_octets", "",
	    (double)counts.octets / (double)counts.issued);
	figure(
	    "issuing_response_octets", "", (double)pca->class.reply.response_n);
	pca_free(pca);
	audit_close(audit);
}

/* ---- LA ---- */

#define CHAINS 20u
#define WEEKS  52u
#define J_MAX  20u

struct wanted {
	uint32_t chains;
	uint16_t i_min, i_max;
	uint8_t j_max;
};

static struct bytes
order(struct arena *arena, const struct wanted *w)
{
	const struct spdu_header header = {.psid = 0x23,
	    .has_generation_time = true,
	    .generation_time = time64_now()};
	scms_pdu pdu = {.version = 1};
	ra_la_individual_pre_linkage_value_request_msg *m =
	    &pdu.content.la_ra.ra_la_individual_pre_linkage_value_request;
	uint32_t fresh = w->chains;
	struct bytes payload, out;

	pdu.content.is = scms_pdu_content_la_ra;
	pdu.content.la_ra.is =
	    la_ra_interface_pdu_ra_la_individual_pre_linkage_value_request;
	m->header.version = 1;
	m->header.ra_id = bytes_of_string("ra.monarch.test");
	m->header.pca_id = bytes_of_string("pca.monarch.test");
	m->header.i_min = w->i_min;
	m->header.i_max = w->i_max;
	m->j_max = w->j_max;
	m->number_of_fresh_ind = &fresh;
	need(coer_encode_new(&payload, arena, &scms_pdu_asn, &pdu, &info));
	need(spdu_sign(&out, arena, &header, payload, SIGNER_DIGEST,
	    &world.ra.signer, &info));
	return out;
}

/* ---- what belongs together ---- */

#define LINKED_CHAINS 100000u

static struct rounds linking;

/* A question of the MA about two values of a week that all chains have given,
 * a year after they began. */
static void
bench_linked(struct la *la)
{
	const uint16_t i = (uint16_t)(world.week + WEEKS);
	const struct wanted w = {LINKED_CHAINS, i, (uint16_t)(i + 1), 1};
	const struct plv plv[2] = {{.i = i}, {.i = i, .value = {{1}}}};
	struct arena arena = arena_new(32u << 20), work = arena_new(LA_ARENA);
	struct la_answer answer;
	size_t matches;

	need(la_answer_order(&answer, la, &work, order(&arena, &w), &info));
	close(answer.fd);
	for (int round = 0; round < ROUNDS; round++) {
		arena_reset(&arena);
		begin();
		need(la_linked(&matches, la, &arena, plv, 2, &info));
		end(&linking, LINKED_CHAINS);
	}
	print("issuing_la_linked", &linking);
	arena_free(&arena);
	arena_free(&work);
}

static void
bench_la(void)
{
	const struct wanted w = {
	    CHAINS, world.week, (uint16_t)(world.week + WEEKS), J_MAX};
	const struct la_conf conf = {.la_id = {0, 1},
	    .ra = "ra",
	    .pca = {(const char *const[]){"pca"}, 1}};
	struct arena arena = arena_new(1u << 20), work = arena_new(LA_ARENA);
	struct la_answer answer;
	char dir[PATH_SIZE];
	struct bytes body;
	struct la *la;

	world_folder(&world, dir, WORLD_LA1);
	need(la_new(&la, dir, &conf, &world.environment, NULL, &info));
	for (int round = 0; round < ROUNDS; round++) {
		body = order(&arena, &w);
		begin();
		need(la_answer_order(&answer, la, &work, body, &info));
		end(&ordering, (size_t)CHAINS * WEEKS * J_MAX);
		close(answer.fd);
		arena_reset(&work);
	}
	print("issuing_la", &ordering);
	bench_linked(la);
	la_free(la);
	arena_free(&arena);
	arena_free(&work);
}

int
main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 2048;

	printf("engine %s\n", crypto_engine());
	world_make(&world);
	if (n > PCA_REQUESTS_MAX)
		n = PCA_REQUESTS_MAX;
	world.environment.batch_max_requests = PCA_REQUESTS_MAX;
	world_share_key(&world, WORLD_LA1, &key[0]);
	world_share_key(&world, WORLD_LA2, &key[1]);
	bench_pca(n);
	bench_la();
	world_remove(&world);
	return 0;
}
