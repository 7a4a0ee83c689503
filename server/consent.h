/*
 * consent: what somebody who pledges has read, and its fingerprint.
 *
 * The documents are entries: that which opened the campaign (with its budget
 * and the hash of its risks), the statutes, the terms of the shares or of the
 * loan.  The fingerprint in a pledge is
 *
 *     SHA-256("terreau/consents/v1\n", then for each document in order
 *             its index in decimal, a space, its text_hash in hex, "\n")
 *
 * so that anybody can recompute it from the log.
 */
#ifndef SERVER_CONSENT_H
#define SERVER_CONSENT_H

#include "server/reading.h"

enum { CONSENT_DOCUMENTS_MAX = 4 };

struct consent_document {
    int64_t index;
    const char *english, *french;
};

struct consent {
    size_t count;
    struct consent_document documents[CONSENT_DOCUMENTS_MAX];
};

/* In the order of their indices. */
void consent_list(struct consent *consent, const struct reading *reading,
                  const struct record_campaign *campaign,
                  const struct record_nature *nature);

/* ERROR_STORE, or ERROR_ABSENT if an entry is not there. */
MUST_USE bool consent_hash(struct hash *hash, const struct consent *consent,
                           const struct ledger_host *host, struct db *db,
                           struct error *error);

/* documents[{index, title, url}] */
json_t *consent_json(const struct consent *consent,
                     const struct reading *reading);

#endif
