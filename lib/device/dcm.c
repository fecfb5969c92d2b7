/* dcm.c - bootstrapping by a device configuration manager. */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "base/time32.h"
#include "device/bundle.h"
#include "device/device.h"
#include "device/erase.h"
#include "device/identity.h"
#include "device/monarch.h"
#include "http/client.h"

#define ARENA_LIMIT (64u << 20)
#define ZIP_LIMIT   (8u << 20)
#define TIMEOUT_MS  30000
#define NAME_MOST   64
#define INJECTED    ".injected-"

struct dcm_call {
	const struct monarch_dcm *dcm;
	const char *serial;
	struct arena *arena;
};

/* Goes into a header, and is the name of a folder in the ZIP. */
static enum fault
check_serial(const char *text, struct fault_info *fi)
{
	size_t n = strlen(text);

	if (n == 0 || n > NAME_MOST || text[0] == '.' ||
	    strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			 "0123456789._-") != n)
		return fault_set(fi, FAULT_USAGE,
		    "serial number: 1 to %d letters, digits, \".\", \"_\" and "
		    "\"-\"",
		    NAME_MOST);
	return FAULT_OK;
}

/* "obe", "lorry/2.1": the DCM judges it, in a header. */
static enum fault
check_type(const char *text, struct fault_info *fi)
{
	size_t n = text == NULL ? 0 : strlen(text), k = 0;

	while (k < n && text[k] > 0x20 && text[k] < 0x7f)
		k++;
	if (n == 0 || n > NAME_MOST || k < n)
		return fault_set(fi, FAULT_USAGE,
		    "type of device: 1 to %d printable characters", NAME_MOST);
	return FAULT_OK;
}

static enum fault
refuse(const struct http_result *result, struct arena *arena,
    struct fault_info *fi)
{
	const char *message =
	    http_result_header(result, arena, "SCMS-POC-Error-Message");

	return fault_set(fi, FAULT_DENIED, "DCM answers with status %u: %.150s",
	    result->status, message == NULL ? "no reason given" : message);
}

static enum fault
post(const struct dcm_call *c, struct bytes *zip, struct http_client *client,
    const char *path, struct bytes body, struct fault_info *fi)
{
	char url[URL_SIZE + 64], base[URL_SIZE], host[URL_SIZE];
	char type[NAME_MOST + 32], serial[NAME_MOST + 32];
	const char *headers[] = {type, serial, NULL};
	const struct http_call call = {.method = "POST",
	    .url = url,
	    .headers = headers,
	    .body = body,
	    .limit = ZIP_LIMIT,
	    .timeout_ms = TIMEOUT_MS};
	struct http_result result;

	/* 8892 is the RA's. */
	if (strchr(c->dcm->url + strcspn(c->dcm->url, "/"), ':') == NULL)
		return fault_set(
		    fi, FAULT_USAGE, "URL of the DCM: https://host:port");
	if (url_parse(base, host, bytes_of_string(c->dcm->url), fi) != FAULT_OK)
		return fault_prefix(fi, "URL of the DCM");
	snprintf(url, sizeof(url), "%s%s", base, path);
	snprintf(type, sizeof(type), "Monarch-Device-Type: %s", c->dcm->type);
	snprintf(
	    serial, sizeof(serial), "Monarch-Device-Serial: %s", c->serial);
	TRY(http_call(client, &result, c->arena, &call, fi));
	if (result.status != 200)
		return refuse(&result, c->arena, fi);
	*zip = result.body;
	return FAULT_OK;
}

static enum fault
ask(const struct dcm_call *c, struct bundles *out, const char *path,
    struct bytes body, struct fault_info *fi)
{
	const struct http_client_config config = {.ca = c->dcm->ca,
	    .cert = c->dcm->cert,
	    .key = c->dcm->key,
	    .hosts = c->dcm->hosts};
	struct http_client *client;
	struct bytes zip;
	enum fault fault;

	TRY(http_client_new(&client, &config, fi));
	fault = post(c, &zip, client, path, body, fi);
	http_client_free(client);
	if (fault == FAULT_OK &&
	    (fault = bundles_open(out, c->arena, zip, fi)) != FAULT_OK)
		return fault_prefix(fi, "answer of the DCM");
	return fault;
}

static enum fault
with_request(
    const struct dcm_call *c, const char *folder, struct fault_info *fi)
{
	struct bundles bundles;
	struct bytes request;
	struct folder f;
	enum fault fault;

	TRY(folder_lock(&f, folder, FOLDER_LOCK, fi));
	if (folder_has(&f, FOLDER_BUNDLE))
		fault =
		    fault_set(fi, FAULT_EXISTS, "%s is bootstrapped", f.path);
	else if ((fault = folder_read(&request, c->arena, &f, FOLDER_REQUEST,
		      fi)) == FAULT_OK &&
		 (fault = ask(c, &bundles, "/bootstrap", request, fi)) ==
		     FAULT_OK)
		fault = bundle_bootstrap(&f, c->arena, &bundles, c->serial, fi);
	folder_unlock(&f);
	return fault;
}

/* ---- injection ---- */

/* A whole device in a folder of another name. */
static enum fault
fill(const struct dcm_call *c, const char *path, const struct bundles *bundles,
    struct fault_info *fi)
{
	static const char *const files[] = {FOLDER_REQUEST_KEY, FOLDER_REQUEST};
	struct bytes file;
	struct folder f;
	enum fault fault = FAULT_OK;

	TRY(file_mkdir(path, 0700, fi));
	TRY(folder_lock(&f, path, FOLDER_LOCK, fi));
	for (unsigned k = 0; k < 2 && fault == FAULT_OK; k++) {
		fault = bundles_file(&file, bundles, c->serial, files[k], fi);
		if (fault == FAULT_OK)
			fault = folder_write(&f, files[k], file, fi);
	}
	if (fault == FAULT_OK)
		fault = bundle_bootstrap(&f, c->arena, bundles, c->serial, fi);
	folder_unlock(&f);
	return fault;
}

static enum fault
fill_anew(const struct dcm_call *c, const char *path, struct fault_info *fi)
{
	struct bundles bundles;
	enum fault fault;

	TRY(erase(path, fi));
	TRY(ask(c, &bundles, "/bootstrap-injected", BYTES_NONE, fi));
	fault = fill(c, path, &bundles, fi);
	if (fault != FAULT_OK)
		(void)!erase(path, NULL);
	return fault;
}

static enum fault
check_whole(
    const struct dcm_call *c, const struct folder *f, struct fault_info *fi)
{
	struct bundle bundle;
	struct scalar key;
	enum fault fault;

	TRY(bundle_of_folder(&bundle, c->arena, f, fi));
	TRY(device_read_key(&key, f, fi));
	fault = bundle_check(&bundle, &key, time32_now(), fi);
	wipe(&key, sizeof(key));
	return fault;
}

/* What an earlier call left before it could give it its name: the key in it
 * is nowhere else.  NOT_FOUND: nothing that is whole. */
static enum fault
take_left(const struct dcm_call *c, const char *path, struct fault_info *fi)
{
	struct folder f;
	enum fault fault;

	TRY(folder_lock(&f, path, FOLDER_LOCK, fi));
	fault = folder_has(&f, FOLDER_BUNDLE) ? check_whole(c, &f, fi)
					      : FAULT_NOT_FOUND;
	folder_unlock(&f);
	return fault == FAULT_OK || fault == FAULT_NOT_FOUND
		   ? fault
		   : fault_prefix(fi, "%s", path);
}

static enum fault
with_injected_key(
    const struct dcm_call *c, const char *folder, struct fault_info *fi)
{
	char path[PATH_SIZE], parent[PATH_SIZE];
	enum fault fault;

	if (file_exists(folder))
		return fault_set(fi, FAULT_EXISTS, "%s exists already", folder);
	TRY(erase_beside(path, parent, folder, INJECTED, fi));
	fault = take_left(c, path, fi);
	if (fault == FAULT_NOT_FOUND)
		fault = fill_anew(c, path, fi);
	TRY(fault);
	if (rename(path, folder) != 0)
		return fault_errno(fi, FAULT_IO, "%s", folder);
	return file_sync_folder(parent, fi);
}

enum fault
monarch_bootstrap_dcm(
    const char *folder, const struct monarch_dcm *dcm, struct fault_info *fi)
{
	const char *slash = strrchr(folder, '/');
	struct arena arena = arena_new(ARENA_LIMIT);
	struct dcm_call c = {dcm, dcm->serial, &arena};
	struct fault_info own = {0};
	enum fault fault;

	fi = fi == NULL ? &own : fi;
	if (c.serial == NULL)
		c.serial = slash == NULL ? folder : slash + 1;
	if ((fault = check_type(dcm->type, fi)) == FAULT_OK &&
	    (fault = check_serial(c.serial, fi)) == FAULT_OK)
		fault = dcm->injected ? with_injected_key(&c, folder, fi)
				      : with_request(&c, folder, fi);
	arena_free(&arena);
	return fault;
}
