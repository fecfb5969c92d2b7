/* health.h - what running components say of themselves to the operator. */
#ifndef SCMS_HEALTH_H
#define SCMS_HEALTH_H

#include <jansson.h>

#include "http/client.h"
#include "tool/scms/part.h"
#include "tool/scms/site.h"

/* A client for the components of this environment. */
enum fault must_check health_client(
    struct http_client **, const struct site *, struct fault_info *);
/* The /healthz of a component, figures included; NULL: it says nothing. */
json_t *
health_ask(struct http_client *, const struct site *, const struct part *);

#endif /* SCMS_HEALTH_H */
