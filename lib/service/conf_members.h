/* conf_members.h - turns the list CONF_DEF into struct members; see conf.h.
 * Meant to be included several times. */

/* clang-format off */
#define CONF_TEXT(name, fallback, help)			const char *name;
#define CONF_UINT(name, fallback, min, max, help)	uint32_t name;
#define CONF_FLAG(name, fallback, help)			bool name;
#define CONF_OCTETS(name, count, fallback, help)	uint8_t name[count];
#define CONF_LIST(name, fallback, help)			struct conf_list name;
#define CONF_UINTS(name, fallback, min, max, help)	struct conf_uints name;
#define CONF_DURATION(name, fallback, help)		struct conf_duration name;
#include CONF_DEF
#undef CONF_TEXT
#undef CONF_UINT
#undef CONF_FLAG
#undef CONF_OCTETS
#undef CONF_LIST
#undef CONF_UINTS
#undef CONF_DURATION
#undef CONF_DEF
/* clang-format on */
