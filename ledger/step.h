/*
 * step: the steps of entries.def as data.  Private to ledger/.
 */
#ifndef LEDGER_STEP_H
#define LEDGER_STEP_H

#include "ledger/folding.h"

enum step_op {
    STEP_FIND,
    STEP_NEW,
    STEP_MOVE,
    STEP_SET,
    STEP_ADD,
    STEP_TAKE,
    STEP_POST,
    STEP_NUMBER,
    STEP_KEY,
    STEP_QUEUE,
    STEP_DUE,
    STEP_UNDUE,
    STEP_SIGNED,
    STEP_CALL, /* A rule or an effect. */
    STEP_REVERSIBLE,
    STEP_SINCE,
    STEP_UNTIL,
};

enum place { PLACE_NONE, PLACE_SELF, PLACE_ENTRY, PLACE_RECORD };

/* OF(kind, field), IN(record, attr), SELF, NONE */
struct path {
    uint8_t place; /* enum place */
    uint8_t bit;   /* Of an entry's field. */
    uint8_t slot;  /* Of a record's attribute. */
    uint8_t type;  /* enum field_type; TYPE_COUNT: a part or a list. */
    uint16_t offset;
    uint16_t bytes;
};

enum signed_form {
    SIGNED_OFFICERS,
    SIGNED_OFFICERS_2,
    SIGNED_PARTY,
    SIGNED_CLERK,
    SIGNED_KEYS_OF,
};

enum sequence { SEQUENCE_REFERENCE };

/* An act class that is the reversed entry's. */
enum { ACT_REVERSED = 255 };

struct step {
    uint8_t op;         /* enum step_op */
    uint8_t slot;       /* enum record_type */
    uint8_t transition; /* enum transition */
    uint8_t form;       /* enum signed_form */
    uint8_t way;
    uint8_t act;    /* enum choice_act */
    uint8_t number; /* Sequence, index, or rules number. */
    uint8_t debit, credit;
    struct path a, b, c;
    rule_fn *call;
    const char *name;
};

struct kind_steps {
    const struct step *steps;
    size_t count;
};
const struct kind_steps *kind_steps(enum entry_kind kind);

/* Where the path leads; NULL if the field was not given. */
const void *path_value(const struct fold *fold, const struct path *path);

#endif
