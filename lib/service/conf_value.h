/* conf_value.h - one setting from text and to text; used by conf.c alone. */
#ifndef SERVICE_CONF_VALUE_H
#define SERVICE_CONF_VALUE_H

#include "service/conf.h"

/* Sets the member at out; the text of fi begins with the key. */
enum fault must_check conf_value_parse(void *out, const struct conf_key *,
    const char *text, struct arena *, struct fault_info *);
/* The text that conf_value_parse would read; NULL: the arena is full. */
const char *
conf_value_text(const void *value, const struct conf_key *, struct arena *);

#endif /* SERVICE_CONF_VALUE_H */
