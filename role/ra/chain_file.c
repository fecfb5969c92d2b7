/* chain_file.c - GET /download/local-certificate-chain: the LCCF. */
#include "http/range.h"
#include "role/ra/ee.h"
#include "role/ra/handlers.h"

void
ra_chain_file(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	const struct ee ee = {.step = EE_STEP_CHAIN_FILE};
	struct ra *ra = ctx;
	struct fault_info fi;
	struct bytes contents;
	const char *name;

	if (published_get(&ra->lccf, &name, &contents, request->arena, &fi) ==
	    FAULT_OK)
		http_reply_download(request, response, name, contents);
	else
		ee_refuse(ra, &ee, request, response, &fi);
}
