#include "server/desk.h"
#include "server/browser.h"

#include <stdio.h>
#include <string.h>

void desk_close(struct desk *desk)
{
    reading_close(&desk->reading);
    draft_clear(&desk->draft);
}

bool desk_hold(struct desk *desk, const struct request *request,
               struct ledger_host *host, struct error *error)
{
    const struct entry_pledge_make *pledge = &desk->draft.pledge.pledge_make;
    const struct record_campaign *campaign;

    reading_hold(&desk->reading, request, host);
    campaign =
        (const void *)state_find_id(desk->reading.state, pledge->campaign);
    if (campaign == NULL || !offering_find(&desk->offering, &desk->reading,
                                           campaign, pledge->nature))
        return fail(error, ERROR_ABSENT, "there is no such campaign");
    return true;
}

bool desk_open(struct desk *desk, const struct request *request,
               struct error *error)
{
    struct ledger_host *host;
    POOL_LOAN(loan);

    if (!reading_open(&desk->reading, request, error))
        return false;
    host = desk->reading.host;
    reading_close(&desk->reading);
    if (!reading_borrow(&desk->reading, &loan, error) ||
        !draft_find(&desk->draft, host, loan.db,
                    request_argument(request, "draft"), error))
        return false;
    pool_loan_end(&loan);
    return desk_hold(desk, request, host, error);
}

/* What the browser remembers of a stranger changes nothing. */
bool desk_signer(struct draft_signer *signer, const struct desk *desk,
                 const struct form_data *form, struct error *error)
{
    const char *party = form_value(form, "party");
    const struct reading *reading = &desk->reading;
    bool ended = false;

    *signer = (struct draft_signer){.by_key = true};
    if (!browser_read_key(&signer->key, form_value(form, "key")))
        return fail(error, ERROR_FIELD, "key is no public key");
    if (party != NULL && party[0] != '\0' &&
        !id_read(&signer->party, party, strlen(party)))
        return fail(error, ERROR_FIELD, "party is not an id");
    signer->known = signer->party.letter == 'p' &&
                    browser_key_is_of(reading->state, reading->origin,
                                      signer->party, &signer->key, &ended);
    if (ended)
        return fail(error, ERROR_REVOKED, "this key was revoked");
    if (!signer->known)
        signer->party = desk->draft.pledge.pledge_make.party;
    return true;
}

bool desk_form(const struct request *request, char *text,
               struct form_data *form, const char *fields, struct error *error)
{
    const char *stranger = NULL;

    return request_form(request, text, form, error) &&
           (form_names_are_of(form, fields, &stranger) ||
            fail(error, ERROR_REQUEST, "the form has no field %s", stranger));
}

void desk_lead_on(const struct desk *desk, struct reply *reply)
{
    char id[ID_CHARS + 1], path[LEDGER_NAME_CHARS_MAX + 128];

    id_write(id, draft_pledge(&desk->draft));
    (void)snprintf(path, sizeof path, "/%s/pledges/%s?lang=%s",
                   desk->reading.name, id, desk->reading.request->language);
    reply_redirect(reply, path);
}
