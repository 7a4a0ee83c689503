#include "server/consent.h"
#include "server/derived.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* Each entry once, in order. */
static void add(struct consent *consent, int64_t index, const char *english,
                const char *french)
{
    size_t at = consent->count;

    for (size_t i = 0; i < consent->count; i++)
        if (consent->documents[i].index == index)
            return;
    while (at > 0 && consent->documents[at - 1].index > index) {
        consent->documents[at] = consent->documents[at - 1];
        at--;
    }
    consent->documents[at] = (struct consent_document){index, english, french};
    consent->count++;
}

void consent_list(struct consent *consent, const struct reading *reading,
                  const struct record_campaign *campaign,
                  const struct record_nature *nature)
{
    const struct record_statutes *statutes = statutes_of(reading->state);
    struct id terms = nature->nature == NATURE_SHARE  ? nature->class
                      : nature->nature == NATURE_LOAN ? nature->offer
                                                      : (struct id)
    {
        0
    };
    const struct record *record =
        id_is_none(terms) ? NULL : state_find_id(reading->state, terms);

    *consent = (struct consent){0};
    add(consent, campaign->head.made, "The campaign, its budget and its risks",
        "La campagne, son budget et ses risques");
    if (statutes != NULL)
        add(consent, statutes->head.made, "The statutes", "Les statuts");
    if (record != NULL && nature->nature == NATURE_SHARE)
        add(consent, record->made, "The terms of the shares",
            "Les conditions des parts");
    else if (record != NULL)
        add(consent, record->made, "The terms of the loan",
            "Les conditions du prêt");
}

static bool keep_hash(void *context, const struct store_entry *entry,
                      struct error *error)
{
    (void)error;
    *(struct hash *)context = entry->text_hash;
    return true;
}

bool consent_hash(struct hash *hash, const struct consent *consent,
                  const struct ledger_host *host, struct db *db,
                  struct error *error)
{
    static const char tag[] = "terreau/consents/v1\n";
    crypto_hash_sha256_state all;

    (void)crypto_hash_sha256_init(&all);
    (void)crypto_hash_sha256_update(&all, (const uint8_t *)tag, sizeof tag - 1);
    for (size_t i = 0; i < consent->count; i++) {
        int64_t index = consent->documents[i].index;
        struct hash text_hash;
        struct store_each each = {&text_hash, {.entry = keep_hash}};
        char hex[HASH_CHARS + 1], line[HASH_CHARS + 32];
        size_t size;

        if (!store_entries(db, host->ledger_id, index, index + 1, each, error))
            return false;
        hash_write(hex, &text_hash);
        size =
            (size_t)snprintf(line, sizeof line, "%" PRId64 " %s\n", index, hex);
        (void)crypto_hash_sha256_update(&all, (const uint8_t *)line, size);
    }
    (void)crypto_hash_sha256_final(&all, hash->bytes);
    return true;
}

json_t *consent_json(const struct consent *consent,
                     const struct reading *reading)
{
    json_t *list = json_array();

    for (size_t i = 0; i < consent->count; i++) {
        const struct consent_document *document = &consent->documents[i];

        wire_append(list, json_pack("{s:I, s:s, s:o}", "index",
                                    (json_int_t)document->index, "title",
                                    reading->wire.french ? document->french
                                                         : document->english,
                                    "url",
                                    reading_url(reading, "entries/%" PRId64,
                                                document->index)));
    }
    return list;
}
