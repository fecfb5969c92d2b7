/*
 * conf.h - readers and writers of "key = value" files, driven by one list.
 *
 * A list file (.def) names each setting once:
 *
 *	CONF_TEXT(la1, REQUIRED, "host name of LA1")
 *	CONF_UINT(batch, SAME("4096"), 1, 10000, "requests per message")
 *
 * conf_members.h makes the members of a struct of it, conf_keys.h the table
 * that reads and writes it:
 *
 *	struct ra_conf {
 *	#define CONF_DEF "role/ra/ra_conf.def"
 *	#include "service/conf_members.h"
 *	};
 *	static const struct conf_key ra_keys[] = {
 *	#define CONF_DEF "role/ra/ra_conf.def"
 *	#define CONF_STRUCT struct ra_conf
 *	#include "service/conf_keys.h"
 *	};
 *
 * kind			member			value in the file
 * CONF_TEXT		const char *		the rest of the line
 * CONF_UINT		uint32_t		decimal or 0x; min <= v <= max
 * CONF_FLAG		bool			true or false
 * CONF_OCTETS		uint8_t [n]		2n hex digits
 * CONF_LIST		struct conf_list	texts between commas
 * CONF_UINTS		struct conf_uints	numbers between commas
 * CONF_DURATION	struct conf_duration	"169 hours"
 *
 * Fallback: REQUIRED, SAME("value"), or EACH("test", "qa", "prod").
 * Lines: "key = value"; '#' at the beginning of a line makes a comment; empty
 * lines are fine.  Unknown, repeated and missing keys and bad values are
 * refused with file and line.
 */
#ifndef SERVICE_CONF_H
#define SERVICE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"

enum conf_type {
	CONF_TYPE_TEXT,
	CONF_TYPE_UINT,
	CONF_TYPE_FLAG,
	CONF_TYPE_OCTETS,
	CONF_TYPE_LIST,
	CONF_TYPE_UINTS,
	CONF_TYPE_DURATION
};

struct conf_list {
	const char *const *v;
	size_t n;
};
struct conf_uints {
	const uint32_t *v;
	size_t n;
};

/* Numbered as the alternatives of IEEE 1609.2 Duration. */
enum conf_unit {
	CONF_MICROSECONDS,
	CONF_MILLISECONDS,
	CONF_SECONDS,
	CONF_MINUTES,
	CONF_HOURS,
	CONF_SIXTY_HOURS,
	CONF_YEARS
};
struct conf_duration {
	enum conf_unit unit;
	uint16_t n;
};

/* Whole seconds; a year is 31,556,952 s as in IEEE 1609.2. */
uint64_t conf_duration_seconds(struct conf_duration);

#define CONF_KINDS 3 /* test, qa, prod */

struct conf_key {
	const char *name;
	enum conf_type type;
	size_t offset;			  /* of the member */
	const char *fallback[CONF_KINDS]; /* NULL: required */
	uint32_t min, max;		  /* of numbers; OCTETS: min octets */
	const char *help; /* a sentence, for file and man page */
};

/* A list of settings and the struct that it fills. */
struct conf_table {
	const struct conf_key *keys;
	size_t n;
	void *out;
};

/* Reads a file that holds the settings of all tables; strings go into the
 * arena; kind selects the fallbacks.  FAULT_CONFIG, FAULT_NOT_FOUND. */
enum fault must_check conf_read(const struct conf_table *, size_t n,
    struct arena *, const char *path, unsigned kind, struct fault_info *);
/* The same from memory; path is only named in errors. */
enum fault must_check conf_parse(const struct conf_table *, size_t n,
    struct arena *, struct bytes text, const char *path, unsigned kind,
    struct fault_info *);
/* Fills out with the fallbacks of a kind; required members stay zero. */
enum fault must_check conf_defaults(const struct conf_table *, struct arena *,
    unsigned kind, struct fault_info *);
/* Sets one key by its text, as a line of the file does. */
enum fault must_check conf_set(const struct conf_table *, struct arena *,
    const char *key, const char *value, struct fault_info *);
/* The file as text, each key below its help as a comment. */
enum fault must_check conf_text(const struct conf_table *, struct bytes *out,
    struct arena *, const char *title, struct fault_info *);
/* Prints the list of settings for a man page or --settings: name, default,
 * limits, help. */
void conf_print_help(const struct conf_table *);

/* Does the list hold this text? */
bool conf_list_has(struct conf_list, const char *);

#endif /* SERVICE_CONF_H */
