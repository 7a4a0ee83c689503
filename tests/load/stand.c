#include "tests/load/stand.h"

#include "sql/keyfile.h"
#include "tests/load/cast.h"
#include "tests/load/drive.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void nap_us(int64_t us)
{
    struct timespec time = {.tv_sec = us / 1000000,
                            .tv_nsec = us % 1000000 * 1000};

    (void)nanosleep(&time, NULL);
}

const char *program_path(char path[static STAND_CHARS], const char *name)
{
    const char *out = getenv("out");

    (void)snprintf(path, STAND_CHARS, "%s/%s",
                   out == NULL ? "build/debug" : out, name);
    return path;
}

pid_t program_spawn(const char *const *arguments, const char *output)
{
    char *copies[STAND_ARGUMENTS_MAX + 1] = {0};
    pid_t parent = getpid(), pid;

    for (int i = 0; i < STAND_ARGUMENTS_MAX && arguments[i] != NULL; i++)
        copies[i] = must(strdup(arguments[i]));
    (void)fflush(stdout);
    pid = fork();
    if (pid == 0) {
        int fd = output == NULL
                     ? -1
                     : open(output, O_WRONLY | O_CREAT | O_APPEND, 0600);

        if (fd >= 0) {
            (void)dup2(fd, 1);
            (void)dup2(fd, 2);
        }
        /* Whatever kills the test takes its servers along. */
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent)
            (void)execvp(copies[0], copies);
        _exit(127);
    }
    if (pid < 0)
        give_up("a process starts: %s", strerror(errno));
    for (int i = 0; copies[i] != NULL; i++)
        free(copies[i]);
    return pid;
}

static int wait_for(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            give_up("a process ends: %s", strerror(errno));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int program_run(const char *const *arguments, const char *output)
{
    return wait_for(program_spawn(arguments, output));
}

static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        give_up("there is a free port");
    (void)close(fd);
    return ntohs(address.sin_port);
}

void stand_make(struct stand *stand, const char *folder, const char *name,
                const char *database, bool tcp)
{
    *stand = (struct stand){0};
    (void)snprintf(stand->name, sizeof stand->name, "%s", name);
    (void)snprintf(stand->state, sizeof stand->state, "%s/%s", folder, name);
    (void)snprintf(stand->log, sizeof stand->log, "%s/%s.log", folder, name);
    (void)snprintf(stand->database, sizeof stand->database, "dbname=%s",
                   database);
    if (tcp)
        (void)snprintf(stand->address, sizeof stand->address, "%d",
                       free_port());
    else
        (void)snprintf(stand->address, sizeof stand->address, "unix:%s/%s.sock",
                       folder, name);
    if (mkdir(stand->state, 0700) != 0 && errno != EEXIST)
        give_up("%s: %s", stand->state, strerror(errno));
    /* What audits remember is this test's own. */
    if (setenv("XDG_STATE_HOME", stand->state, 1) != 0 ||
        setenv("HOME", stand->state, 1) != 0)
        give_up("the environment is set");
}

static void public_key(const char *folder, const char *name, struct key *key)
{
    char path[2 * STAND_CHARS];
    struct secret_key secret;
    struct error error = {0};

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    if (!keyfile_load(path, &secret, key, &error))
        give_up("a key of the node: %s", error.text);
}

void stand_init(const struct stand *stand, const char *ledger,
                const char *origin, struct key *clerk, struct key *log)
{
    char program[STAND_CHARS], file[STAND_CHARS];
    const char *const arguments[] = {program_path(program, "terreau"),
                                     "node",
                                     "init",
                                     "--database",
                                     stand->database,
                                     "--state-dir",
                                     stand->state,
                                     "--name",
                                     ledger,
                                     "--origin",
                                     origin,
                                     NULL};

    if (program_run(arguments, stand->log) != 0)
        give_up("terreau node init: see %s", stand->log);
    (void)snprintf(file, sizeof file, "%s.log.key", ledger);
    public_key(stand->state, "clerk.key", clerk);
    public_key(stand->state, file, log);
}

void stand_share_keys(const struct stand *from, const struct stand *to)
{
    char command[4 * STAND_CHARS];
    const char *const arguments[] = {"sh", "-c", command, NULL};

    (void)snprintf(command, sizeof command, "cp -p '%s'/*.key '%s'",
                   from->state, to->state);
    if (program_run(arguments, NULL) != 0)
        give_up("keys are copied");
}

void stand_spawn(struct stand *stand)
{
    char program[STAND_CHARS], listen[2 * STAND_CHARS], server[2 * STAND_CHARS],
        signer[2 * STAND_CHARS], state[2 * STAND_CHARS];
    const char *const arguments[] = {
        program_path(program, "terreaud"),
        listen,
        state,
        server,
        signer,
        "--log-level=warning",
        "--idle-seconds=600",
        stand->extra[0] == '\0' ? "--drain-seconds=20" : stand->extra,
        NULL};

    (void)snprintf(listen, sizeof listen, "--listen=%s%s",
                   strncmp(stand->address, "unix:", 5) == 0 ? "" : "127.0.0.1:",
                   stand->address);
    if (strncmp(stand->address, "unix:", 5) == 0)
        (void)unlink(stand->address + 5);
    (void)snprintf(state, sizeof state, "--state-dir=%s", stand->state);
    (void)snprintf(server, sizeof server,
                   "--database=%s user=terreau_server application_name=%s",
                   stand->database, stand->name);
    (void)snprintf(signer, sizeof signer,
                   "--signer-database=%s user=terreau_signer"
                   " application_name=%s-signer",
                   stand->database, stand->name);
    stand->pid = program_spawn(arguments, stand->log);
}

void stand_wait(const struct stand *stand)
{
    int64_t end = now_ns() + INT64_C(60000000000);

    while (stand_get(stand, "/healthz", NULL, 0) != 200) {
        if (now_ns() > end || waitpid(stand->pid, NULL, WNOHANG) != 0)
            give_up("the server starts: see %s", stand->log);
        nap_us(5000);
    }
}

void stand_start(struct stand *stand)
{
    stand_spawn(stand);
    stand_wait(stand);
}

int stand_end(struct stand *stand, int signal_number)
{
    int status;

    if (stand->pid == 0)
        return 0;
    (void)kill(stand->pid, signal_number);
    (void)kill(stand->pid, SIGCONT);
    status = wait_for(stand->pid);
    stand->pid = 0;
    return status;
}

int stand_get(const struct stand *stand, const char *path, char *body,
              size_t room)
{
    struct text request = drive_request(path, "application/json", "", NULL, 0);
    int status = drive_once(stand->address, request, body, room);

    free((void *)(uintptr_t)request.bytes);
    return status;
}

int stand_post(const struct stand *stand, const char *ledger, const char *note,
               size_t size, char *body, size_t room)
{
    struct text request;
    char path[STAND_CHARS];
    int status;

    (void)snprintf(path, sizeof path, "/%s/entries", ledger);
    request = drive_request(path, "text/plain", "", note, size);
    status = drive_once(stand->address, request, body, room);
    free((void *)(uintptr_t)request.bytes);
    return status;
}

int64_t stand_memory(const struct stand *stand)
{
    char path[64], line[256];
    long kib = 0;
    FILE *file;

    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)stand->pid);
    file = fopen(path, "r");
    if (file == NULL)
        return 0;
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "VmRSS: %ld kB", &kib) == 1)
            break;
    (void)fclose(file);
    return (int64_t)kib * 1024;
}
