/* scratch.c - see scratch.h. */
#include <assert.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>

#include "base/log.h"
#include "base/secret.h"
#include "crypto/scratch.h"

#define SIZE  ((size_t)16 << 20)
#define ALIGN 64

struct room {
	uint8_t *base;
	size_t used;
};

static _Thread_local struct room room;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

static void
thread_end(void *base)
{
	munmap(base, SIZE);
}

static void
process_begin(void)
{
	if (pthread_key_create(&key, thread_end) != 0)
		log_fatal("no key for the scratch of threads");
}

static void
begin(void)
{
	void *p;

	pthread_once(&once, process_begin);
	p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED || pthread_setspecific(key, p) != 0)
		log_fatal("out of memory");
	room.base = p;
}

size_t
scratch_mark(void)
{
	return room.used;
}

void *
scratch_take(size_t n)
{
	uint8_t *p;

	if (room.base == NULL)
		begin();
	assert(n <= SIZE - room.used);
	p = room.base + room.used;
	room.used += (n + ALIGN - 1) / ALIGN * ALIGN;
	return p;
}

void
scratch_leave(size_t mark)
{
	assert(mark <= room.used);
	if (room.base != NULL)
		wipe(room.base + mark, room.used - mark);
	room.used = mark;
}
