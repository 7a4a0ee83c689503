/*
 * stand: a terreaud of a test's own, as a process that may be killed.
 *
 * PostgreSQL comes from tests/with-postgres through the PG* environment; the
 * programs are in the folder of the environment's "out".  What cannot be
 * started ends the test.
 */
#ifndef TESTS_LOAD_STAND_H
#define TESTS_LOAD_STAND_H

#include "ledger/note.h"

#include <sys/types.h>

enum { STAND_CHARS = 256, STAND_ARGUMENTS_MAX = 24 };

struct stand {
    pid_t pid; /* 0: it does not run. */
    char name[16];
    char state[STAND_CHARS];    /* Its folder of keys and high-water files. */
    char address[STAND_CHARS];  /* For drive.h. */
    char database[STAND_CHARS]; /* Without a user. */
    char log[STAND_CHARS];      /* File of what it says. */
    char extra[STAND_CHARS];    /* One more argument, or "". */
};

/*
 * Describe a server: its files are in folder; tcp: at a free port of
 * 127.0.0.1, else at a Unix socket in the folder.
 */
void stand_make(struct stand *stand, const char *folder, const char *name,
                const char *database, bool tcp);

/* Make the database (unless it is there), a ledger and the keys: "terreau
 * node init".  The clerk's and the log's public keys are returned. */
void stand_init(const struct stand *stand, const char *ledger,
                const char *origin, struct key *clerk, struct key *log);
/* Give a second server the keys of the first. */
void stand_share_keys(const struct stand *from, const struct stand *to);

/* Start it and wait until it answers. */
void stand_start(struct stand *stand);
/* Without waiting for it to answer. */
void stand_spawn(struct stand *stand);
void stand_wait(const struct stand *stand);
/* Send a signal that ends it, and wait for the end; the exit status. */
int stand_end(struct stand *stand, int signal_number);

/* The answer to GET path: status and body, terminated; 0: none. */
int stand_get(const struct stand *stand, const char *path, char *body,
              size_t room);
/* Post an entry note; the status. */
int stand_post(const struct stand *stand, const char *ledger, const char *note,
               size_t size, char *body, size_t room);

/* Resident memory in bytes. */
int64_t stand_memory(const struct stand *stand);

/* Run a program to its end; output to the file (NULL: ours).  Its exit
 * status; 128 and the signal's number if it was killed. */
int program_run(const char *const *arguments, const char *output);
pid_t program_spawn(const char *const *arguments, const char *output);
/* The path of a program that is built. */
const char *program_path(char path[static STAND_CHARS], const char *name);

void nap_us(int64_t us);

#endif
