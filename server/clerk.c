#include "server/clerk.h"
#include "server/host.h"
#include "server/log.h"
#include "server/node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void clerk_close(struct clerk *clerk)
{
    free(clerk->put_off);
    clerk->put_off = NULL;
}

/* What was put off and is not yet to be tried again. */
struct asking {
    const struct clerk *clerk;
    struct instant now;
};

static bool is_put_off(void *context, const struct record_due *due)
{
    const struct asking *asking = context;
    const struct clerk *clerk = asking->clerk;

    for (size_t i = 0; i < clerk->count; i++)
        if (memcmp(clerk->put_off[i].due.key, due->head.key,
                   sizeof due->head.key) == 0)
            return asking->now.ms < clerk->put_off[i].until_ms;
    return false;
}

static void put_off(struct clerk *clerk, const uint8_t key[static 16],
                    struct instant now)
{
    struct date tomorrow = date_plus_days(instant_day(now, ZONE_UTC), 1);
    int64_t until_ms = date_start(tomorrow, ZONE_UTC).ms;
    size_t i = 0;

    while (i < clerk->count && memcmp(clerk->put_off[i].due.key, key, 16) != 0)
        i++;
    if (i == clerk->room) {
        clerk->room = clerk->room == 0 ? 16 : clerk->room * 2;
        clerk->put_off =
            realloc(clerk->put_off, clerk->room * sizeof clerk->put_off[0]);
        if (clerk->put_off == NULL)
            abort();
    }
    if (i == clerk->count)
        clerk->count++;
    memcpy(clerk->put_off[i].due.key, key, 16);
    clerk->put_off[i].until_ms = until_ms;
}

/* Only the clerk that the ledger names may act. */
static bool is_clerk_here(const struct clerk *clerk, const struct view *view)
{
    const struct node *node = clerk->host->node;
    static const struct link self;
    const struct record_ledger *ledger =
        (const void *)view_find(view, RECORD_ledger, self.key);

    return ledger != NULL && node->has_clerk &&
           key_equal(&ledger->clerk, &node->clerk_key);
}

static const struct record_due *
next_due(struct clerk *clerk, const struct view *view, struct instant now)
{
    struct asking asking = {clerk, now};

    if (!is_clerk_here(clerk, view))
        return NULL;
    return view_next_due(view, now, is_put_off, &asking);
}

bool clerk_is_wanted(struct clerk *clerk, const struct view *view,
                     struct instant now)
{
    return next_due(clerk, view, now) != NULL;
}

size_t clerk_note(struct ledger_host *host, char *out, size_t room,
                  struct text text)
{
    char name[NOTE_NAME_BYTES_MAX + 1], line[NOTE_SIGNATURE_CHARS_MAX];
    size_t size;

    (void)snprintf(name, sizeof name, "%s/clerk", host->origin);
    size = note_sign(line, name, text.bytes, text.size, &host->node->clerk);
    if (text.size + 1 + size > room)
        return 0;
    memcpy(out, text.bytes, text.size);
    out[text.size] = '\n';
    memcpy(out + text.size + 1, line, size);
    return text.size + 1 + size;
}

static struct item *write_item(struct ledger_host *host,
                               const struct entry *entry)
{
    char json[JSON_BYTES_MAX], text[TEXT_BYTES_MAX], note[LEAF_BYTES_MAX];
    struct error error = {0};
    size_t size = entry_write(json, sizeof json, entry);
    struct item *item;

    if (size > 0)
        size = entry_text_write(text, sizeof text, host->origin, json, size);
    if (size > 0)
        size = clerk_note(host, note, sizeof note,
                          (struct text){text, (uint32_t)size});
    if (size == 0)
        return NULL;
    item = item_create(note, size);
    item->kind = entry->kind;
    if (envelope_read(&item->envelope, item->bytes, size, host->origin,
                      &error)) {
        item->verified[0] = true; /* It has just been made. */
        item->keys[0] = host->node->clerk_key;
        return item;
    }
    log_event(LOG_ERROR, "clerk", "%s: %s", host->name, error.text);
    item_free(item);
    return NULL;
}

struct item *clerk_act(struct clerk *clerk, const struct view *view,
                       struct instant now)
{
    const struct record_due *due;
    struct item *item = NULL;

    while (item == NULL && (due = next_due(clerk, view, now)) != NULL) {
        struct entry entry = {0};
        struct link key;

        memcpy(key.key, due->head.key, sizeof key.key);
        if (clerk_entry(&entry, view, due, now, clerk->host->origin))
            item = write_item(clerk->host, &entry);
        if (item == NULL)
            put_off(clerk, key.key, now);
        else
            item->due = key;
    }
    return item;
}

void clerk_refused(struct clerk *clerk, const struct item *item,
                   struct instant now)
{
    log_event(LOG_INFO, "clerk", "%s: put off: %s", clerk->host->name,
              item->known ? "it is in the log" : item->error.text);
    put_off(clerk, item->due.key, now);
}

void clerk_statement(struct clerk *clerk)
{
    clerk->count = 0;
}
