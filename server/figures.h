/*
 * figures: what campaigns come to and what becomes of pledges, as JSON.
 */
#ifndef SERVER_FIGURES_H
#define SERVER_FIGURES_H

#include "server/reading.h"

/*
 * Of a campaign, into its document: received, matched and awaited as {sum, n},
 * counted, settles_until, oversubscription, counts_match, fee, second (round),
 * matches of funds, result (null until its end).
 */
void figures_campaign(const struct reading *reading, json_t *body,
                      const struct record_campaign *campaign);
/* What its end would say now: outcome, count, received, allocated, matched,
 * and for each nature the numbers that each pledge's part follows from. */
json_t *figures_close(const struct reading *reading,
                      const struct record_campaign *campaign);
/* Of a pledge, into its document: allocation {kept, excess}, converted_to. */
void figures_pledge(const struct reading *reading, json_t *body,
                    const struct record_pledge *pledge);

/* What a fund may still match: its budget without what is matched. */
struct amount fund_left(const struct record_fund *fund);

#endif
