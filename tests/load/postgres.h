/*
 * postgres: the server of tests/with-postgres, killed and started again.
 */
#ifndef TESTS_LOAD_POSTGRES_H
#define TESTS_LOAD_POSTGRES_H

#include "sql/db.h"

#include <sys/types.h>

struct postgres {
    char folder[200];   /* Its data. */
    char command[2000]; /* How it was started. */
    pid_t started;      /* By us; 0: by with-postgres. */
};

/* Remember how it runs now; PGHOST is with-postgres's folder. */
void postgres_find(struct postgres *postgres);
/* kill -9: the postmaster, then every child it had. */
void postgres_kill(struct postgres *postgres);
/* Start it again; returns when it takes connections. */
void postgres_restart(struct postgres *postgres, const char *database);

/* Sessions of that application_name ("": any) of the server's role which are
 * inside a transaction that has locked or written something. */
int postgres_in_batch(struct db *db, const char *application);
/* Print what those sessions wait for. */
void postgres_show(struct db *db, const char *application);

/* Run a program as the system user that PostgreSQL runs as; arguments are one
 * shell command line. */
pid_t postgres_shell(const char *command, const char *output);

#endif
