/*
 * worker.c - the server's threads.
 *
 * HTTP_THREAD_POOL: each worker has an epoll and many connections; whoever
 * accepts one gives it to the worker that has fewest.  What is ready at one
 * moment is looked at first, and then answered together.
 *
 * HTTP_THREAD_PER_CONNECTION: one worker accepts, and a thread for each
 * connection waits with poll.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "http/server_int.h"

#define EVENTS	   HTTP_GATHER_MAX
#define TICK_MS	   1000 /* how often deadlines are looked at */
#define ACCEPTS	   16	/* at once */
#define NO_ROOM_MS 50	/* how often, whether there is room again */

struct worker {
	struct http_server *server;
	pthread_t thread;
	int epoll, wake;
	bool listening;
	uint64_t swept; /* ms */
	_Atomic unsigned connections_n;
	struct connection *connections; /* server->lock */
	/* Of this round: */
	struct connection *ready[EVENTS], *dead[EVENTS];
	size_t ready_n, dead_n;
	/* To be looked at in the next, whatever epoll says. */
	struct connection *again[EVENTS];
	size_t again_n;
};

/* ---- lists ---- */

static void
join(struct worker *w, struct connection *k)
{
	struct http_server *s = w->server;

	pthread_mutex_lock(&s->lock);
	k->next = w->connections;
	k->link = &w->connections;
	if (k->next != NULL)
		k->next->link = &k->next;
	w->connections = k;
	pthread_mutex_unlock(&s->lock);
}

static void
leave(struct connection *k)
{
	pthread_mutex_lock(&k->server->lock);
	*k->link = k->next;
	if (k->next != NULL)
		k->next->link = k->link;
	pthread_mutex_unlock(&k->server->lock);
}

static bool
is_full(const struct http_server *s)
{
	return atomic_load(&s->connections_n) >= s->config.connections;
}

/* A connection that waits, -1: none.  It is counted. */
static int
accept_one(struct http_server *s, bool *failed)
{
	int fd =
	    accept4(s->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	*failed = fd < 0 && errno != EAGAIN && errno != EINTR &&
		  errno != ECONNABORTED;
	if (fd >= 0)
		atomic_fetch_add(&s->connections_n, 1);
	return fd;
}

/* ---- many connections in a thread ---- */

static void
watch(struct worker *w, int op, int fd, uint32_t events, void *what)
{
	struct epoll_event e = {.events = events, .data.ptr = what};

	if (epoll_ctl(w->epoll, op, fd, &e) != 0 && op != EPOLL_CTL_DEL)
		log_fatal("epoll: %s", strerror(errno));
}

static void
listen_on(struct worker *w, bool on)
{
	struct http_server *s = w->server;

	if (w->listening == on)
		return;
	w->listening = on;
	watch(w, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, s->listen_fd,
	    EPOLLIN | EPOLLEXCLUSIVE, &s->listen_fd);
}

static struct worker *
least_busy(struct http_server *s)
{
	struct worker *least = &s->workers[0];

	for (unsigned k = 1; k < s->workers_n; k++)
		if (atomic_load(&s->workers[k].connections_n) <
		    atomic_load(&least->connections_n))
			least = &s->workers[k];
	return least;
}

/* From here on it belongs to the worker that it is given to. */
static void
give(struct http_server *s, int fd)
{
	struct connection *k = connection_new(s, fd);
	struct worker *to = least_busy(s);

	atomic_fetch_add(&to->connections_n, 1);
	join(to, k);
	watch(to, EPOLL_CTL_ADD, fd, EPOLLIN, k);
}

static void
accept_some(struct worker *w)
{
	struct http_server *s = w->server;
	bool failed = false;
	int fd = 0;

	for (unsigned k = 0; k < ACCEPTS && fd >= 0 && !is_full(s); k++)
		if ((fd = accept_one(s, &failed)) >= 0)
			give(s, fd);
	if (failed || is_full(s))
		listen_on(w, false);
}

/* Its memory may still be spoken of in this round. */
static void
bury(struct worker *w, struct connection *k)
{
	for (size_t i = 0; i < w->again_n; i++)
		if (w->again[i] == k)
			w->again[i] = w->again[--w->again_n];
	leave(k);
	w->dead[w->dead_n++] = k;
}

static void
free_dead(struct worker *w)
{
	for (size_t i = 0; i < w->dead_n; i++) {
		connection_free(w->dead[i]);
		atomic_fetch_sub(&w->connections_n, 1);
		atomic_fetch_sub(&w->server->connections_n, 1);
	}
	w->dead_n = 0;
}

static void
after_step(struct worker *w, struct connection *k, enum step step)
{
	switch (step) {
	case STEP_READ:
	case STEP_WRITE:
		if (k->writable == (step == STEP_WRITE))
			break;
		k->writable = step == STEP_WRITE;
		watch(w, EPOLL_CTL_MOD, k->fd, k->writable ? EPOLLOUT : EPOLLIN,
		    k);
		break;
	case STEP_READY:
		w->ready[w->ready_n++] = k;
		break;
	case STEP_AGAIN:
		w->again[w->again_n++] = k;
		break;
	case STEP_END:
		bury(w, k);
		break;
	}
}

static void
answer_ready(struct worker *w)
{
	struct exchange *ex[EVENTS];
	size_t n = w->ready_n;

	w->ready_n = 0;
	for (size_t i = 0; i < n; i++)
		ex[i] = w->ready[i]->exchange;
	exchange_run(ex, n);
	for (size_t i = 0; i < n; i++)
		after_step(w, w->ready[i], connection_answer(w->ready[i]));
}

/* Ends what has had its time. */
static void
sweep(struct worker *w)
{
	struct connection *late[EVENTS], *k;
	uint64_t now = now_ms();
	size_t n = 0;

	if (now - w->swept < TICK_MS)
		return;
	pthread_mutex_lock(&w->server->lock);
	for (k = w->connections; k != NULL && n < EVENTS; k = k->next)
		if (connection_left(k, now) == 0)
			late[n++] = k;
	pthread_mutex_unlock(&w->server->lock);
	if (n < EVENTS)
		w->swept = now;
	for (size_t i = 0; i < n; i++) {
		bury(w, late[i]);
		SSL_shutdown(late[i]->ssl);
	}
	free_dead(w);
}

static size_t
take_again(struct worker *w, struct connection **out)
{
	size_t n = w->again_n;

	memcpy(out, w->again, n * sizeof(*out));
	w->again_n = 0;
	return n;
}

static bool
is_among(struct connection *const *v, size_t n, const void *k)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] == k)
			return true;
	return false;
}

/* One look at everything that can go on. */
static void
pool_round(struct worker *w)
{
	struct http_server *s = w->server;
	struct epoll_event events[EVENTS];
	struct connection *first[EVENTS];
	size_t first_n = take_again(w, first);
	int n, room = (int)(EVENTS - first_n);
	bool accepts = false;

	n = room > 0 ? epoll_wait(w->epoll, events, room,
			   first_n > 0	  ? 0
			   : w->listening ? TICK_MS
					  : NO_ROOM_MS)
		     : 0;
	for (size_t i = 0; i < first_n; i++)
		after_step(w, first[i], connection_step(first[i]));
	for (int i = 0; i < n; i++) {
		void *what = events[i].data.ptr;

		if (what == &s->listen_fd)
			accepts = true;
		else if (what == w)
			eventfd_read(w->wake, &(eventfd_t){0});
		else if (!is_among(first, first_n, what))
			after_step(w, what, connection_step(what));
	}
	answer_ready(w);
	free_dead(w);
	if (atomic_load(&s->stopping))
		listen_on(w, false);
	else if (accepts)
		accept_some(w);
	else if (!w->listening && !is_full(s))
		listen_on(w, true);
	sweep(w);
}

static void
end_all(struct worker *w)
{
	while (w->connections != NULL) {
		struct connection *k = w->connections;

		leave(k);
		SSL_shutdown(k->ssl);
		connection_free(k);
		atomic_fetch_sub(&w->server->connections_n, 1);
	}
}

static void *
pool_thread(void *arg)
{
	struct worker *w = arg;

	w->swept = now_ms();
	while (!atomic_load(&w->server->ending))
		pool_round(w);
	end_all(w);
	return NULL;
}

/* ---- a thread for each connection ---- */

/* Waits until it can go on; false: its time is over, or the server's. */
static bool
wait_for(struct connection *k, enum step step)
{
	struct pollfd p = {
	    .fd = k->fd, .events = step == STEP_WRITE ? POLLOUT : POLLIN};
	uint64_t left;
	int r = 0;

	while (r == 0 && !atomic_load(&k->server->ending)) {
		if ((left = connection_left(k, now_ms())) == 0)
			return false;
		r = poll(&p, 1, left < TICK_MS ? (int)left : TICK_MS);
		if (r < 0 && errno == EINTR)
			r = 0;
	}
	return r > 0;
}

static void
serve(struct connection *k)
{
	enum step step = STEP_AGAIN;

	while (step != STEP_END) {
		if (step == STEP_READY) {
			exchange_run(&k->exchange, 1);
			step = connection_answer(k);
		} else if (step == STEP_AGAIN || wait_for(k, step)) {
			step = connection_step(k);
		} else {
			SSL_shutdown(k->ssl);
			step = STEP_END;
		}
	}
}

static void *
connection_thread(void *arg)
{
	struct connection *k = arg;
	struct http_server *s = k->server;

	serve(k);
	leave(k);
	connection_free(k);
	pthread_mutex_lock(&s->lock);
	atomic_fetch_sub(&s->connections_n, 1);
	pthread_cond_broadcast(&s->fewer);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

static void
accept_with_thread(struct worker *w)
{
	struct http_server *s = w->server;
	struct connection *k;
	pthread_attr_t attr;
	pthread_t thread;
	bool failed;
	int fd = accept_one(s, &failed), r;

	if (fd < 0) {
		if (failed)
			usleep(NO_ROOM_MS * 1000);
		return;
	}
	k = connection_new(s, fd);
	join(w, k);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	r = pthread_create(&thread, &attr, connection_thread, k);
	pthread_attr_destroy(&attr);
	if (r == 0)
		return;
	log_error("no thread for a connection: %s", strerror(r));
	leave(k);
	connection_free(k);
	atomic_fetch_sub(&s->connections_n, 1);
}

static void *
accepting_thread(void *arg)
{
	struct worker *w = arg;
	struct http_server *s = w->server;
	struct pollfd p[2] = {{.fd = w->wake, .events = POLLIN},
	    {.fd = s->listen_fd, .events = POLLIN}};

	while (!atomic_load(&s->stopping)) {
		bool full = is_full(s);

		if (poll(p, full ? 1 : 2, full ? NO_ROOM_MS : TICK_MS) > 0 &&
		    !full && (p[1].revents & POLLIN))
			accept_with_thread(w);
	}
	return NULL;
}

/* ---- start and end ---- */

static void
worker_start(struct http_server *s, struct worker *w)
{
	bool pool = s->config.threading == HTTP_THREAD_POOL;

	w->server = s;
	w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (w->wake < 0 || w->epoll < 0)
		log_fatal("epoll: %s", strerror(errno));
	watch(w, EPOLL_CTL_ADD, w->wake, EPOLLIN, w);
	if (pool)
		listen_on(w, true);
	if (pthread_create(&w->thread, NULL,
		pool ? pool_thread : accepting_thread, w) != 0)
		log_fatal("cannot make a thread");
}

void
workers_start(struct http_server *s)
{
	s->workers_n =
	    s->config.threading == HTTP_THREAD_POOL ? s->config.threads : 1;
	s->workers = calloc(s->workers_n, sizeof(*s->workers));
	if (s->workers == NULL)
		log_fatal("out of memory");
	for (unsigned k = 0; k < s->workers_n; k++)
		worker_start(s, &s->workers[k]);
}

static void
wake_all(struct http_server *s)
{
	const uint64_t one = 1;

	for (unsigned k = 0; k < s->workers_n; k++)
		if (write(s->workers[k].wake, &one, sizeof(one)) < 0)
			log_error("eventfd: %s", strerror(errno));
}

void
workers_quiesce(struct http_server *s)
{
	atomic_store(&s->stopping, true);
	wake_all(s);
}

/* Connections with threads of their own learn it from their sockets. */
static void
wait_for_threads(struct http_server *s)
{
	struct connection *k;

	pthread_mutex_lock(&s->lock);
	for (k = s->workers[0].connections; k != NULL; k = k->next)
		shutdown(k->fd, SHUT_RDWR);
	while (atomic_load(&s->connections_n) > 0)
		pthread_cond_wait(&s->fewer, &s->lock);
	pthread_mutex_unlock(&s->lock);
}

void
workers_end(struct http_server *s)
{
	atomic_store(&s->ending, true);
	wake_all(s);
	for (unsigned k = 0; k < s->workers_n; k++)
		pthread_join(s->workers[k].thread, NULL);
	if (s->config.threading == HTTP_THREAD_PER_CONNECTION)
		wait_for_threads(s);
	for (unsigned k = 0; k < s->workers_n; k++) {
		close(s->workers[k].epoll);
		close(s->workers[k].wake);
	}
	free(s->workers);
}
