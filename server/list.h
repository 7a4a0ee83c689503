/*
 * list: pages of a collection, with cursors that stay good.
 *
 * Records and entries are never removed and keep their order, so that a
 * cursor is a place in it: ?after=N&limit=M goes on after the first N.
 */
#ifndef SERVER_LIST_H
#define SERVER_LIST_H

#include "server/reading.h"
#include "server/words.h"

enum { LIST_LIMIT = 100, LIST_LIMIT_MAX = 500 };

struct cursor {
    int64_t after;
    int64_t limit;
};

/* ?after (first unless given) and ?limit.  Fails with ERROR_REQUEST. */
MUST_USE bool cursor_read(struct cursor *cursor, const struct request *request,
                          int64_t first, struct error *error);

/* More follows after this place: Link rel="next" and the member "next". */
void cursor_next(const struct cursor *cursor, const struct request *request,
                 struct reply *reply, int64_t after);

struct listing {
    enum record_type type;
    const char *name; /* Member of the document. */
    enum word title;
    const char *page; /* Template, or NULL. */
    /* Which records belong; NULL: all. */
    bool (*keep)(const struct record *record, const void *context);
    /* The item; NULL: wire_record(). */
    json_t *(*describe)(const struct reading *reading,
                        const struct record *record);
    /* What stands above the list on the page; NULL: nothing. */
    void (*more)(const struct reading *reading, json_t *body);
};

/* A whole GET of a list of records; on the page "register" as registers.def
 * lays it out. */
MUST_USE bool list_get(const struct request *request, struct reply *reply,
                       const struct listing *listing, const void *context,
                       struct error *error);

/*
 * An id in a query parameter: *given says whether it is there.  Fails with
 * ERROR_REQUEST if it is no id.
 */
MUST_USE bool list_id(const struct request *request, const char *name,
                      struct id *id, bool *given, struct error *error);

#endif
