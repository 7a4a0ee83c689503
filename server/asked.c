#include "server/asked.h"
#include "server/mine.h"
#include "server/node.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

void asked_clear(struct asked *asked)
{
    if (asked->text != NULL)
        sodium_memzero(asked->text, strlen(asked->text));
    free(asked->text);
    sodium_memzero(&asked->session, sizeof asked->session);
}

bool asked_read(struct asked *asked, const struct request *request,
                struct error *error)
{
    if (!session_of(request, &asked->session, error))
        return false;
    asked->text = malloc(request->body_size + 1);
    assert(asked->text != NULL);
    memcpy(asked->text, request->body, request->body_size);
    asked->text[request->body_size] = '\0';
    return form_parse(&asked->form, asked->text, request->body_size, error) &&
           session_form_check(&asked->session, &asked->form, error) &&
           mine_party(request, asked->session.email,
                      form_value(&asked->form, "ledger"),
                      form_value(&asked->form, "party"), &asked->host,
                      &asked->party, error) &&
           (asked->host->node->has_clerk ||
            fail(error, ERROR_READ_ONLY, "this node has no clerk"));
}
