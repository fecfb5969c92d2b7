/* conf_keys.h - turns the list CONF_DEF into elements of an array of struct
 * conf_key for CONF_STRUCT; see conf.h.  Meant to be included several times. */

/* clang-format off */
#define REQUIRED		{ NULL, NULL, NULL }
#define SAME(text)		{ text, text, text }
#define EACH(test, qa, prod)	{ test, qa, prod }
#define CONF_TEXT(name, fallback, help)					\
	{ #name, CONF_TYPE_TEXT, offsetof(CONF_STRUCT, name), fallback, 0, 0, \
	    help },
#define CONF_UINT(name, fallback, low, high, help)			\
	{ #name, CONF_TYPE_UINT, offsetof(CONF_STRUCT, name), fallback,	\
	    low, high, help },
#define CONF_FLAG(name, fallback, help)					\
	{ #name, CONF_TYPE_FLAG, offsetof(CONF_STRUCT, name), fallback, 0, 0, \
	    help },
#define CONF_OCTETS(name, count, fallback, help)			\
	{ #name, CONF_TYPE_OCTETS, offsetof(CONF_STRUCT, name), fallback, \
	    count, count, help },
#define CONF_LIST(name, fallback, help)					\
	{ #name, CONF_TYPE_LIST, offsetof(CONF_STRUCT, name), fallback, 0, 0, \
	    help },
#define CONF_UINTS(name, fallback, low, high, help)			\
	{ #name, CONF_TYPE_UINTS, offsetof(CONF_STRUCT, name), fallback, \
	    low, high, help },
#define CONF_DURATION(name, fallback, help)				\
	{ #name, CONF_TYPE_DURATION, offsetof(CONF_STRUCT, name), fallback, \
	    0, 0, help },
#include CONF_DEF
#undef REQUIRED
#undef SAME
#undef EACH
#undef CONF_TEXT
#undef CONF_UINT
#undef CONF_FLAG
#undef CONF_OCTETS
#undef CONF_LIST
#undef CONF_UINTS
#undef CONF_DURATION
#undef CONF_STRUCT
#undef CONF_DEF
/* clang-format on */
