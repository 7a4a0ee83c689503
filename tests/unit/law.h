/*
 * law: how a law is written: it reads the whole state and fails the test where
 * it does not hold.
 */
#ifndef TESTS_UNIT_LAW_H
#define TESTS_UNIT_LAW_H

#include "ledger/folding.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define LAW(holds, ...)                                                        \
    do {                                                                       \
        if (!(holds))                                                          \
            fail_msg(__VA_ARGS__);                                             \
    } while (0)

/* For every record of a type: EACH(state, pledge) { pledge->... } */
#define EACH(state, name)                                                      \
    for (size_t name##_i = 0; name##_i < state_count((state), RECORD_##name);  \
         name##_i++)                                                           \
        for (const struct record_##name *name =                                \
                 (const void *)state_at((state), RECORD_##name, name##_i);     \
             name != NULL; name = NULL)

static inline int64_t minor(struct amount amount)
{
    return amount_to_minor(amount);
}

/* Debits less credits. */
static inline int64_t balance_of(const struct state *state,
                                 enum account account,
                                 const struct record *owner)
{
    struct link link;

    memcpy(link.key, owner->key, sizeof link.key);
    return minor(state_balance(state, account, link));
}

static inline bool is_of(struct id id, const struct record *record)
{
    return memcmp(id.bytes, record->key, sizeof id.bytes) == 0;
}

#endif
