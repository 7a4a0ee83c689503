#include "tests/load/postgres.h"

#include "tests/load/cast.h"
#include "tests/load/drive.h"
#include "tests/load/stand.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN_MAX = 256 };

pid_t postgres_shell(const char *command, const char *output)
{
    const char *const as_root[] = {"setpriv",
                                   "--reuid=postgres",
                                   "--regid=postgres",
                                   "--init-groups",
                                   "sh",
                                   "-c",
                                   command,
                                   NULL};
    const char *const as_user[] = {"sh", "-c", command, NULL};

    return program_spawn(geteuid() == 0 ? as_root : as_user, output);
}

static void read_line(const char *folder, const char *name, char *line,
                      size_t room)
{
    char path[512];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "r");
    if (file == NULL || fgets(line, (int)room, file) == NULL)
        give_up("%s is there", path);
    (void)fclose(file);
    line[strcspn(line, "\n")] = '\0';
}

void postgres_find(struct postgres *postgres)
{
    const char *host = getenv("PGHOST");

    *postgres = (struct postgres){0};
    if (host == NULL || host[0] != '/')
        give_up("PGHOST is the folder of tests/with-postgres");
    (void)snprintf(postgres->folder, sizeof postgres->folder, "%s/db", host);
    read_line(postgres->folder, "postmaster.opts", postgres->command,
              sizeof postgres->command);
}

static pid_t postmaster(const struct postgres *postgres)
{
    char line[64];

    read_line(postgres->folder, "postmaster.pid", line, sizeof line);
    return (pid_t)strtol(line, NULL, 10);
}

static int children_of(pid_t parent, pid_t children[static CHILDREN_MAX])
{
    char path[64];
    int count = 0, pid;
    FILE *file;

    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent,
                   (int)parent);
    file = fopen(path, "r");
    if (file == NULL)
        give_up("%s can be read", path);
    while (count < CHILDREN_MAX && fscanf(file, "%d", &pid) == 1)
        children[count++] = pid;
    (void)fclose(file);
    return count;
}

void postgres_kill(struct postgres *postgres)
{
    pid_t parent = postmaster(postgres), children[CHILDREN_MAX];
    int count;

    (void)kill(parent, SIGSTOP); /* Or it starts others meanwhile. */
    count = children_of(parent, children);
    (void)kill(parent, SIGKILL);
    for (int i = 0; i < count; i++)
        (void)kill(children[i], SIGKILL);
    if (postgres->started != 0 && kill(postgres->started, SIGKILL) == 0)
        (void)waitpid(postgres->started, NULL, 0);
    for (int i = 0; i < count; i++)
        for (int tries = 0; tries < 1000 && kill(children[i], 0) == 0; tries++)
            nap_us(1000);
}

void postgres_restart(struct postgres *postgres, const char *database)
{
    char command[2200], output[256];
    int64_t end = now_ns() + INT64_C(60000000000);
    struct error error;
    struct db db;

    (void)snprintf(command, sizeof command, "cd / && exec %s",
                   postgres->command);
    (void)snprintf(output, sizeof output, "%s/log", postgres->folder);
    postgres->started = postgres_shell(command, output);
    for (;;) {
        error = (struct error){0};
        if (db_open(&db, database, &error))
            break;
        if (now_ns() > end)
            give_up("PostgreSQL starts again: %s", error.text);
        nap_us(10000);
        /* What died may not be quite gone. */
        if (waitpid(postgres->started, NULL, WNOHANG) != 0)
            postgres->started = postgres_shell(command, output);
    }
    db_close(&db);
}

int postgres_in_batch(struct db *db, const char *application)
{
    struct error error = {0};
    int count;
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT count(*) AS n FROM pg_stat_activity"
                  " WHERE datname = current_database()"
                  " AND usename = 'terreau_server' AND backend_xid IS NOT NULL"
                  " AND ($1 = '' OR application_name = $1)",
                  PARAMS(param_text(application)), &rows, &error))
        give_up("sessions are counted: %s", error.text);
    count = (int)row_int(rows, 0, "n");
    return count;
}

void postgres_show(struct db *db, const char *application)
{
    struct error error = {0};
    char text[256];
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT concat_ws(' ', state, wait_event_type, wait_event,"
                  " left(query, 60)) AS what FROM pg_stat_activity"
                  " WHERE datname = current_database()"
                  " AND usename = 'terreau_server' AND backend_xid IS NOT NULL"
                  " AND application_name = $1",
                  PARAMS(param_text(application)), &rows, &error))
        give_up("sessions are listed: %s", error.text);
    for (int i = 0; i < PQntuples(rows); i++)
        if (row_text(rows, i, "what", text, sizeof text))
            (void)printf("   frozen: %s\n", text);
}
