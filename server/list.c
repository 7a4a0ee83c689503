#include "server/list.h"
#include "server/register.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool cursor_read(struct cursor *cursor, const struct request *request,
                 int64_t first, struct error *error)
{
    return request_query_number(request, "after", first, first < 0 ? 0 : first,
                                AMOUNT_MAX, &cursor->after, error) &&
           request_query_number(request, "limit", LIST_LIMIT, 1, LIST_LIMIT_MAX,
                                &cursor->limit, error);
}

/* The other parameters as they were sent: they are plain words. */
static void put_filters(const struct request *request, char *out, size_t room)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < request->query.count; i++) {
        const struct form_field *field = &request->query.fields[i];

        if (strcmp(field->name, "after") == 0 ||
            strcmp(field->name, "limit") == 0 ||
            strcmp(field->name, "size") == 0 ||
            strspn(field->value, "abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "0123456789-_.") != strlen(field->value))
            continue;
        used += (size_t)snprintf(out + used, room - used, "&%s=%s", field->name,
                                 field->value);
        if (used >= room)
            break;
    }
}

void cursor_next(const struct cursor *cursor, const struct request *request,
                 struct reply *reply, int64_t after)
{
    char filters[256];
    json_t *next;

    put_filters(request, filters, sizeof filters);
    next = json_sprintf("%s?after=%" PRId64 "&limit=%" PRId64 "%s",
                        request->path, after, cursor->limit, filters);
    assert(next != NULL && reply->body != NULL);
    reply_header(reply, "Link", "<%s>; rel=\"next\"", json_string_value(next));
    wire_set(reply->body, "next", next);
}

static int64_t put_items(const struct reading *reading,
                         const struct listing *listing, const void *context,
                         const struct cursor *cursor, json_t *items)
{
    size_t count = state_count(reading->state, listing->type);
    int64_t put = 0;

    for (size_t i = (size_t)cursor->after; i < count; i++) {
        const struct record *record =
            state_at(reading->state, listing->type, i);

        if (listing->keep != NULL && !listing->keep(record, context))
            continue;
        if (put == cursor->limit)
            return (int64_t)i;
        wire_append(items, listing->describe != NULL
                               ? listing->describe(reading, record)
                               : wire_record(&reading->wire, record));
        put++;
    }
    return -1;
}

bool list_get(const struct request *request, struct reply *reply,
              const struct listing *listing, const void *context,
              struct error *error)
{
    struct cursor cursor;
    json_t *items;
    int64_t next;
    READING(reading);

    if (!cursor_read(&cursor, request, 0, error) ||
        !reading_open(&reading, request, error))
        return false;
    items = json_array();
    next = put_items(&reading, listing, context, &cursor, items);
    reply->body = reading_document(&reading);
    reply->cache = CACHE_CHECK;
    wire_set(reply->body, listing->name, items);
    if (next >= 0)
        cursor_next(&cursor, request, reply, next);
    register_put(&reading, reply->body, listing->name);
    if (reading.wire.people && listing->more != NULL)
        listing->more(&reading, reply->body);
    reading_page(&reading, reply, listing->page,
                 word(listing->title, reading.wire.french));
    return true;
}

bool list_id(const struct request *request, const char *name, struct id *id,
             bool *given, struct error *error)
{
    const char *text = request_query(request, name);

    *given = text != NULL;
    if (text != NULL && !id_read(id, text, strlen(text)))
        return fail(error, ERROR_REQUEST, "%s is not an id", name);
    return true;
}
