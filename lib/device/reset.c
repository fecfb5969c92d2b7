/*
 * reset.c - erasing a device.
 *
 * The folder gets another name first: from then on there is no device, and
 * what a crash leaves behind is removed by the next call.
 */
#include <stdio.h>

#include "device/erase.h"
#include "device/folder.h"
#include "device/monarch.h"

#define ERASED ".erased-"

static enum fault
put_away(const char *folder, const char *erased, const char *parent,
    struct fault_info *fi)
{
	struct folder f, signer;
	enum fault fault;

	TRY(folder_lock(&f, folder, FOLDER_LOCK, fi));
	fault = folder_has(&f, FOLDER_REQUEST_KEY)
		    ? folder_lock(&signer, folder, FOLDER_SIGNER_LOCK, fi)
		    : fault_set(fi, FAULT_NOT_FOUND, "%s is no device", folder);
	if (fault == FAULT_OK) {
		if (rename(f.path, erased) != 0)
			fault = fault_errno(fi, FAULT_IO, "%s", f.path);
		else
			fault = file_sync_folder(parent, fi);
		folder_unlock(&signer);
	}
	folder_unlock(&f);
	return fault;
}

enum fault
monarch_reset(const char *folder, struct fault_info *fi)
{
	char erased[PATH_SIZE], parent[PATH_SIZE];
	struct fault_info own = {0};

	fi = fi == NULL ? &own : fi;
	TRY(erase_beside(erased, parent, folder, ERASED, fi));
	if (file_exists(erased)) {
		TRY(erase(erased, fi));
		if (!file_exists(folder))
			return FAULT_OK;
	}
	TRY(put_away(folder, erased, parent, fi));
	return erase(erased, fi);
}
