/* terreaud: the server of a node. */
#include "ledger/fold.h"
#include "server/catalogue.h"
#include "server/config.h"
#include "server/daemon.h"
#include "server/files.h"
#include "server/log.h"
#include "server/node.h"
#include "server/page.h"

#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static enum log_level level_of(const char *name)
{
    return strcmp(name, "debug") == 0     ? LOG_DEBUG
           : strcmp(name, "warning") == 0 ? LOG_WARNING
           : strcmp(name, "error") == 0   ? LOG_ERROR
                                          : LOG_INFO;
}

/* Before any thread, so that all inherit it and only main() is told. */
static void block_signals(sigset_t *ends)
{
    (void)sigemptyset(ends);
    (void)sigaddset(ends, SIGTERM);
    (void)sigaddset(ends, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, ends, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

static bool serve(const struct site *site, const sigset_t *ends,
                  struct error *error)
{
    struct daemon *daemon;
    int signal_number = 0;

    if (!daemon_start(&daemon, site, error)) {
        node_stop(site->node);
        return false;
    }
    log_event(LOG_INFO, "listening", "%s, port %d", site->config->listen,
              daemon_port(daemon));
    (void)sigwait(ends, &signal_number);
    log_event(LOG_INFO, "stopping", "signal %d", signal_number);
    daemon_quiesce(daemon);
    node_stop(site->node);
    return daemon_stop(daemon, error);
}

static bool run(const struct config *config, const sigset_t *ends,
                struct error *error)
{
    struct site site = {.config = config};
    struct pages *pages = NULL;
    struct files *files = NULL;
    bool done = catalogue_load(config->languages_dir, error) &&
                pages_load(&pages, config->templates_dir, error) &&
                files_load(&files, config->static_dir, error);

    site.pages = pages;
    site.files = files;
    site.hold = node_hold;
    done = done && node_start(&site.node, config, error) &&
           serve(&site, ends, error);
    files_free(files);
    pages_free(pages);
    return done;
}

int main(int argc, char **argv)
{
    struct config config;
    struct error error = {0};
    sigset_t ends;

    if (sodium_init() < 0)
        return EXIT_FAILURE;
    ledger_start();
    if (!config_load(&config, argc, argv, &error)) {
        (void)fprintf(stderr, "terreaud: %s\n", error.text);
        return 2;
    }
    if (config.help) {
        config_help(stdout);
        return EXIT_SUCCESS;
    }
    log_level_set(level_of(config.log_level));
    block_signals(&ends);
    if (!run(&config, &ends, &error)) {
        log_event(LOG_ERROR, "failure", "%s", error.text);
        return EXIT_FAILURE;
    }
    log_event(LOG_INFO, "stopped", NULL);
    return EXIT_SUCCESS;
}
