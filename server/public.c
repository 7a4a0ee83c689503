#include "server/public.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Does "host:port" or "host/path" name this machine to itself? */
static bool is_loopback(const char *host)
{
    static const char *const names[] = {"127.", "[::1]", "localhost"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (begins(host, names[i]))
            return true;
    return false;
}

/* A socket that systemd handed over may be anywhere. */
static bool listens_locally(const struct config *config)
{
    return is_loopback(config->listen) && getenv("LISTEN_FDS") == NULL;
}

bool public_is_local(const struct config *config)
{
    return listens_locally(config) && !public_is_secure(config);
}

bool public_is_secure(const struct config *config)
{
    const char *url = config->public_url;

    if (begins(url, "http://"))
        return !is_loopback(url + strlen("http://"));
    return url[0] != '\0' || !listens_locally(config);
}

void public_link(char out[PUBLIC_URL_CHARS], const struct config *config,
                 const char *path)
{
    int size;

    assert(path[0] == '/');
    if (config->public_url[0] != '\0')
        size =
            snprintf(out, PUBLIC_URL_CHARS, "%s%s", config->public_url, path);
    else
        size = snprintf(out, PUBLIC_URL_CHARS, "http://%s%s", config->listen,
                        path);
    assert(size > 0 && size < PUBLIC_URL_CHARS);
}
