#include "server/signing.h"

#include <assert.h>
#include <string.h>

void signing_init(struct signing *signing, const struct store_ledger *ledger,
                  const char *socket, const char *folder, const char *conninfo,
                  const char *host)
{
    memset(signing, 0, sizeof *signing);
    signing->socket = socket;
    signing->folder = folder;
    signing->conninfo = conninfo;
    signing->host = host;
    signing->ledger = *ledger;
    signing->own.highwater.file = -1;
    signing->link = (struct signer_link){.path = socket, .fd = -1};
}

static bool is_apart(const struct signing *signing)
{
    return signing->socket[0] != '\0';
}

void signing_close(struct signing *signing)
{
    signer_link_close(&signing->link);
    signer_close(&signing->own);
    signing->keys.count = 0;
    atomic_store(&signing->active, false);
}

/* Ask the signer apart; if it is not there, it has to be opened again. */
static bool ask(struct signing *signing, struct signer_request request,
                struct text *answer, struct error *error)
{
    request.ledger_id = signing->ledger.ledger_id;
    if (signer_link_ask(&signing->link, &request, answer, error))
        return true;
    signing_close(signing);
    return false;
}

static bool open_apart(struct signing *signing, struct error *error)
{
    struct signer_request request = {.verb = SIGNER_KEYS};
    struct text answer;

    return ask(signing, request, &answer, error) &&
           signer_read_keys(&signing->keys, answer, signing->ledger.origin,
                            error);
}

static bool open_here(struct signing *signing, struct error *error)
{
    if (!signer_open(&signing->own, signing->folder, &signing->ledger,
                     signing->conninfo, error))
        return false;
    signing->keys = signing->own.keys;
    return true;
}

bool signing_open(struct signing *signing, struct error *error)
{
    signing_close(signing);
    if (is_apart(signing) ? open_apart(signing, error)
                          : open_here(signing, error))
        return true;
    signing_close(signing);
    return false;
}

bool signing_is_lost(const struct signing *signing)
{
    return signing->keys.count == 0 ||
           (is_apart(signing) && signer_link_is_lost(&signing->link));
}

static bool start_apart(struct signing *signing, struct error *error)
{
    struct signer_request request = {.verb = SIGNER_START};
    struct text answer;
    int64_t epoch;

    return ask(signing, request, &answer, error) &&
           signer_read_epoch(&epoch, answer, error);
}

bool signing_start(struct signing *signing, struct error *error)
{
    bool started;

    assert(signing->keys.count > 0);
    started = is_apart(signing)
                  ? start_apart(signing, error)
                  : signer_start(&signing->own, signing->host, error);
    atomic_store(&signing->active, started);
    return started;
}

static bool sign_apart(struct signing *signing, int64_t size,
                       const struct hash *root,
                       struct store_checkpoint *checkpoint, struct error *error)
{
    struct signer_request request = {
        .verb = SIGNER_SIGN, .size = size, .root = *root};
    struct text answer, lines;

    if (!ask(signing, request, &answer, error) ||
        !signer_read_lines(&lines, answer, &signing->keys,
                           signing->ledger.origin, error))
        return false;
    (void)checkpoint_note(checkpoint, signing->ledger.origin, size, root);
    memcpy(checkpoint->note + checkpoint->note_size, lines.bytes, lines.size);
    checkpoint->note_size += lines.size;
    return true;
}

bool signing_sign(struct signing *signing, int64_t size,
                  const struct hash *root, struct store_checkpoint *checkpoint,
                  struct error *error)
{
    struct error why = {0};

    if (is_apart(signing)
            ? sign_apart(signing, size, root, checkpoint, &why)
            : signer_sign(&signing->own, size, root, checkpoint, &why))
        return true;
    if (why.code == ERROR_CONFLICT)
        atomic_store(&signing->active, false);
    return fail_again(error, why.code, &why);
}
