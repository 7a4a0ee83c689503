#include "admin-cli/totals.h"

#include <inttypes.h>
#include <string.h>

json_t *totals_document(const struct state *state)
{
    json_t *document = json_object(), *figures = json_object();
    static struct total totals[TOTALS_MAX];
    size_t count = totals_of(totals, state);
    struct hash digest = state_digest(state);
    char text[HASH_CHARS + 1];

    for (size_t i = 0; i < count; i++)
        (void)json_object_set_new(figures, totals[i].name,
                                  json_integer(totals[i].value));
    hash_write(text, &digest);
    (void)json_object_set_new(document, "totals", figures);
    (void)json_object_set_new(document, "digest", json_string(text));
    return document;
}

static bool compare_figures(const json_t *ours, const json_t *theirs,
                            struct error *error)
{
    const char *name;
    json_t *value;

    /* jansson's loops take no const; nothing is changed. */
    json_object_foreach((json_t *)(uintptr_t)ours, name, value)
    {
        const json_t *shown = json_object_get(theirs, name);

        if (!json_equal(value, shown)) {
            return fail(error, ERROR_PROOF,
                        "the node shows %s as %lld, its log says %lld", name,
                        (long long)json_integer_value(shown),
                        (long long)json_integer_value(value));
        }
    }
    if (json_object_size(ours) == json_object_size(theirs))
        return true;
    return fail(error, ERROR_PROOF,
                "the node shows figures that its log does not give");
}

bool totals_compare(const struct state *state, const json_t *shown,
                    struct error *error)
{
    json_t *ours = totals_document(state);
    const json_t *digest = json_object_get(ours, "digest");
    bool same;

    if (!laws_hold(state, error)) {
        json_decref(ours);
        return false;
    }
    same = compare_figures(json_object_get(ours, "totals"),
                           json_object_get(shown, "totals"), error);
    if (same && !json_equal(digest, json_object_get(shown, "digest")))
        same = fail(error, ERROR_PROOF,
                    "the node's state digest differs from its log's");
    json_decref(ours);
    return same;
}
