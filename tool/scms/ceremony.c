/* ceremony.c - what the steps of the ceremony share; see ceremony.h. */
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "crypto/hash.h"
#include "tool/scms/ceremony.h"

const struct actor_info actor_info[ACTOR_COUNT] = {
#define ACTOR(id, profile, folder, label, file, issuer, encrypts, lifetime) \
	[ACTOR_##id] = {PROFILE_##profile, folder, label, file,             \
	    ACTOR_##issuer, encrypts, offsetof(struct environment, lifetime)},
#include "tool/scms/actor.def"
#undef ACTOR
};

enum part_id
actor_part(enum actor_id id)
{
	enum part_id part = 0;

	while (part < PART_COUNT &&
	       strcmp(parts[part].name, actor_info[id].folder) != 0)
		part++;
	return part;
}

bool
actor_is_later(enum actor_id id)
{
	enum part_id part = actor_part(id);

	return part < PART_COUNT && parts[part].later;
}

void
ceremony_record(struct ceremony *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(c->record, fmt, ap);
	va_end(ap);
	fputc('\n', c->record);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

void
ceremony_record_hash(struct ceremony *c, const char *what, struct bytes b)
{
	char hex[2 * SHA256_SIZE + 1];
	uint8_t hash[SHA256_SIZE];

	sha256(hash, b);
	hex_encode(hex, hash, sizeof(hash));
	ceremony_record(c, "  %-12s %s", what, hex);
}

void
ceremony_path(const struct ceremony *c, char out[PATH_SIZE], const char *name)
{
	path_join(out, c->dir, name);
}

enum fault
ceremony_write(struct ceremony *c, const char *name, struct bytes b,
    mode_t mode, struct fault_info *fi)
{
	char path[PATH_SIZE];

	ceremony_path(c, path, name);
	return file_create(path, b, mode, fi);
}

enum fault
ceremony_name(struct ceremony *c, const char **out, const char *label,
    struct fault_info *fi)
{
	*out = arena_printf(&c->arena, "%s.%s", label, c->env->domain);
	return *out != NULL
		   ? FAULT_OK
		   : fault_set(fi, FAULT_TOO_LARGE, "ceremony: out of memory");
}

void
ceremony_free(struct ceremony *c)
{
	for (size_t i = 0; i < ACTOR_COUNT; i++) {
		key_free(c->actor[i].sign_key);
		key_free(c->actor[i].enc_key);
	}
	trust_free(c->trust);
	arena_free(&c->arena);
	if (c->record != NULL)
		fclose(c->record);
}
