/*
 * request_pdu.h - the ScmsPDU of a provisioning request, in both layouts.
 */
#ifndef DEVICE_REQUEST_PDU_H
#define DEVICE_REQUEST_PDU_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "device/monarch.h"
#include "device/provision_file.h"

typedef struct geographic_region geographic_region;

struct request_pdu {
	enum monarch_kind kind;
	enum monarch_layout layout;
	const struct provision_file *keys;
	/* Of the enrollment certificate; 1.2.4 puts it into the request. */
	const geographic_region *region;
	uint32_t now;
};

enum fault must_check request_pdu(struct bytes *out, struct arena *,
    const struct request_pdu *, struct fault_info *);

#endif /* DEVICE_REQUEST_PDU_H */
