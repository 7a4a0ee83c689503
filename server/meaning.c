#include "server/meaning.h"
#include "server/prose.h"
#include "server/words.h"

#include <assert.h>
#include <string.h>

/* What a field says whatever is in it. */
static const struct {
    const char *name, *english, *french;
} fixed[] = {
    {"campaign", "the campaign", "la campagne"},
    {"commitment", "seals your details, which stay outside the log",
     "scelle vos données, qui restent hors du journal"},
    {"consents", "fingerprint of the documents read",
     "empreinte des documents lus"},
    {"key", "your browser’s public key", "la clé publique de votre navigateur"},
    {"move_to", "the campaign that it moves to",
     "la campagne sur laquelle il est reporté"},
    {"nonce", "unique number, prevents sending twice",
     "numéro unique, empêche un double envoi"},
    {"party", "a random number that stands for you",
     "un numéro au hasard qui vous désigne"},
    {"pledge", "a random number that stands for this pledge",
     "un numéro au hasard qui désigne cet engagement"},
};

/* What a word in a field means; name NULL: in any field. */
static const struct {
    const char *name, *value, *english, *french;
} words[] = {
    {"kind", "party.register", "you become known to the log",
     "le journal vous connaît"},
    {"kind", "party.update", "your details are sealed anew",
     "vos données sont scellées à nouveau"},
    {"kind", "pledge.make", "a pledge", "un engagement"},
    {"kind", "pledge.withdraw", "a pledge is withdrawn",
     "un engagement est retiré"},
    {"auth", "key", "you sign with your browser’s key",
     "vous signez avec la clé de votre navigateur"},
    {"auth", "email", "confirmed by e-mail, without a key",
     "confirmé par e-mail, sans clé"},
    {"type", "person", "a person", "une personne"},
    {"nature", "share", "cooperative shares", "parts sociales"},
    {"nature", "gift", "a gift", "un don"},
    {"nature", "loan", "a loan", "un prêt"},
    {"on_failure", "refund", "refund in full", "remboursement en entier"},
    {"on_failure", "donate", "given to the cooperative",
     "donné à la coopérative"},
    {"on_failure", "move", "moved to another campaign",
     "report sur une autre campagne"},
    {"display", "hidden", "no name shown", "aucun nom affiché"},
    {"display", "pseudonym", "a pseudonym is shown, outside the log",
     "un pseudonyme est affiché, hors du journal"},
    {"display", "name", "your name is shown, outside the log",
     "votre nom est affiché, hors du journal"},
};

static const char *mean(const struct wire *wire, const char *name,
                        const char *value)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].name, name) == 0 &&
            strcmp(words[i].value, value) == 0)
            return wire->french ? words[i].french : words[i].english;
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (strcmp(fixed[i].name, name) == 0)
            return wire->french ? fixed[i].french : fixed[i].english;
    return "";
}

static json_t *describe(const struct wire *wire, const char *name,
                        json_t *value)
{
    char figure[PROSE_CHARS];
    const char *meaning;
    char *shown = json_is_string(value)
                      ? NULL
                      : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    const char *text = shown == NULL ? json_string_value(value) : shown;
    json_t *field;

    if (json_is_integer(value) && strcmp(name, "amount") == 0) {
        prose_amount(figure, amount_from_minor(json_integer_value(value)),
                     wire->currency, wire->french);
        meaning = figure;
    } else {
        meaning = mean(wire, name, text);
    }
    field = json_pack("{s:s, s:s, s:s}", "name", name, "value", text, "meaning",
                      meaning);
    free(shown);
    assert(field != NULL);
    return field;
}

json_t *meaning_of_text(const struct wire *wire, const char *text, size_t size)
{
    struct text rest = {text, (uint32_t)size}, line = {0};
    json_auto_t *json = NULL;
    json_t *fields = json_array(), *value;
    const char *name;

    for (int i = 0; i < 3; i++)
        if (!text_take_line(&rest, &line))
            impossible();
    json = json_loadb(line.bytes, line.size, 0, NULL);
    assert(json != NULL);
    json_object_foreach(json, name, value)
        wire_append(fields, describe(wire, name, value));
    return json_pack("{s:O, s:o, s:o}", "kind", json_object_get(json, "kind"),
                     "text", json_stringn(text, size), "fields", fields);
}
