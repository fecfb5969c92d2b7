/* schema.c - the tables of the RA; see README.md. */
#include "role/ra/db.h"

/* clang-format off */
static const char step_1[] =
    "create table class("
    " id integer primary key,"
    " psid_ssp blob not null,"		/* COER SequenceOfPsidSsp */
    " region blob not null,"		/* COER GeographicRegion */
    " pca text not null, la1 text not null, la2 text not null,"
    " unique(psid_ssp, region, pca, la1, la2));"

    "create table device("
    " number integer primary key,"	/* random; the log's name for it */
    " request blob not null unique,"	/* SHA-256 of the provisioning POST */
    " request_id blob not null unique,"	/* its last 8 octets */
    " enrollment_hash blob not null unique,"
    " enrollment_id blob not null,"	/* HashedId8 */
    " enrollment blob not null,"
    " class integer not null references class(id),"
    " sign_key blob not null, sign_expansion blob not null,"
    " enc_key blob not null, enc_expansion blob not null,"
    " ack blob not null,"
    " next_i integer not null,"		/* first period not planned */
    " end_i integer not null,"		/* first never to be planned */
    " chain integer,"
    " created integer not null,"
    " contact integer not null,"
    " error text, error_at integer);"
    "create index device_enrollment on device(enrollment_id);"
    "create index device_chainless on device(number)"
    " where chain is null and next_i < end_i;"
    "create index device_next on device(next_i)"
    " where chain is not null and next_i < end_i;"

    "create table blocked("
    " enrollment_id blob primary key,"
    " since integer not null) without rowid;"

    "create table chain("
    " id integer primary key,"
    " state integer not null,"
    " device integer,"
    " lci1 blob not null, lci2 blob not null,"
    " i_end integer not null);"		/* first period without PLVs */
    "create index chain_free on chain(i_end)"
    " where state = " SQL_NUMBER(CHAIN_FREE) ";"

    "create table plv_file("
    " id integer primary key,"
    " chain integer not null references chain(id),"
    " name text not null unique,"
    " i_min integer not null, i_max integer not null,"
    " j_max integer not null);"
    "create index plv_file_chain on plv_file(chain, i_min);"

    "create table fetch("
    " id integer primary key autoincrement,"
    " state integer not null,"
    " i_min integer not null, i_max integer not null,"
    " j_max integer not null,"
    " fresh integer not null,"		/* chains wanted; 0: a continuation */
    " chain integer,"			/* that is continued */
    " request1 blob not null, request2 blob not null,"
    " confirmed integer not null);"	/* bit per LA */

    "create table unit("
    " device integer not null, i integer not null,"
    " state integer not null,"
    " n integer not null,"		/* certificates */
    " class integer not null,"
    " chain integer not null,"
    " since integer not null,"		/* Time32: waits since; waits until */
    " batch integer,"
    " refusals integer not null default 0,"
    " offset integer, size integer,"	/* of the piece in the answer file */
    " primary key(device, i)) without rowid;"
    "create index unit_pooled on unit(class, i, n, since)"
    " where state = " SQL_NUMBER(UNIT_POOLED) ";"
    "create index unit_refused on unit(since)"
    " where state = " SQL_NUMBER(UNIT_REFUSED) ";"

    "create table pool("
    " class integer not null, i integer not null, n integer not null,"
    " devices integer not null,"
    " oldest integer not null, newest integer not null,"
    " primary key(class, i, n)) without rowid;"

    "create table batch("
    " id integer primary key autoincrement,"
    " state integer not null,"
    " batch_id blob not null unique,"
    " requests integer not null);"

    "create table counter("
    " id integer primary key,"
    " value integer not null);";

/*
 * Indexes by which a step looks at nobody but those it is for, however many
 * devices there are; PLV files and orders of many chains; a place in the
 * drawing of lots for each unit that waits (pool.h).
 */
static const char step_2[] =
    "alter table device add column"
    " chain_end integer not null default 0;"	/* i_end of its chain */
    "update device set chain_end = coalesce("
    " (select i_end from chain where id = device.chain), 0);"
    "drop index device_next;"
    "drop index device_chainless;"
    "create index device_chainless on device(next_i, end_i, chain)"
    " where chain is null and next_i < end_i;"
    "create index device_ready on device(next_i)"
    " where chain is not null and next_i < end_i and next_i < chain_end;"
    "create index device_dry on device(next_i)"
    " where chain is not null and next_i < end_i and next_i >= chain_end;"

    "alter table chain add column"
    " i_begin integer not null default 0;"	/* first of its periods */
    "update chain set i_begin = coalesce("
    " (select min(i_min) from plv_file where chain = chain.id), 0);"
    "drop index chain_free;"
    "create index chain_free on chain(i_end, i_begin)"
    " where state = " SQL_NUMBER(CHAIN_FREE) ";"

    "create table plv_range("
    " id integer primary key,"
    " chain integer not null references chain(id),"
    " name text not null,"
    " place integer not null,"		/* which chain of the file */
    " i_min integer not null, i_max integer not null,"
    " j_max integer not null);"
    "insert into plv_range select id, chain, name, 0, i_min, i_max, j_max"
    " from plv_file;"
    "drop table plv_file;"
    "alter table plv_range rename to plv_file;"
    "create index plv_file_chain on plv_file(chain, i_min);"
    "create index plv_file_name on plv_file(name);"

    "create table fetch_chain("		/* those that an order continues */
    " fetch integer not null, place integer not null,"
    " chain integer not null,"
    " primary key(fetch, place)) without rowid;"
    "insert into fetch_chain select id, 0, chain from fetch"
    " where fresh = 0 and state = " SQL_NUMBER(FETCH_ASKED) ";"
    "alter table fetch drop column chain;"

    "alter table unit add column draw integer not null default 0;"
    "update unit set draw = random() & 0x3fffffffffffffff"
    " where state = " SQL_NUMBER(UNIT_POOLED) ";"
    "create index unit_draw on unit(class, i, n, draw)"
    " where state = " SQL_NUMBER(UNIT_POOLED) ";"
    "alter table pool add column"
    " drawn integer not null default 0;";	/* lots up to here are gone */

/*
 * Several PCAs: who is supplied by which, for which one values are encrypted,
 * where a batch goes.  All there was belonged to the one of the latest class.
 */
#define LATEST_PCA \
    " coalesce((select p.id from class c join pca p on p.name = c.pca" \
    " order by c.id desc limit 1), 0)"

static const char step_3[] =
    "create table pca("
    " id integer primary key,"
    " name text not null unique);"
    "insert into pca(name) select pca from class group by pca"
    " order by min(id);"
    "alter table device add column pca integer not null default 0;"
    "update device set pca = " LATEST_PCA ";"
    "create index device_pca on device(pca);"
    "drop index device_chainless;"
    "create index device_chainless on device(pca, next_i, end_i, chain)"
    " where chain is null and next_i < end_i;"
    "drop index device_ready;"
    "create index device_ready on device(pca, next_i)"
    " where chain is not null and next_i < end_i and next_i < chain_end;"
    "drop index device_dry;"
    "create index device_dry on device(pca, next_i)"
    " where chain is not null and next_i < end_i and next_i >= chain_end;"

    "alter table chain add column pca integer not null default 0;"
    "update chain set pca = " LATEST_PCA ";"
    "drop index chain_free;"
    "create index chain_free on chain(pca, i_end, i_begin)"
    " where state = " SQL_NUMBER(CHAIN_FREE) ";"
    "alter table fetch add column pca integer not null default 0;"
    "update fetch set pca = " LATEST_PCA ";"
    "alter table batch add column pca integer not null default 0;"
    "update batch set pca = " LATEST_PCA ";";

/*
 * Identification and application certificates (auth.h).  Numbers of their
 * holders are above those of devices.
 */
static const char step_auth[] =
    "create table auth_device("
    " number integer primary key,"	/* random; the log's name for it */
    " enrollment_hash blob not null unique,"
    " enrollment_id blob not null,"	/* HashedId8: the RIF */
    " enrollment blob not null,"
    " start integer not null,"		/* of its validity */
    " created integer not null,"
    " contact integer not null,"
    " error text, error_at integer);"
    "create index auth_device_rif on auth_device(enrollment_id);"

    "create table auth_request("
    " id integer primary key,"
    " device integer not null references auth_device(number),"
    " kind integer not null,"		/* AUTH_... */
    " request blob not null unique,"	/* SHA-256 of the POST */
    " request_id blob not null unique,"	/* its last 8 octets */
    " psid_ssp blob not null,"		/* COER SequenceOfPsidSsp */
    " region blob not null,"		/* COER GeographicRegion */
    " sign_key blob, sign_expansion blob," /* identification */
    " enc_key blob, enc_expansion blob,"
    " ack blob not null,"
    " next_i integer not null,"		/* first iterator not planned */
    " end_i integer not null,"		/* first never to be planned */
    " due integer);"			/* Time32 of next_i; null: none */
    "create index auth_request_device on auth_request(device);"
    "create unique index auth_request_once on auth_request(device)"
    " where kind = " SQL_NUMBER(AUTH_IDENTIFICATION) ";"
    "create index auth_request_due on auth_request(due)"
    " where due is not null;"

    "create table auth_certificate("
    " id integer primary key,"
    " request integer not null references auth_request(id),"
    " i integer not null,"		/* application: 0 */
    " state integer not null,"
    " pca integer not null,"
    " start integer not null, end integer not null,"
    " asked blob,"			/* ScopedRaPcaCertificateRequest */
    " since integer not null,"		/* Time32: not to be sent before */
    " refusals integer not null default 0,"
    " batch integer,"
    " digest blob,"			/* HashedId10 */
    " answer blob,"			/* SignedEncryptedCertificateResponse */
    " unique(request, i));"
    "create index auth_certificate_waiting on auth_certificate(pca, since)"
    " where state = " SQL_NUMBER(AUTH_WAITING) ";"
    "create index auth_certificate_sent on auth_certificate(batch)"
    " where state = " SQL_NUMBER(AUTH_SENT) ";"

    "create table auth_batch("
    " id integer primary key autoincrement,"
    " state integer not null,"
    " pca integer not null,"
    " batch_id blob not null unique,"
    " message blob not null);";		/* signed octets */

/* Devices that were not here for so long that nothing is made for them; nobody
 * looks at them when there is something to do. */
static const char step_idle[] =
    "alter table device add column idle integer not null default 0;"
    "create index device_idle on device(contact) where idle = 1;"
    "drop index device_chainless;"
    "create index device_chainless on device(pca, next_i, end_i, chain)"
    " where chain is null and next_i < end_i and idle = 0;"
    "drop index device_ready;"
    "create index device_ready on device(pca, next_i)"
    " where chain is not null and next_i < end_i and next_i < chain_end"
    " and idle = 0;"
    "drop index device_dry;"
    "create index device_dry on device(pca, next_i)"
    " where chain is not null and next_i < end_i and next_i >= chain_end"
    " and idle = 0;";

static const char step_successor[] =
    "create table successor("
    " enrollment_hash blob primary key,"	/* of the certificate */
    " enrollment_id blob not null,"	/* its HashedId8 */
    " request blob not null,"		/* SHA-256 of that for the ECA */
    " next_id blob not null,"		/* HashedId8 of what follows */
    " since integer not null) without rowid;"
    "create index successor_id on successor(enrollment_id);"
    "create index successor_next on successor(next_id);";

/*
 * Whom the MA has blacklisted stays so; and the most certificates that any unit
 * of a period was planned with, which the MA is told.
 */
static const char step_ma[] =
    "alter table blocked add column revoked integer not null default 0;"
    "create table most("
    " i integer primary key,"
    " n integer not null);"
    "insert into most(i, n) select i, max(n) from unit group by i;";

/* Supplies that are due while their holder is blocked or gone: nobody looks at
 * them until that has changed. */
static const char step_asleep[] =
    "alter table auth_request add column"
    " asleep integer not null default 0;"
    "drop index auth_request_due;"
    "create index auth_request_due on auth_request(due)"
    " where due is not null and asleep = 0;";
/* clang-format on */

static const char *const steps[] = {step_1, step_2, step_3, step_auth,
    step_idle, step_successor, step_ma, step_asleep};

static const char *const statements[] = {
#define STATEMENT(name, sql) sql,
#include "role/ra/sql.def"
#undef STATEMENT
};

const struct db_schema ra_schema = {
    .steps = steps,
    .steps_n = sizeof(steps) / sizeof(steps[0]),
    .statements = statements,
    .statements_n = sizeof(statements) / sizeof(statements[0]),
};
