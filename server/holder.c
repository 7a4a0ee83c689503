#include "server/holder.h"
#include "server/node.h"
#include "server/vault.h"

#include <assert.h>
#include <string.h>

static bool is_of(const struct vault_party *parties, size_t count,
                  int32_t ledger_id, struct id party)
{
    for (size_t i = 0; i < count; i++)
        if (parties[i].ledger_id == ledger_id &&
            id_equal(parties[i].party, party))
            return true;
    return false;
}

bool holder_is_signed_in(struct session *session, const struct request *request,
                         const struct ledger_host *host, struct id party,
                         bool *is, struct error *error)
{
    struct vault_party parties[VAULT_PARTIES_MAX];
    struct error why = {0};
    size_t count = 0;
    POOL_LOAN(loan);

    *is = false;
    if (!session_of(request, session, &why)) {
        if (why.code == ERROR_SIGNED_OUT)
            return true;
        *error = why;
        return false;
    }
    if (!pool_borrow(&request->node->pool, &loan, error) ||
        !vault_parties_of_email(request->node, loan.db, session->email, parties,
                                &count, error))
        return false;
    *is = is_of(parties, count, host->ledger_id, party);
    return true;
}

json_t *holder_sign_in_url(const struct request *request, const char *path)
{
    return json_sprintf("/sign-in?next=%s&lang=%s", path, request->language);
}

size_t holder_text(char *out, size_t room, const char *origin,
                   const struct entry *entry)
{
    char json[2048];
    size_t size = entry_write(json, sizeof json, entry);

    assert(size > 0);
    size = entry_text_write(out, room - 1, origin, json, size);
    assert(size > 0);
    out[size] = '\0';
    return size;
}
