/* anchors.c - roots and electors of a device: from the bundle, kept. */
#include "device/anchors.h"

#define MEMORY (64u << 10)

enum fault
anchors_of_bundle(struct anchors *a, struct arena *arena,
    const struct bundle *b, struct fault_info *fi)
{
	enum bundle_file f = BUNDLE_ROOT;

	*a = (struct anchors){.roots = 1, .electors = ELECTORS};
	if (anchors_load(&a->root[0], arena, b->file[f], SCMS_ROOT, fi) !=
	    FAULT_OK)
		return fault_prefix(fi, "%s", bundle_name(f));
	for (unsigned k = 0; k < ELECTORS; k++) {
		f = (enum bundle_file)(BUNDLE_ELECTOR1 + k);
		if (anchors_load(&a->elector[k], arena, b->file[f],
			SCMS_ELECTOR, fi) != FAULT_OK)
			return fault_prefix(fi, "%s", bundle_name(f));
	}
	return FAULT_OK;
}

enum fault
anchors_read(struct anchors *a, struct arena *arena, const struct folder *f,
    struct fault_info *fi)
{
	struct bytes file;

	*a = (struct anchors){0};
	TRY(folder_read(&file, arena, f, FOLDER_TRUST, fi));
	if (anchors_open(a, arena, file, fi) != FAULT_OK)
		return fault_prefix(fi, "%s/%s", f->path, FOLDER_TRUST);
	return FAULT_OK;
}

enum fault
anchors_write(
    const struct folder *f, const struct anchors *a, struct fault_info *fi)
{
	struct arena arena = arena_new(MEMORY);
	struct bytes file;
	enum fault fault = anchors_build(&file, &arena, a, fi);

	if (fault == FAULT_OK)
		fault = folder_write(f, FOLDER_TRUST, file, fi);
	arena_free(&arena);
	return fault;
}
