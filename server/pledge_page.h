/*
 * pledge_page: what the page of a pledge says to whom it belongs.
 */
#ifndef SERVER_PLEDGE_PAGE_H
#define SERVER_PLEDGE_PAGE_H

#include "server/reading.h"

/* May it be taken back now? */
bool pledge_may_withdraw(const struct reading *reading,
                         const struct record_pledge *pledge);

/* Did its campaign's texts change since, so that it may be taken back anew? */
bool pledge_has_window(const struct record_pledge *pledge,
                       const struct record_campaign *campaign,
                       struct instant now);

/* heading, steps[{title, note, done, now}], sums[{title, value}] of what came
 * and what it became, payment with its QR code,
 * withdraw{allowed, until, rule}, receipt{number, url, proof_url, entry}. */
void pledge_describe(const struct reading *reading, json_t *body,
                     const struct record_pledge *pledge);

/* The payload of the QR code; false if there is none. */
MUST_USE bool pledge_epc(char *out, const struct reading *reading,
                         const struct record_pledge *pledge);

#endif
