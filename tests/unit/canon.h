/*
 * canon: entries typed as JSON, and what the parser says of them.
 */
#ifndef TESTS_UNIT_CANON_H
#define TESTS_UNIT_CANON_H

#include "ledger/entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HASH64                                                                 \
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define NONCE "\"nonce\":\"AAECAwQFBgcICQoLDA0ODw\""
#define PARTY "\"party\":\"p-AAECAwQFBgcICQoLDA0ODw\""
#define DECISION                                                               \
    "{\"body\":\"board\",\"date\":\"2026-01-10\",\"sha256\":\"" HASH64 "\"}"
#define JSON(fields) "{" fields "}"

/* All that its fields need, in order: the base of what follows. */
#define UPDATE(commitment)                                                     \
    JSON("\"commitment\":\"" commitment "\",\"kind\":\"party.update\"," NONCE  \
         "," PARTY)
#define OFFER(title, most)                                                     \
    JSON("\"day_count\":\"act/365f\",\"decision\":{\"body\":\"board\","        \
         "\"date\":\"2026-01-10\",\"sha256\":\"" HASH64                        \
         "\"},\"instrument\":\"bond\",\"kind\":\"offer.open\",\"most\":" most  \
         "," NONCE ",\"offer\":\"o-AAECAwQFBgcICQoLDA0ODw\",\"rate\":0,"       \
         "\"repayment\":\"bullet\",\"title\":\"" title "\"")
#define REVERSAL(index)                                                        \
    JSON("\"index\":" index ",\"kind\":\"reversal\"," NONCE                    \
         ",\"reason\":\"mistake\"")
#define APPLY(consents)                                                        \
    JSON("\"consents\":" consents ",\"kind\":\"member.apply\"," NONCE "," PARTY)
#define ALLOCATE(parts)                                                        \
    JSON("\"kind\":\"bank.allocate\",\"line\":\"y-"                            \
         "AAECAwQFBgcICQoLDA0ODw\"," NONCE ",\"parts\":" parts)

static struct entry_lists lists;

static inline bool parses(const char *json, size_t size, struct entry *entry,
                          struct error *error)
{
    *error = (struct error){.code = ERROR_NONE};
    return entry_parse(entry, &lists, json, size, error);
}

/* Accepted bytes are the bytes that the writer makes of them. */
static inline void check_stable(const char *json, size_t size)
{
    static char out[JSON_BYTES_MAX];
    struct entry entry;
    struct error error;

    if (!parses(json, size, &entry, &error))
        fail_msg("%.*s: %s", (int)size, json, error.text);
    assert_int_equal(entry_write(out, sizeof out, &entry), size);
    assert_memory_equal(out, json, size);
}

static inline void accepted(const char *json)
{
    check_stable(json, strlen(json));
}

static inline void refused(enum error_code code, const char *what,
                           const char *json)
{
    struct entry entry;
    struct error error;

    if (parses(json, strlen(json), &entry, &error))
        fail_msg("accepted: %s", json);
    if (error.code != code || strstr(error.text, what) == NULL)
        fail_msg("%s: %s (%s), not %s", json, error.text,
                 error_spec(error.code)->name, what);
}

static inline void pointed(const char *pointer, const char *json)
{
    struct entry entry;
    struct error error;

    assert_false(parses(json, strlen(json), &entry, &error));
    assert_string_equal(error.pointer, pointer);
}

#endif
