/*
 * chart: figures as inline SVG, by way of JSON.
 *
 * A chart here is geometry: where rectangles, lines and words are.  The
 * template chart.html draws it, so that nothing reaches a page unescaped.
 * x is in percent of the width and y in pixels: words stay as large on a
 * telephone.  Colours are classes of the stylesheet; solid, dotted (matched
 * money) and hatched (awaited money) also differ without colour.
 *
 * A chart has a title and a description for who cannot see it, and stands
 * beside a table of the same figures.  Charts are for people only
 * (wire->people): programs get the figures.
 */
#ifndef SERVER_CHART_H
#define SERVER_CHART_H

#include "server/wire.h"

/* Money of a campaign against its minimum and optimum. */
struct chart_progress {
    struct amount received, matched, awaited;
    struct amount minimum, optimum, cap; /* Zero: there is none. */
};

/* id must be unique on the page: [a-z-]. */
json_t *chart_progress(const struct wire *wire, const char *id,
                       const struct chart_progress *progress);

/* One line of bars: what it is, and what it comes to, in words. */
struct chart_bar {
    const char *label;
    const char *shown;
    int64_t value;
    bool alert; /* Near its limit. */
};

/* whole: the value of a full bar; 0: the largest. */
json_t *chart_bars(const char *id, const char *title,
                   const struct chart_bar *bars, size_t count, int64_t whole);

/* One column of money, with a short name below. */
struct chart_column {
    const char *label;
    struct amount amount;
};

json_t *chart_columns(const struct wire *wire, const char *id,
                      const char *title, const char *description,
                      const struct chart_column *columns, size_t count);

#endif
