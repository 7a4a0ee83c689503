/*
 * file: whole files, in and out.
 */
#ifndef ADMIN_CLI_FILE_H
#define ADMIN_CLI_FILE_H

#include "ledger/error.h"

/* *bytes is terminated and freed by the caller.  "-" is standard input.
 * Fails with ERROR_ABSENT, ERROR_SIZE (more than most) or ERROR_SYSTEM. */
MUST_USE bool file_read(const char *path, size_t most, char **bytes,
                        size_t *size, struct error *error);

/* Replaces the file whole; a file that is there stays if it fails. */
MUST_USE bool file_write(const char *path, const char *bytes, size_t size,
                         struct error *error);

#endif
