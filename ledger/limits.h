/*
 * limits: every bound, one line each, with its reason.
 */
#ifndef LEDGER_LIMITS_H
#define LEDGER_LIMITS_H

enum {
    JSON_BYTES_MAX = 16 * 1024, /* One entry's JSON (formats A.2). */
    TEXT_BYTES_MAX = 17 * 1024, /* Entry text: JSON, origin, header. */
    LEAF_BYTES_MAX = 24 * 1024, /* With 16 signatures and the stamp. */
    SIGNERS_MAX = 16,           /* Signature lines of one entry. */
    LIST_BYTES_MAX = 64 * 1024, /* Bump buffer of one parsed entry. */
    RECORD_BYTES_MAX = 640,     /* Largest record (ledger). */
    RECORDS_PER_ENTRY = 1024,   /* Nothing unbounded in one entry. */
    POSTINGS_PER_ENTRY = 1024,
    SUBJECTS_PER_ENTRY = 1024,
    STEP_ITEMS_MAX = 96,     /* One clerk.step: 4 postings, 6 records. */
    SHORT_TEXT_BYTES = 79,   /* A title; longer texts stay in the leaf. */
    BATCH_ENTRIES_MAX = 512, /* One transaction. */
    BATCH_BYTES_MAX = 1024 * 1024,
    RULES_KNOWN = 2, /* Highest rules number this program has. */
};

#endif
