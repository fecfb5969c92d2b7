/* store.c - see store.h. */
#include "role/ma/store.h"

static const char *const statements[] = {
#define STATEMENT(name, sql) sql,
#include "role/ma/revoke_sql.def"
#include "role/ma/sql.def"
#undef STATEMENT
};

/*
 * sender: a certificate that somebody was reported under, or reported under.
 * Pseudonym certificates have lv, i and issuer; those that name their holder
 * have its RIF.
 * wrong: as a reporter it counts nothing.
 *
 * report: one that holds.  digest tells the signed report, body is that
 * report, words what its evidence shows; made and taken are Time32, began and
 * ended are the milliseconds of its first and last message about the suspect,
 * lat and long where those were. incident: the case that it belongs to; null:
 * nobody has looked at it.
 *
 * incident: a case (that word is SQL's).  state: enum ma_case_state.  proved:
 * so many reporters are known to be different devices, those in panel; tried:
 * panels that were not.  rif, suspect: whom it is about where no report says
 * so.  handed: revoke.h knows.
 */
static const char reports[] =
    "create table sender("
    " number integer primary key,"
    " id blob not null unique,"
    " lv blob,"
    " i integer,"
    " issuer blob,"
    " rif blob,"
    " wrong integer not null default 0);"
    "create table incident("
    " number integer primary key,"
    " opened integer not null,"
    " state integer not null default 0,"
    " proved integer not null default 0,"
    " tried integer not null default 0,"
    " rif blob,"
    " suspect integer references sender,"
    " into_case integer,"
    " decided integer,"
    " who text,"
    " reason text,"
    " handed integer not null default 0);"
    "create table report("
    " number integer primary key,"
    " digest blob not null unique,"
    " body blob not null,"
    " taken integer not null,"
    " made integer not null,"
    " kind integer not null,"
    " counts integer not null,"
    " words text not null,"
    " suspect integer not null references sender,"
    " reporter integer not null references sender,"
    " began integer not null,"
    " ended integer not null,"
    " lat0 integer not null,"
    " long0 integer not null,"
    " lat1 integer not null,"
    " long1 integer not null,"
    " incident integer references incident,"
    " compared integer not null default 0);"
    "create index report_incident on report(incident);"
    "create index report_suspect on report(suspect);"
    "create index report_reporter on report(reporter);"
    "create index report_began on report(began);"
    "create table panel("
    " incident integer not null references incident,"
    " sender integer not null references sender,"
    " primary key(incident, sender));"
    "create table refusal("
    " reason text primary key,"
    " n integer not null)";

/*
 * question: what is asked of one peer; key says what for; hash is that of what
 * auditors sign, pdu the ScmsPDU without their signatures until the answer was
 * used.  asked: what counts towards a day's measure.
 * linked: answers to ma_ask_linked by the hash of the set (-1: the LAs do not
 * agree); plv and la_matches are what is known on the way there.
 * revocation: id is that of MonarchRevocation; tried and pause say when it is
 * looked at again, tries how often it was in vain.  chain, digest: what is to
 * go onto a CRL; i1 and i2 are the periods of the two seeds.
 */
/* clang-format off */
static const char revocations[] =
    "create table question("
    " number integer primary key,"
    " key text not null unique,"
    " kind integer not null,"
    " peer text not null,"
    " why text not null,"
    " hash blob not null,"
    " pdu blob,"
    " entries integer not null,"
    " made integer not null,"
    " answered integer,"
    " outcome text);"
    "create index question_waiting on question(number)"
    " where pdu is not null;"
    "create table countersignature("
    " hash blob not null,"
    " auditor text not null,"
    " octets blob not null,"
    " primary key(hash, auditor)) without rowid;"
    "create table asked("
    " number integer primary key,"
    " peer text not null,"
    " weight integer not null,"
    " time integer not null);"
    "create index asked_time on asked(peer, time);"
    "create table linked("
    " key blob primary key,"
    " matches integer not null) without rowid;"
    "create table plv("
    " number integer primary key,"
    " key blob not null,"
    " pca text not null,"
    " la text not null,"
    " octets blob not null);"
    "create index plv_key on plv(key, la);"
    "create table la_matches("
    " key blob not null,"
    " la text not null,"
    " matches integer not null,"
    " primary key(key, la)) without rowid;"
    "create table revocation("
    " number integer primary key,"
    " case_id integer not null,"
    " kind integer not null,"
    " lv blob,"
    " i integer,"
    " issuer blob,"
    " rif blob,"
    " reason text not null,"
    " id blob not null unique,"
    " state integer not null,"
    " decided integer not null,"
    " done integer,"
    " text text,"
    " tried integer not null default 0,"
    " pause integer not null default 0,"
    " tries integer not null default 0,"
    " hpcr blob,"
    " j_max integer,"
    " period integer);"
    "create index revocation_case on revocation(case_id);"
    "create index revocation_open on revocation(tried) where state < 6;"
    "create table chain("
    " number integer primary key,"
    " revocation integer not null references revocation,"
    " lci1 blob not null,"
    " lci2 blob not null,"
    " i_max integer not null,"
    " id1 blob, id2 blob, ls1 blob, ls2 blob, i1 integer, i2 integer);"
    "create index chain_revocation on chain(revocation);"
    "create table digest("
    " revocation integer not null references revocation,"
    " id blob not null,"
    " expiry integer not null,"
    " primary key(revocation, id)) without rowid;";
/* clang-format on */

/*
 * incident.gone: so many of its reports were deleted.  The indexes are what
 * detection asks for once a second: they hold what it has not done yet.
 */
/* clang-format off */
static const char forgetting[] =
    "alter table incident add column gone integer not null default 0;"
    "update report set compared = 1 where incident in"
    " (select number from incident where state in (2, 4))"
    " or suspect in (select number from sender where lv is null);"
    "create index incident_over on incident(number) where state in (2, 4);"
    "create index report_to_compare on report(number)"
    " where compared = 0 and lat0 <= 900000000;"
    "create index incident_open on incident(tried, number) where state = 0;"
    "create index incident_to_hand on incident(number)"
    " where state = 1 and handed = 0;"
    "create index question_over on question(coalesce(answered, made))"
    " where pdu is null;";
/* clang-format on */

/* asked.purpose: enum inquiry_purpose; what is older counts for a revocation,
 * until a day is over. */
static const char purposes[] =
    "alter table asked add column purpose integer not null default 0;"
    "drop index asked_time;"
    "create index asked_purpose on asked(peer, purpose, time)";

static const char *const steps[] = {reports, revocations, forgetting, purposes};

const struct db_schema ma_schema = {
    steps, sizeof(steps) / sizeof(steps[0]), statements, MA_STATEMENTS};
