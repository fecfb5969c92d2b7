/*
 * service.h - the frame of a daemon.  A role fills struct service_def and its
 * main() is
 *
 *	int main(int argc, char **argv)
 *	{
 *		return service_main(argc, argv, &ra_service);
 *	}
 *
 * Usage of every daemon:
 *	scms-ra DIR/ra			run in the foreground until SIGTERM
 *	scms-ra -n DIR/ra		check configuration and files, exit
 *	scms-ra DIR/ra COMMAND ...	a sub-command of the role
 *	scms-ra --settings		the keys of component.conf
 *	scms-ra --crash-points		names for MONARCH_CRASH_AT
 *	scms-ra --help | --version
 *
 * Order of a start: secret_process, component.conf, environment, clock, TLS
 * client, lock on run/pid, log, audit log, def->open, what was revoked before
 * (watch.h), listen, threads, then run/ready as soon as def->ready says so.
 * Order of a stop (SIGTERM, SIGINT): run/ready is removed, def->stop, running
 * requests are answered (stop_seconds), threads end, def->close, run/pid is
 * emptied, status 0.  run/pid stays locked as long as the process lives, so a
 * SIGKILL leaves nothing to clean up.
 */
#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "audit/audit.h"
#include "base/fault.h"
#include "base/file.h"
#include "http/client.h"
#include "http/server.h"
#include "service/conf.h"
#include "service/environment.h"

struct service_conf {
#define CONF_DEF "service/component.def"
#include "service/conf_members.h"
};

/* What a role sees of the frame.  Lives as long as the process. */
struct service {
	const struct service_def *def;
	const char *dir; /* the component's folder */
	struct service_conf conf;
	const void *role_conf; /* def->conf_size octets */
	struct environment environment;
	struct http_client *client;	 /* own certificate, hosts map;
					    TLS 1.3; in commands too */
	struct audit *audit;		 /* in commands too; NULL with -n */
	const struct http_route *routes; /* from def; open may set */
	size_t routes_n;		 /* others */
	void *state;			 /* what def->open made */
};

/* A thread of the role; count threads run the function until service_stopping.
 * One that returns earlier ends the daemon with an error. */
struct service_thread {
	const char *name; /* at most 15 characters */
	unsigned count;
	void (*run)(void *state, struct service *);
};

/* scms-ra DIR/ra NAME [ARGUMENT ...]; argv[0] is the name.  The daemon may be
 * running at the same time; def->open is not called.  Returns exit status. */
struct service_command {
	const char *name;
	const char *usage; /* what follows the name */
	const char *help;
	int (*run)(struct service *, int argc, char **argv);
};

struct service_health;
struct component; /* keys/component.h */

struct service_def {
	const char *program;	     /* "scms-ra" */
	const char *role;	     /* must equal the key role */
	const char *summary;	     /* one line for --help */
	const struct conf_key *keys; /* of the role, besides component.def */
	size_t keys_n, conf_size;
	enum http_tls tls;
	enum http_threading threading;
	size_t memory, arena;		 /* as http_server_config; 0: default */
	const struct http_route *routes; /* ctx is the state */
	size_t routes_n;
	const struct service_thread *threads;
	size_t threads_n;
	const struct service_command *commands;
	size_t commands_n;
	const char *const *crash_points; /* NULL at the end; or NULL */
	/* With -n, after the frame's own checks; the daemon may be running, so
	 * this reads keys and files but opens no store.  NULL: nothing. */
	enum fault (*check)(struct service *, struct fault_info *);
	/* Loads keys, opens stores, recovers. */
	enum fault (*open)(void **state, struct service *, struct fault_info *);
	/* Whose chain and trust the frame watches (watch.h); NULL: nobody's. */
	struct component *(*self)(void *state);
	/* Something was revoked, added or removed since; NULL: all the same.
	 * Called by the thread that watches. */
	void (*trust_changed)(void *state);
	bool meets_pseudonyms; /* linkage seeds of CRLs are expanded, too */
	bool (*ready)(void *state); /* NULL: once listening */
	/* Adds figures to /healthz; called by a server thread. */
	void (*health)(void *state, struct service_health *);
	void (*stop)(void *state); /* wake sleeping threads */
	void (*close)(void *state);
};

int service_main(int argc, char **argv, const struct service_def *);

/* True after SIGTERM. */
bool service_stopping(const struct service *);
/* Sleeps; returns early, and true, when the daemon is to stop. */
bool service_sleep(struct service *, unsigned milliseconds);
/* Asks for an orderly stop with exit status 1, for errors a restart must
 * cure; logs the text. */
void service_fail(struct service *, const char *fmt, ...) printf_like(2, 3);
/* DIR/ra/<name>, or name itself if it begins with '/'; aborts if too long. */
void
service_path(const struct service *, char out[PATH_SIZE], const char *name);

/*
 * GET /healthz tells anybody {"component","role","status","ready"} (status is
 * serving or starting), and whoever sends the key of this run in HEALTH_HEADER
 * also "detail" and "counters".  The key is in HEALTH_KEY_FILE (0600): figures
 * are for the operator on this host.
 */
#define HEALTH_HEADER	"Monarch-Health"
#define HEALTH_KEY_FILE "run/health.key"

void health_count(struct service_health *, const char *name, int64_t);
void health_text(struct service_health *, const char *name, const char *);
/* Status becomes "degraded", with the reason. */
void health_degraded(struct service_health *, const char *fmt, ...)
    printf_like(2, 3);

/* Is a daemon running on this component folder?  pid and ready (both may be
 * NULL) are set if so. */
bool service_running(const char *dir, pid_t *pid, bool *ready);

/*
 * The clock file: an offset in seconds, as text.  service_clock_read sets the
 * process's time offset from it once ("-" or no file: 0); the frame re-reads
 * it every 100 ms.  For tools and scms-obe as well.
 */
enum fault must_check service_clock_read(const char *path, struct fault_info *);

#endif /* SERVICE_SERVICE_H */
