/* client_int.h - the hosts map, between client.c and hosts.c. */
#ifndef HTTP_CLIENT_INT_H
#define HTTP_CLIENT_INT_H

#include <curl/curl.h>

#include "base/fault.h"

/* Reads a file in the form of /etc/hosts into a list for
 * CURLOPT_CONNECT_TO: "name::address:".  FAULT_CONFIG names the line. */
enum fault must_check hosts_read(
    struct curl_slist **, const char *path, struct fault_info *);

#endif /* HTTP_CLIENT_INT_H */
