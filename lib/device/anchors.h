/*
 * anchors.h - where a device's trust begins (cert/anchors.h): with the roots
 * and electors of its bundle, and later with what its file "trust" says.
 */
#ifndef DEVICE_ANCHORS_H
#define DEVICE_ANCHORS_H

#include "cert/anchors.h"
#include "device/bundle.h"
#include "device/folder.h"

#define ELECTORS 3 /* in a bundle */

/* Root and electors of the bundle, checked by themselves.  The fault's text
 * begins with the name of the file that is wrong. */
enum fault must_check anchors_of_bundle(struct anchors *, struct arena *,
    const struct bundle *, struct fault_info *);
/* NOT_FOUND: there is no such file, the bundle's are in force; STORE. */
enum fault must_check anchors_read(struct anchors *, struct arena *,
    const struct folder *, struct fault_info *);
enum fault must_check anchors_write(
    const struct folder *, const struct anchors *, struct fault_info *);

#endif /* DEVICE_ANCHORS_H */
