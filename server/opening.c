#include "server/opening.h"
#include "server/node.h"
#include "server/public.h"

#include <string.h>

#define COOKIE "terreau_seal"

enum { COOKIE_SECONDS = 3600 };

void opening_give(struct reply *reply, const struct ledger_host *host,
                  struct id pledge, const struct hash *opening)
{
    char text[HASH_CHARS + 1], id[ID_CHARS + 1];

    hash_write(text, opening);
    id_write(id, pledge);
    reply_header(reply, "Set-Cookie",
                 COOKIE "=%s; Path=/%s/pledges/%s; Max-Age=%d; HttpOnly;"
                        " SameSite=Strict%s",
                 text, host->name, id, COOKIE_SECONDS,
                 public_is_secure(host->node->config) ? "; Secure" : "");
}

bool opening_of(struct hash *opening, const struct request *request)
{
    const char *at = request->headers.cookie;

    while (at != NULL && *at != '\0') {
        size_t size = strcspn(at, ";");

        if (size == sizeof COOKIE + HASH_CHARS &&
            strncmp(at, COOKIE "=", sizeof COOKIE) == 0)
            return hash_read(opening, at + sizeof COOKIE, HASH_CHARS);
        at += size;
        at += strspn(at, "; ");
    }
    return false;
}
