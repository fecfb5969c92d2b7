/* lop.c - see lop.h. */
#include <stdio.h>

#include "base/file.h"
#include "tool/scms/lop.h"
#include "tool/scms/part.h"

/*
 * "log" is absent on purpose, everywhere: HAProxy then has no place to write
 * the address of a device to.  Its own warnings go to stderr, which scms up
 * makes log/lop.log.
 */
static const char template[] =
    "# LOP: passes the TLS of devices on to the RA, unopened.  There is no\n"
    "# \"log\" line: the address of a device must not be written anywhere.\n"
    "global\n"
    "\tmaxconn 4000\n"
    "\tno strict-limits\n"
    "\tnbthread 1\n"
    "\n"
    "defaults\n"
    "\ttimeout connect 5s\n"
    "\ttimeout client 75s\n"
    "\ttimeout server 75s\n"
    "\n"
    "listen devices\n"
    "\tmode tcp\n"
    "\tbind %s\n"
    "\t# One address must not take all connections, nor all the reports that\n"
    "\t# the RA takes in an hour.  The table is memory only, and forgets an\n"
    "\t# address an hour after its last connection.\n"
    "\tstick-table type ipv6 size 100k expire 1h store conn_cur,conn_rate(1h)\n"
    "\ttcp-request connection track-sc0 src\n"
    "\ttcp-request connection reject if { sc0_conn_cur gt 1000 }\n"
    "\ttcp-request connection reject if { sc0_conn_rate gt %u }\n"
    "\tserver ra %s\n"
    "\n"
    "frontend health\n"
    "\tmode http\n"
    "\tmaxconn 20\n"
    "\tbind %s ssl crt tls.pem ssl-min-ver TLSv1.3\n"
    "\thttp-request deny deny_status 404 unless { path /healthz }\n"
    "\thttp-request return status 200 content-type application/json lf-string "
    "'{\"component\":\"lop\",\"status\":\"ok\",\"counters\":"
    "{\"connections\":%%[fe_conn(devices)],"
    "\"connections_per_second\":%%[fe_sess_rate(devices)]}}'\n";

enum fault
lop_write_config(
    const char *dir, const struct environment *env, struct fault_info *fi)
{
	char lop[ADDRESS_TEXT], ra[ADDRESS_TEXT], health[ADDRESS_TEXT];
	char path[PATH_SIZE],
	    text[sizeof(template) + (size_t)3 * ADDRESS_TEXT + 10];

	part_address(lop, env->net, parts[PART_LOP].host, parts[PART_LOP].port);
	part_address(ra, env->net, parts[PART_RA].host, parts[PART_RA].port);
	part_address(health, env->net, parts[PART_LOP].host, LOP_HEALTH_PORT);
	snprintf(text, sizeof(text), template, lop,
	    env->connections_per_source_hour, ra, health);
	path_join(path, dir, "lop/" LOP_CONFIG);
	return file_create(path, bytes_of_string(text), 0600, fi);
}
