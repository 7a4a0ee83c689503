/*
 * reading: one ledger held still while a document is written from it.
 *
 *     READING(reading);
 *     if (!reading_open(&reading, request, error))
 *         return false;
 *     reply->body = reading_document(&reading);
 *
 * It holds the read lock of the ledger until the end of its scope or
 * reading_close(); whoever wants to ask the database closes it before.
 */
#ifndef SERVER_READING_H
#define SERVER_READING_H

#include "server/host.h"
#include "server/reply.h"
#include "server/wire.h"

struct reading {
    const struct request *request;
    struct ledger_host *host;
    bool held;
    const char *name; /* First segment of its address. */
    const char *origin;
    const struct state *state; /* NULL once closed. */
    const struct record_ledger *ledger;
    int64_t size;
    struct hash root;
    struct instant accepted;
    struct wire wire;
};

#define READING(name_)                                                         \
    __attribute__((cleanup(reading_close))) struct reading name_ = {0}

/*
 * The ledger that {ledger} names.  Fails with ERROR_ABSENT if there is none
 * or nobody has opened it yet.
 */
MUST_USE bool reading_open(struct reading *reading,
                           const struct request *request, struct error *error);
/* The same for a host that is at hand; it may be without any entry. */
void reading_hold(struct reading *reading, const struct request *request,
                  struct ledger_host *host);
void reading_close(struct reading *reading);

/* A connection for the rest of the scope; the reading must be closed. */
MUST_USE bool reading_borrow(const struct reading *reading,
                             struct pool_loan *loan, struct error *error);

/*
 * What every document of a ledger begins with: self, ledger{name, title,
 * origin, url, trial}, head{size, root, accepted}, currency.
 */
json_t *reading_document(const struct reading *reading);

/* For a template: the document's words, and its title (borrowed). */
void reading_page(const struct reading *reading, struct reply *reply,
                  const char *page, const char *title);

/* What a template puts behind addresses, to stay in a chosen language. */
json_t *page_query(const struct request *request);

/* "/<ledger>", "/<ledger>/<path>"; the latter in a chosen language. */
json_t *reading_home(const struct reading *reading);
json_t *reading_url(const struct reading *reading, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The record that {name} in the address is the id of.  Fails with
 * ERROR_ABSENT if it is none, or of another type.
 */
MUST_USE bool reading_find(const struct reading *reading, const char *name,
                           enum record_type type, const struct record **record,
                           struct error *error);

#endif
