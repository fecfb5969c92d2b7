/* hosts.c - the environment's hosts map. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "http/client_int.h"

#define HOSTS_MAX ((size_t)1 << 20)
#define BLANKS	  " \t\r"

static bool
is_address(const char *s)
{
	uint8_t b[16];

	return inet_pton(AF_INET, s, b) == 1 || inet_pton(AF_INET6, s, b) == 1;
}

static void
add(struct curl_slist **list, const char *name, const char *address)
{
	bool v6 = strchr(address, ':') != NULL;
	struct curl_slist *grown;
	char entry[512];

	snprintf(entry, sizeof(entry), "%s::%s%s%s:", name, v6 ? "[" : "",
	    address, v6 ? "]" : "");
	if ((grown = curl_slist_append(*list, entry)) == NULL)
		log_fatal("out of memory");
	*list = grown;
}

/* "address name ..."; false: not of that form. */
static bool
parse_line(struct curl_slist **list, char *line)
{
	char *save = NULL, *address, *name;

	line[strcspn(line, "#")] = '\0';
	if ((address = strtok_r(line, BLANKS, &save)) == NULL)
		return true;
	if (!is_address(address))
		return false;
	if ((name = strtok_r(NULL, BLANKS, &save)) == NULL)
		return false;
	for (; name != NULL; name = strtok_r(NULL, BLANKS, &save)) {
		if (strlen(name) > 253)
			return false;
		add(list, name, address);
	}
	return true;
}

enum fault
hosts_read(struct curl_slist **out, const char *path, struct fault_info *fi)
{
	struct arena arena = arena_new(2 * HOSTS_MAX);
	char *text, *line, *save = NULL;
	enum fault f;
	struct bytes b;
	unsigned n = 0;

	*out = NULL;
	if ((f = file_read(&b, &arena, path, HOSTS_MAX, fi)) != FAULT_OK)
		goto out;
	text = arena_printf(&arena, "%.*s", (int)b.n, (const char *)b.p);
	for (line = text; line != NULL; line = save) {
		n++;
		if ((save = strchr(line, '\n')) != NULL)
			*save++ = '\0';
		if (!parse_line(out, line)) {
			f = fault_set(fi, FAULT_CONFIG,
			    "%s:%u: not an address and names", path, n);
			break;
		}
	}
	if (f != FAULT_OK) {
		curl_slist_free_all(*out);
		*out = NULL;
	}
out:
	arena_free(&arena);
	return f;
}
