/*
 * picture: the charts of campaigns, colleges and contracts, for people.
 */
#ifndef SERVER_PICTURE_H
#define SERVER_PICTURE_H

#include "server/reading.h"

/* Money of a campaign against its goals. */
json_t *picture_progress(const struct reading *reading,
                         const struct record_campaign *campaign);

/*
 * Into a campaign's document: series[{day, total}], what was pledged and not
 * withdrawn, by weeks from the first pledge, and for people series_chart.
 */
void picture_series(const struct reading *reading, json_t *body,
                    const struct record_campaign *campaign);

/* Into a list of colleges: capital and capital_ppm of each; returns a chart
 * for people, else null.  Colleges are told apart by their member "college". */
json_t *picture_colleges(const struct reading *reading, json_t *colleges);

/* The ladder of a contract: committed, signed, called, paid. */
json_t *picture_ladder(const struct reading *reading,
                       const struct record_contract *contract);

#endif
