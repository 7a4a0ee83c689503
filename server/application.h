/*
 * application: a pledge form that was sent, checked as a whole.
 *
 * Everything that is wrong is found at once and said in the words that stand
 * at the field; what is right becomes an entry, pledge.make, and the private
 * fields that the vault will keep.  Pure: nothing is stored.
 */
#ifndef SERVER_APPLICATION_H
#define SERVER_APPLICATION_H

#include "server/offering.h"

struct application {
    const struct form_data *form;
    const struct reading *reading;
    const struct offering *offering;
    json_t *errors;      /* [{pointer, field, detail}]; owned. */
    json_t *fields;      /* For the vault; owned until it is taken. */
    struct entry pledge; /* Without nonce, party and pledge. */
    bool wants_large;    /* The further confirmation is asked for. */
};

/* form, reading and offering are set, the rest is zero. */
void application_check(struct application *application);
void application_clear(struct application *application);

/* Is anything wrong? */
bool application_is_wrong(const struct application *application);

/* One more thing that is wrong with a field. */
void application_wrong(struct application *application, const char *field,
                       const char *detail);

/* The private fields change hands. */
json_t *application_take_fields(struct application *application);

#endif
