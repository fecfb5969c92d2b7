/*
 * environment.h - the settings of an environment (environment.def), which
 * all its components share: DIR/environment.conf.
 */
#ifndef SERVICE_ENVIRONMENT_H
#define SERVICE_ENVIRONMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "service/conf.h"

enum environment_kind { ENVIRONMENT_TEST, ENVIRONMENT_QA, ENVIRONMENT_PROD };

struct environment {
#define CONF_DEF "service/environment.def"
#include "service/conf_members.h"
	enum environment_kind stage; /* kind, as a number */
};

/* "test", "qa", "prod" in any letter case; false: none of them. */
bool must_check environment_kind_parse(enum environment_kind *, const char *);
const char *environment_kind_name(enum environment_kind);
/* The defaults of a kind; strings are in the arena or static. */
enum fault must_check environment_defaults(struct environment *, struct arena *,
    enum environment_kind, struct fault_info *);
/* Changes one setting by its text; what refers to the others is checked by
 * environment_check. */
enum fault must_check environment_set(struct environment *, struct arena *,
    const char *key, const char *value, struct fault_info *);
/* Settings that contradict each other: FAULT_CONFIG names them. */
enum fault must_check environment_check(
    const struct environment *, struct fault_info *);
/* Reads and checks environment.conf; keys that are not there have the default
 * of the kind. */
enum fault must_check environment_read(struct environment *, struct arena *,
    const char *path, struct fault_info *);
/* Writes environment.conf (0644) with every setting and its explanation. */
enum fault must_check environment_write(
    const struct environment *, const char *path, struct fault_info *);
/* First instant of period i, and the period of an instant (Time32). */
uint32_t environment_period_start(const struct environment *, uint32_t i);
uint32_t environment_period(const struct environment *, uint32_t time);
/* Most requests of one message to the PCA: batch_max_requests, or what 2K - 1
 * devices need whatever the policy says of their certificates per period,
 * because fewer than 2K cannot be divided into sets of K. */
uint32_t environment_message_requests(const struct environment *);
/* ... which is never more than this, and the most certificates per device and
 * period that such a message has room for. */
#define ENVIRONMENT_REQUESTS_MAX 60000u
uint32_t environment_certs_most(const struct environment *);
/* project_end as Time32; UINT32_MAX: none. */
uint32_t environment_end(const struct environment *);
/* Table for manuals (conf_print_help). */
struct conf_table environment_table(struct environment *);

#endif /* SERVICE_ENVIRONMENT_H */
