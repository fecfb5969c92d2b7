/*
 * ee_ma.h - misbehavior reports: device and MA.
 */
#if !defined(SCHEMA_EE_MA_H) || defined(ASN_ROWS)
#define SCHEMA_EE_MA_H

#ifndef ASN_ROWS
#include "schema/scms_base.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "Ieee1609Dot2EndEntityMaInterface"

#define LIST_MISBEHAVIOR_REPORT_CONTENTS(R, O, D, T)			\
	R(T, uint8_1, version, "version")				\
	R(T, opaque, misbehaving_device_info, "misbehavingDeviceInfo")	\
	O(T, octet_string, misbehaving_device_bsms,			\
	    "misbehavingDeviceBSMs")					\
	O(T, octet_string, reporter_device_bsms, "reporterDeviceBSMs")	\
	O(T, opaque, sensor_info, "sensorInfo")
ASN_SEQUENCE(misbehavior_report_contents, "MisbehaviorReportContents",
    EXTENSIBLE, LIST_MISBEHAVIOR_REPORT_CONTENTS)

#define LIST_END_ENTITY_MA_INTERFACE_PDU(A, T)				\
	A(T, misbehavior_report_contents, misbehavior_report,		\
	    "misbehaviorReport")
ASN_CHOICE(end_entity_ma_interface_pdu, "EndEntityMaInterfacePDU", EXTENSIBLE,
    LIST_END_ENTITY_MA_INTERFACE_PDU)
/* clang-format on */

#endif /* SCHEMA_EE_MA_H */
