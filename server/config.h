/*
 * config: every setting of the server, from config.def.
 *
 * Read once at start, constant afterwards.  A file is lines "name = value";
 * '#' begins a remark.  Secrets may be in the file, never on a command line.
 */
#ifndef SERVER_CONFIG_H
#define SERVER_CONFIG_H

#include "ledger/error.h"

#include <stdio.h>

enum { CONFIG_TEXT_MAX = 511 };

struct config {
#define TEXT(name, initial, help) char name[CONFIG_TEXT_MAX + 1];
#define NUMBER(name, initial, least, most, help) int64_t name;
#define FLAG(name, initial, help) bool name;
#include "server/config.def"
    bool help; /* --help was given: print config_help() and leave. */
};

/* The defaults alone. */
void config_init(struct config *config);

/* One setting.  Fails with ERROR_USAGE if unknown or out of range. */
MUST_USE bool config_set(struct config *config, const char *name,
                         const char *value, struct error *error);

/* Settings of a file.  Fails with ERROR_SYSTEM or ERROR_USAGE and the line. */
MUST_USE bool config_read(struct config *config, const char *path,
                          struct error *error);

/*
 * All sources in order; --config=FILE or TERREAU_CONFIG names the file.
 * argv[0] is skipped.  Fails as the functions above.
 */
MUST_USE bool config_load(struct config *config, int argc, char **argv,
                          struct error *error);

/* Name, type, default and meaning of each setting, as text for people. */
void config_help(FILE *out);

#endif
