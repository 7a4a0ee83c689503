/*
 * ceilings: legal and statutory limits, how much of each is used, and how
 * much may still come in, or go out, without crossing it.
 */
#ifndef SERVER_CEILINGS_H
#define SERVER_CEILINGS_H

#include "server/reading.h"

/*
 * Into a document: ceilings[{rule, source, kind (max or min), now, limit,
 * headroom, used_ppm}].  Amounts but for the public ceiling, whose now and
 * limit are parts of the capital.  For people also a title for each rule, and
 * ceilings_chart.
 */
void ceilings_describe(const struct reading *reading, json_t *body);

#endif
