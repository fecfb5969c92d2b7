/* issuers.c - the PCAs of the certificates that a device holds. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "device/issuers.h"

#define ARENA_LIMIT (64u << 10)
#define NAME_SIZE   300

enum fault
issuers_keep(
    const struct folder *f, const struct cert *cert, struct fault_info *fi)
{
	char hex[17], name[NAME_SIZE];

	hex_encode(hex, cert->id, sizeof(cert->id));
	snprintf(name, sizeof(name), FOLDER_ISSUERS "/%s.oer", hex);
	if (folder_has(f, name))
		return FAULT_OK;
	TRY(folder_mkdir(f, FOLDER_ISSUERS, fi));
	return folder_write(f, name, cert->raw, fi);
}

enum fault
issuers_know(struct trust *trust, const struct folder *f, struct fault_info *fi)
{
	char path[PATH_SIZE];

	if (!folder_has(f, FOLDER_ISSUERS))
		return FAULT_OK;
	folder_path(path, f, FOLDER_ISSUERS);
	return trust_add_folder(trust, path, false, fi);
}

enum fault
issuers_know_all(struct trust *trust, struct arena *arena,
    const struct folder *f, struct fault_info *fi)
{
	static const enum bundle_file own[] = {
	    BUNDLE_ICA, BUNDLE_ECA, BUNDLE_PCA, BUNDLE_LCCF};
	struct bundle bundle;
	struct bytes file;

	TRY(bundle_of_folder(&bundle, arena, f, fi));
	for (size_t k = 0; k < sizeof(own) / sizeof(own[0]); k++)
		TRY(trust_add_known(trust, bundle.file[own[k]], fi));
	if (folder_read(&file, arena, f, FOLDER_POLICY "/LCCF.oer", NULL) ==
	    FAULT_OK)
		TRY(trust_add_known(trust, file, fi));
	return issuers_know(trust, f, fi);
}

static void
forget(const struct folder *f, const char *file, uint32_t now)
{
	struct arena arena = arena_new(ARENA_LIMIT);
	char name[NAME_SIZE];
	struct bytes raw;
	struct cert *cert;

	snprintf(name, sizeof(name), FOLDER_ISSUERS "/%s", file);
	if (folder_read(&raw, &arena, f, name, NULL) == FAULT_OK &&
	    cert_load(&cert, &arena, raw, NULL) == FAULT_OK && cert->end <= now)
		folder_remove(f, name);
	arena_free(&arena);
}

void
issuers_forget(const struct folder *f, uint32_t now)
{
	char path[PATH_SIZE];
	struct dirent *entry;
	DIR *dir;

	folder_path(path, f, FOLDER_ISSUERS);
	if ((dir = opendir(path)) == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			forget(f, entry->d_name, now);
	closedir(dir);
}
