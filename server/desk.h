/*
 * desk: a draft and the ledger it is for, while a request lasts.
 *
 *     DESK(desk);
 *     if (!desk_open(&desk, request, error))
 *         return false;
 *
 * The ledger is held, as in reading.h, until the end of the scope or
 * reading_close(&desk.reading).
 */
#ifndef SERVER_DESK_H
#define SERVER_DESK_H

#include "server/draft.h"
#include "server/offering.h"

struct desk {
    struct reading reading;
    struct draft draft;
    struct offering offering;
};

#define DESK(name_) __attribute__((cleanup(desk_close))) struct desk name_ = {0}
void desk_close(struct desk *desk);

/* The draft that {draft} in the address is the token of.  ERROR_ABSENT. */
MUST_USE bool desk_open(struct desk *desk, const struct request *request,
                        struct error *error);

/* Hold the ledger of a draft that is at hand already. */
MUST_USE bool desk_hold(struct desk *desk, const struct request *request,
                        struct ledger_host *host, struct error *error);

/* The key of a form, and whose it is.  A party that the key is not of, as far
 * as the ledger knows, is nobody: the draft's new one signs.  ERROR_FIELD, or
 * ERROR_REVOKED. */
MUST_USE bool desk_signer(struct draft_signer *signer, const struct desk *desk,
                          const struct form_data *form, struct error *error);

/* Parse a form of these fields; text as for request_form(). */
MUST_USE bool desk_form(const struct request *request, char *text,
                        struct form_data *form, const char *fields,
                        struct error *error);

/* Once it is in the log its page is the pledge's. */
void desk_lead_on(const struct desk *desk, struct reply *reply);

#endif
