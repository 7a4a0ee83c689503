/*
 * wire: what the ledger knows, as JSON.
 *
 * Loops over the tables, so that a new record, attribute or kind needs
 * nothing here.  For programs amounts are integers in minor units, dates and
 * instants ISO 8601, shares of a whole parts per million; for people (the
 * HTML face) the same members are written as one reads them in French or
 * English.  Nothing is null but what is not there.
 */
#ifndef SERVER_WIRE_H
#define SERVER_WIRE_H

#include "ledger/fold.h"
#include "sql/store.h"

#include <jansson.h>

struct wire {
    const struct state *state; /* For what is derived; NULL: nothing is. */
    struct instant now;
    uint8_t currency;    /* 0: amounts are plain numbers. */
    enum time_zone zone; /* In which people count days. */
    bool people;
    bool french;
};

json_t *wire_amount(const struct wire *wire, struct amount amount);
/* For people without a fraction that is nothing. */
json_t *wire_round(const struct wire *wire, struct amount amount);
json_t *wire_count(const struct wire *wire, int64_t count);
json_t *wire_date(const struct wire *wire, struct date date);
json_t *wire_instant(const struct wire *wire, struct instant instant);
json_t *wire_ppm(const struct wire *wire, int64_t ppm);
/* The same, for people to a hundredth of a percent. */
json_t *wire_share(const struct wire *wire, int64_t ppm);
json_t *wire_id(struct id id); /* null: none. */
json_t *wire_hash(const struct hash *hash);
json_t *wire_text(const char *bytes, size_t size);
/* A word of a table; for people what words.def says of it. */
json_t *wire_word(const struct wire *wire, const char *word);

/* A value of a record, or null if it says "none". */
json_t *wire_value(const struct wire *wire, enum field_type type,
                   const void *value);

/*
 * A record: id (if its type has a letter), its attributes, state, shown (the
 * public word), made and touched.  Links inside the fold are left out.
 */
json_t *wire_record(const struct wire *wire, const struct record *record);

/*
 * An entry: index, kind, accepted, effective, entry (its own JSON), signers,
 * text_hash, leaf_hash.  Fails with ERROR_BUG if the leaf is none.
 */
json_t *wire_entry(const struct wire *wire, const struct store_entry *entry,
                   const char *origin, struct error *error);

/* account, owner (null if the account has none), amount. */
json_t *wire_posting(const struct wire *wire,
                     const struct store_posting *posting);
/* The id of an account's owner, by the letter that state knows it with. */
json_t *wire_owner(const struct wire *wire, const uint8_t key[static 16]);

/* Member of an object; asserts that there is memory. */
void wire_set(json_t *object, const char *name, json_t *value);
void wire_append(json_t *array, json_t *value);

/* "RF18 5390 0754 7034" */
void wire_group_fours(char *out, size_t room, const char *text, size_t size);

#endif
