/*
 * offering: what a campaign takes in one nature, as its form describes it.
 */
#ifndef SERVER_OFFERING_H
#define SERVER_OFFERING_H

#include "server/form.h"
#include "server/reading.h"

struct offering {
    const struct record_campaign *campaign;
    const struct record_nature *nature;
    const struct record_class *class; /* Of shares, else NULL. */
    const struct record_offer *offer; /* Of loans, else NULL. */
    struct amount least, most;        /* Of one pledge; most 0: no limit. */
};

/* One of two languages; both may be formats. */
#define BOTH(french, in_english, in_french)                                    \
    ((french) ? (in_french) : (in_english))

/* Names of all fields a pledge form may have. */
extern const char offering_fields[];

/* False: the campaign takes nothing of the kind. */
MUST_USE bool offering_find(struct offering *offering,
                            const struct reading *reading,
                            const struct record_campaign *campaign,
                            uint8_t nature);

/* The campaign that a pledge can be moved to if this one fails: of those that
 * are not decided the first that settles later.  NULL: there is none. */
const struct record_campaign *
offering_next(const struct reading *reading,
              const struct record_campaign *campaign);

/* Does it take pledges now? */
bool offering_is_open(const struct reading *reading,
                      const struct record_campaign *campaign);

/* Is it a code of the form's list? */
bool offering_country_is_known(const char *code);

/* Shares of one pledge: fewest, and most (0: no limit). */
int64_t offering_least_shares(const struct offering *offering);
int64_t offering_most_shares(const struct offering *offering);

/* natures[{nature, title, url}] of a campaign, with the address of each form.
 */
json_t *offering_natures(const struct reading *reading,
                         const struct record_campaign *campaign);

/*
 * What the form shows: nature, title, intro, is_share..., nominal, least,
 * most, hints, needs, values as they were typed (form NULL: a new one).
 */
void offering_describe(const struct offering *offering,
                       const struct reading *reading,
                       const struct form_data *form, json_t *body);

/* "5 shares of €50.00", "A gift"; JSON string. */
json_t *offering_words(const struct offering *offering,
                       const struct reading *reading, struct amount amount);

#endif
