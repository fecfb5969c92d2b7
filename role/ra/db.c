/* db.c - see db.h. */
#include "role/ra/db.h"

void
db_pool_init(struct db_pool *pool, const char *path)
{
	pthread_mutex_init(&pool->lock, NULL);
	pool->path = path;
	pool->n = 0;
}

enum fault
db_pool_take(struct db_pool *pool, struct db **db, struct fault_info *fi)
{
	*db = NULL;
	pthread_mutex_lock(&pool->lock);
	if (pool->n > 0)
		*db = pool->idle[--pool->n];
	pthread_mutex_unlock(&pool->lock);
	if (*db != NULL)
		return FAULT_OK;
	return db_open(db, pool->path, &ra_schema, fi);
}

void
db_pool_give(struct db_pool *pool, struct db *db)
{
	if (db == NULL)
		return;
	db_rollback(db);
	pthread_mutex_lock(&pool->lock);
	if (pool->n < sizeof(pool->idle) / sizeof(pool->idle[0])) {
		pool->idle[pool->n++] = db;
		db = NULL;
	}
	pthread_mutex_unlock(&pool->lock);
	db_close(db);
}

void
db_pool_close(struct db_pool *pool)
{
	while (pool->n > 0)
		db_close(pool->idle[--pool->n]);
	pthread_mutex_destroy(&pool->lock);
}

enum fault
db_count(
    struct db *db, enum counter counter, int64_t add, struct fault_info *fi)
{
	return DB_RUN(db, DO_COUNT, fi, DB_INT(counter), DB_INT(add));
}
