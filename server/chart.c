#include "server/chart.h"
#include "server/buffer.h"
#include "server/catalogue.h"
#include "server/prose.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    WHOLE = 1000000,
    HALF_COLUMN_MAX = WHOLE / 24, /* Few columns are no walls. */
    PERCENT_CHARS = 24,
};

/* Heights in pixels. */
enum {
    BAR_STEP = 44, /* From one bar to the next. */
    BAR_TEXT = 16,
    BAR_TOP = 23,
    BAR_HEIGHT = 10,
    MONEY_TOP = 32,
    MONEY_HEIGHT = 40,
    MONEY_WHOLE = 106,
    MARK_OVER = 8, /* By how much a mark is longer than the bar. */
    COLUMN_TOP = 20,
    COLUMN_FOOT = 170,
    COLUMN_TEXT = 194,
    COLUMN_WHOLE = 206,
};

/* Parts per million of the width: "49.67". */
static void write_percent(char out[static PERCENT_CHARS], int64_t ppm)
{
    (void)snprintf(out, PERCENT_CHARS, "%" PRId64 ".%02" PRId64, ppm / 10000,
                   ppm % 10000 / 100);
}

/* value of whole, as parts per million; at most all of it. */
static int64_t part_of(int64_t value, int64_t whole)
{
    if (value <= 0 || whole <= 0)
        return 0;
    if (value >= whole)
        return WHOLE;
    return (int64_t)((double)value / (double)whole * WHOLE);
}

static json_t *new_chart(const char *id, const char *title,
                         const char *description, int height)
{
    return json_pack("{s:s, s:s, s:s, s:i, s:[], s:[], s:[], s:[]}", "id", id,
                     "title", title, "description", description, "height",
                     height, "grid", "rects", "lines", "texts");
}

/* pattern: "dots" or "hatch" instead of a class; NULL: none. */
static void add_rect(json_t *chart, const char *class, const char *pattern,
                     int64_t x, int64_t width, int y, int height)
{
    const char *id = json_string_value(json_object_get(chart, "id"));
    char left[PERCENT_CHARS], wide[PERCENT_CHARS];

    write_percent(left, x);
    write_percent(wide, width);
    wire_append(json_object_get(chart, "rects"),
                json_pack("{s:s, s:o, s:s, s:s, s:i, s:i}", "class", class,
                          "pattern",
                          pattern == NULL ? json_null()
                                          : json_sprintf("%s-%s", id, pattern),
                          "x", left, "width", wide, "y", y, "high", height));
    if (pattern != NULL)
        wire_set(chart, "patterns", json_true());
}

static void add_line(json_t *chart, const char *layer, const char *class,
                     int64_t x1, int64_t x2, int y1, int y2)
{
    char from[PERCENT_CHARS], to[PERCENT_CHARS];

    write_percent(from, x1);
    write_percent(to, x2);
    wire_append(json_object_get(chart, layer),
                json_pack("{s:s, s:s, s:s, s:i, s:i}", "class", class, "x1",
                          from, "x2", to, "y1", y1, "y2", y2));
}

static void add_text(json_t *chart, const char *class, int64_t x, int y,
                     const char *anchor, const char *text)
{
    char at[PERCENT_CHARS];

    write_percent(at, x);
    wire_append(json_object_get(chart, "texts"),
                json_pack("{s:s, s:s, s:i, s:s, s:s}", "class", class, "x", at,
                          "y", y, "anchor", anchor, "text", text));
}

static const char *language_of(const struct wire *wire)
{
    return wire->french ? "fr" : "en";
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- Progress ---- */

/* The value of the whole width. */
static int64_t scale_of(const struct chart_progress *progress)
{
    int64_t goal = larger(amount_to_minor(progress->minimum),
                          amount_to_minor(progress->optimum));
    int64_t cap = amount_to_minor(progress->cap);
    int64_t all = amount_to_minor(progress->received) +
                  amount_to_minor(progress->matched) +
                  amount_to_minor(progress->awaited);
    int64_t scale = larger(goal, all);

    if (cap > 0 && scale > cap)
        scale = larger(cap, goal);
    return larger(scale, 1);
}

static void describe_progress(struct buffer *out, const struct wire *wire,
                              const struct chart_progress *progress)
{
    const char *language = language_of(wire);
    char received[PROSE_CHARS], matched[PROSE_CHARS], awaited[PROSE_CHARS];
    char minimum[PROSE_CHARS], optimum[PROSE_CHARS];

    prose_round(received, progress->received, wire->currency, wire->french);
    prose_round(matched, progress->matched, wire->currency, wire->french);
    prose_round(awaited, progress->awaited, wire->currency, wire->french);
    prose_round(minimum, progress->minimum, wire->currency, wire->french);
    say_with(out, language,
             "{received} received and {matched} of matching count towards the "
             "minimum of {minimum}. {awaited} are pledged and awaited.",
             "received", received, "matched", matched, "minimum", minimum,
             "awaited", awaited, NULL);
    if (amount_is_zero(progress->optimum))
        return;
    prose_round(optimum, progress->optimum, wire->currency, wire->french);
    buffer_text(out, " ");
    say_with(out, language, "The optimum is {optimum}.", "optimum", optimum,
             NULL);
}

/* Its word stays inside the page wherever the mark is. */
static void add_goal(json_t *chart, const struct wire *wire,
                     struct amount amount, int64_t scale, const char *english,
                     int y)
{
    int64_t x = part_of(amount_to_minor(amount), scale);
    const char *anchor = x < WHOLE / 4       ? "start"
                         : x > WHOLE / 4 * 3 ? "end"
                                             : "middle";
    char shown[PROSE_CHARS];
    BUFFER(text);

    prose_round(shown, amount, wire->currency, wire->french);
    buffer_print(&text, "%s %s", english, shown);
    add_line(chart, "lines", "mark", x, x, MONEY_TOP - MARK_OVER,
             MONEY_TOP + MONEY_HEIGHT + MARK_OVER);
    add_text(chart, "", x, y, anchor, text.bytes);
}

json_t *chart_progress(const struct wire *wire, const char *id,
                       const struct chart_progress *progress)
{
    const char *language = language_of(wire);
    int64_t scale = scale_of(progress);
    int64_t received = amount_to_minor(progress->received);
    int64_t counted = received + amount_to_minor(progress->matched);
    int64_t all = counted + amount_to_minor(progress->awaited);
    int64_t first = part_of(received, scale), second = part_of(counted, scale);
    int64_t third = part_of(all, scale);
    json_t *chart;
    BUFFER(text);

    describe_progress(&text, wire, progress);
    chart = new_chart(id, say(language, "Progress of the campaign"), text.bytes,
                      MONEY_WHOLE);
    add_rect(chart, "ground", NULL, 0, WHOLE, MONEY_TOP, MONEY_HEIGHT);
    add_rect(chart, "", "hatch", second, third - second, MONEY_TOP,
             MONEY_HEIGHT);
    add_rect(chart, "", "dots", first, second - first, MONEY_TOP, MONEY_HEIGHT);
    add_rect(chart, "solid", NULL, 0, first, MONEY_TOP, MONEY_HEIGHT);
    if (first > 0 && first < third)
        add_line(chart, "lines", "mark", first, first, MONEY_TOP,
                 MONEY_TOP + MONEY_HEIGHT);
    if (second > first && second < third)
        add_line(chart, "lines", "mark", second, second, MONEY_TOP,
                 MONEY_TOP + MONEY_HEIGHT);
    add_goal(chart, wire, progress->minimum, scale, say(language, "Minimum"),
             BAR_TEXT);
    if (!amount_is_zero(progress->optimum))
        add_goal(chart, wire, progress->optimum, scale,
                 say(language, "Optimum"), MONEY_WHOLE - 6);
    add_text(chart, "faint", 0, MONEY_WHOLE - 6, "start", "0");
    return chart;
}

/* ---- Bars ---- */

json_t *chart_bars(const char *id, const char *title,
                   const struct chart_bar *bars, size_t count, int64_t whole)
{
    int64_t largest = 1;
    json_t *chart;
    BUFFER(text);

    for (size_t i = 0; i < count; i++)
        buffer_print(&text, "%s%s %s", i == 0 ? "" : "; ", bars[i].label,
                     bars[i].shown);
    buffer_text(&text, "");
    chart = new_chart(id, title, count == 0 ? "" : text.bytes,
                      (int)count * BAR_STEP);
    for (size_t i = 0; i < count; i++)
        largest = larger(largest, bars[i].value);
    if (whole == 0)
        whole = largest;
    for (size_t i = 0; i < count; i++) {
        int y = (int)i * BAR_STEP;
        int64_t part = part_of(bars[i].value, whole);

        add_text(chart, "faint", 0, y + BAR_TEXT, "start", bars[i].label);
        add_text(chart, "", WHOLE, y + BAR_TEXT, "end", bars[i].shown);
        add_rect(chart, "ground", NULL, 0, WHOLE, y + BAR_TOP, BAR_HEIGHT);
        if (part > 0)
            add_rect(chart, bars[i].alert ? "alert" : "solid", NULL, 0, part,
                     y + BAR_TOP, BAR_HEIGHT);
    }
    return chart;
}

/* ---- Columns ---- */

/* 1, 2 or 5 times a power of ten: at most four steps reach the largest. */
static int64_t step_of(int64_t largest)
{
    int64_t step = 100;

    for (int i = 0; step * 4 < largest; i++)
        step = i % 3 == 1 ? step / 2 * 5 : step * 2;
    return step;
}

static int height_at(int64_t value, int64_t top)
{
    return (int)(part_of(value, top) * (COLUMN_FOOT - COLUMN_TOP) / WHOLE);
}

static void add_grid(json_t *chart, const struct wire *wire, int64_t step,
                     int64_t top)
{
    for (int64_t value = step; value <= smaller(top, AMOUNT_MAX);
         value += step) {
        int y = COLUMN_FOOT - height_at(value, top);
        char shown[PROSE_CHARS];

        prose_round(shown, amount_from_minor(value), wire->currency,
                    wire->french);
        add_line(chart, "grid", "grid", 0, WHOLE, y, y);
        add_text(chart, "faint", 0, y - 5, "start", shown);
    }
}

json_t *chart_columns(const struct wire *wire, const char *id,
                      const char *title, const char *description,
                      const struct chart_column *columns, size_t count)
{
    json_t *chart = new_chart(id, title, description, COLUMN_WHOLE);
    int64_t largest = 1, step, top;

    for (size_t i = 0; i < count; i++)
        largest = larger(largest, amount_to_minor(columns[i].amount));
    step = step_of(largest);
    top = (largest + step - 1) / step * step;
    add_grid(chart, wire, step, top);
    for (size_t i = 0; i < count; i++) {
        int64_t slot = WHOLE / (int64_t)count;
        int64_t middle = slot * (int64_t)i + slot / 2;
        int64_t half = smaller(slot / 5, HALF_COLUMN_MAX);
        int high = height_at(amount_to_minor(columns[i].amount), top);

        add_rect(chart, "solid", NULL, middle - half, half * 2,
                 COLUMN_FOOT - high, high);
        /* Only as many words as have room on a telephone. */
        if (i % ((count + 5) / 6) == 0)
            add_text(chart, "faint", middle, COLUMN_TEXT, "middle",
                     columns[i].label);
    }
    add_line(chart, "lines", "axis", 0, WHOLE, COLUMN_FOOT, COLUMN_FOOT);
    return chart;
}
