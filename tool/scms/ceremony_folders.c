/* ceremony_folders.c - the folders of an environment, and the files that say
 * how it is set and where its components are. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tool/scms/ceremony.h"
#include "tool/scms/part.h"

struct folder {
	const char *name;
	mode_t mode;
};

static const struct folder fixed[] = {
    {"public", 0755},
    {"offline", 0700},
    {"offline/root", 0700},
    {"offline/elector1", 0700},
    {"offline/elector2", 0700},
    {"offline/elector3", 0700},
    {"offline/ica", 0700},
    {"offline/auditor1", 0700},
    {"offline/auditor2", 0700},
    {"offline/tls-ca", 0700},
    {"operator", 0700},
};

static const char *const inside[] = {
    "", "/trust", "/electors", "/known", "/data", "/log", "/run"};

#define SETTINGS_MAX 65536u
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static enum fault
make(struct ceremony *c, const char *name, mode_t mode, struct fault_info *fi)
{
	char path[PATH_SIZE];

	ceremony_path(c, path, name);
	TRY(file_mkdir(path, mode, fi));
	/* The umask of this program is for keys. */
	return chmod(path, mode) == 0 ? FAULT_OK
				      : fault_errno(fi, FAULT_IO, "%s", path);
}

static enum fault
make_all(struct ceremony *c, struct fault_info *fi)
{
	char name[64];

	for (size_t i = 0; i < COUNT(fixed); i++)
		TRY(make(c, fixed[i].name, fixed[i].mode, fi));
	for (size_t i = 0; i < PART_COUNT; i++)
		for (size_t k = 0; !parts[i].later && k < COUNT(inside); k++) {
			snprintf(name, sizeof(name), "%s%s", parts[i].name,
			    inside[k]);
			TRY(make(c, name, 0700, fi));
		}
	return FAULT_OK;
}

/* Names and addresses, where ra is the RA's own address or that of the LOP. */
static enum fault
write_hosts(struct ceremony *c, const char *name, enum part_id ra,
    struct fault_info *fi)
{
	char text[PART_COUNT * (ADDRESS_TEXT + 300)], address[ADDRESS_TEXT];
	size_t n = 0;

	for (size_t i = 0; i < PART_COUNT; i++) {
		if (parts[i].later)
			continue;
		part_address(
		    address, c->env->net, parts[i == PART_RA ? ra : i].host, 0);
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s %s.%s\n",
		    address, parts[i].name, c->env->domain);
		if (n >= sizeof(text))
			return fault_set(fi, FAULT_CONFIG, "domain too long");
	}
	return ceremony_write(
	    c, name, (struct bytes){(const uint8_t *)text, n}, 0644, fi);
}

enum fault
ceremony_folders(struct ceremony *c, struct fault_info *fi)
{
	char path[PATH_SIZE], text[32];
	struct bytes settings;

	TRY(make_all(c, fi));
	ceremony_path(c, path, "environment.conf");
	TRY(environment_write(c->env, path, fi));
	TRY(file_read(&settings, &c->arena, path, SETTINGS_MAX, fi));
	ceremony_record(c, "Settings of the environment (SHA-256)");
	ceremony_record_hash(c, "as made", settings);
	/* Devices and components reach the RA through the LOP; the operator
	 * asks it directly how it is. */
	TRY(write_hosts(c, "hosts", PART_LOP, fi));
	TRY(write_hosts(c, "operator/hosts", PART_RA, fi));
	snprintf(text, sizeof(text), "%lld\n", (long long)c->clock_offset);
	return ceremony_write(c, "clock", bytes_of_string(text), 0644, fi);
}
