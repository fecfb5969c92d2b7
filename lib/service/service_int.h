/* service_int.h - what the files of the frame share. */
#ifndef SERVICE_SERVICE_INT_H
#define SERVICE_SERVICE_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "service/service.h"
#include "service/watch.h"

struct frame;

struct frame_thread {
	struct frame *frame;
	const struct service_thread *def;
	pthread_t id;
	bool joined;
};

struct frame {
	struct service service; /* first: see frame_of() */
	struct arena arena;	/* settings */
	void *role_conf;
	char dir[PATH_SIZE], log[PATH_SIZE];
	char clock[PATH_SIZE];
	int pid_fd;
	struct http_server *_Atomic server; /* NULL: not listening */
	struct http_route_set sets[2];
	struct frame_thread *threads;
	size_t threads_n;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	_Atomic bool stopping, failed, ready;
	struct watch *watch; /* NULL: there is nothing to watch for */
	pthread_t watcher;
	bool watching;	     /* watcher runs */
	atomic_bool closed;  /* all routes of the role */
	char health_key[33]; /* hex */
};

static inline struct frame *
frame_of(const struct service *s)
{
	return (struct frame *)(uintptr_t)s;
}

/* lock.c: run/pid and run/ready. */
enum fault must_check lock_take(struct frame *, struct fault_info *);
void lock_release(struct frame *);
enum fault must_check lock_set_ready(const struct frame *, struct fault_info *);
void lock_clear_ready(const struct frame *);

/* health.c: GET /healthz; ctx is the frame.  health_open makes a new key. */
http_handler health_answer;
enum fault must_check health_open(struct frame *, struct fault_info *);

#endif /* SERVICE_SERVICE_INT_H */
