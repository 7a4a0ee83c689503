/*
 * terreau-signer: the only process that has the log keys.
 *
 * It may touch its state folder, PostgreSQL as the role terreau_signer, and
 * one Unix socket.  It speaks no HTTP and parses nothing that comes from
 * outside but three kinds of short lines (signer_protocol.h).
 */
#include "server/config.h"
#include "server/log.h"
#include "server/signer_service.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

static bool run(const struct config *config, const sigset_t *ends,
                struct error *error)
{
    struct signer_service *service;
    int signal_number = 0;

    if (config->signer_socket[0] == '\0')
        return fail(error, ERROR_USAGE, "say signer_socket");
    if (mkdir(config->state_dir, 0700) != 0 && errno != EEXIST)
        return fail(error, ERROR_SYSTEM, "%s: %s", config->state_dir,
                    strerror(errno));
    if (!signer_service_start(&service, config, error))
        return false;
    log_event(LOG_INFO, "listening", "%s", config->signer_socket);
    (void)sigwait(ends, &signal_number);
    signer_service_stop(service);
    log_event(LOG_INFO, "stopped", "signal %d", signal_number);
    return true;
}

/* The keys are not to be found in a core file. */
static void forbid_cores(void)
{
    struct rlimit none = {0, 0};

    (void)setrlimit(RLIMIT_CORE, &none);
}

int main(int argc, char **argv)
{
    struct config config;
    struct error error = {0};
    sigset_t ends;

    if (sodium_init() < 0)
        return EXIT_FAILURE;
    forbid_cores();
    if (!config_load(&config, argc, argv, &error)) {
        (void)fprintf(stderr, "terreau-signer: %s\n", error.text);
        return 2;
    }
    if (config.help) {
        (void)fputs("usage: terreau-signer [--config=FILE] [--name=value]...\n"
                    "\nOf the settings of terreaud it heeds signer_socket,\n"
                    "signer_peer, signer_database and state_dir.\n",
                    stdout);
        return EXIT_SUCCESS;
    }
    (void)sigemptyset(&ends);
    (void)sigaddset(&ends, SIGTERM);
    (void)sigaddset(&ends, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &ends, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    if (run(&config, &ends, &error))
        return EXIT_SUCCESS;
    log_event(LOG_ERROR, "failure", "%s", error.text);
    return EXIT_FAILURE;
}
