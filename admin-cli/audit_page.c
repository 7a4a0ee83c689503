/* The report of an audit as one page for printing, in two languages. */
#include "admin-cli/audit.h"

#include <string.h>

/* Names of the report's members; what is not here is shown as it is. */
static const struct label {
    const char *name, *english, *french;
} labels[] = {
    {"verdict", "Verdict", "Verdict"},
    {"origin", "Ledger", "Registre"},
    {"trial", "For practice only", "Pour essai seulement"},
    {"audited", "Audited at", "Audité le"},
    {"program", "Program", "Programme"},
    {"trusted", "Trusted", "Confiance"},
    {"finding", "Finding", "Constat"},
    {"index", "Entry", "Écriture"},
    {"what", "What is wrong", "Ce qui est faux"},
    {"evidence", "Evidence kept in", "Preuves conservées dans"},
    {"checkpoint", "Checkpoint", "Point de contrôle"},
    {"size", "Entries", "Écritures"},
    {"root", "Root hash", "Empreinte racine"},
    {"first", "First entry", "Première écriture"},
    {"last", "Last entry", "Dernière écriture"},
    {"seen_before", "Seen before", "Déjà vu"},
    {"witnesses", "Witnesses", "Témoins"},
    {"witness", "Witness", "Témoin"},
    {"cosigned", "Cosigned", "Cosigné"},
    {"age_seconds", "Age in seconds", "Âge en secondes"},
    {"checked", "What was checked", "Ce qui a été vérifié"},
    {"entries", "Entries replayed", "Écritures rejouées"},
    {"signatures", "Signatures verified", "Signatures vérifiées"},
    {"signatures_verified_before", "Verified by an earlier audit",
     "Vérifiées par un audit antérieur"},
    {"tiles", "Tiles recomputed", "Tuiles recalculées"},
    {"receipt", "Receipt", "Reçu"},
    {"figures_shown", "Figures that the node shows",
     "Chiffres affichés par le nœud"},
    {"policy_published", "Policy in the log", "Politique du registre"},
    {"late_acts", "Acts more than an hour late",
     "Actes en retard de plus d’une heure"},
    {"kind", "Act", "Acte"},
    {"due", "Due", "Échéance"},
    {"late_minutes", "Minutes late", "Minutes de retard"},
    {"capital", "Capital", "Capital"},
    {"highest", "Highest so far", "Plus haut atteint"},
    {"floor", "Floor", "Plancher"},
    {"public_bodies", "Public bodies", "Collectivités publiques"},
    {"largest_holder", "Largest holder", "Premier associé"},
    {"is", "Is", "Est"},
    {"limit", "Limit", "Limite"},
    {"headroom", "Headroom", "Marge"},
    {"totals", "Totals", "Totaux"},
    {"digest", "Digest of the state", "Empreinte de l’état"},
    {"capital_floor", "Capital not to fall below", "Capital plancher"},
    {"capital_highest", "Highest capital so far", "Capital le plus haut"},
    {"capital_public", "Held by public bodies",
     "Détenu par des collectivités publiques"},
    {"shares", "Shares", "Parts"},
    {"pledged", "Pledged", "Promis"},
    {"received", "Received", "Reçu"},
    {"committed", "Capital committed", "Capital engagé"},
    {"called", "Of it called", "Dont appelé"},
    {"paid_in", "Of it paid in", "Dont versé"},
    {"entry", "In entry", "Dans l’écriture"},
    {"times", "Times published", "Nombre de publications"},
    {"demanded_here", "Demanded by this audit", "Exigée par cet audit"},
    {"a policy that was given", "A policy that was given",
     "Une politique qui a été donnée"},
    {"a log key that was given", "A log key that was given",
     "Une clé du registre qui a été donnée"},
    {"the log's own word: compare its key",
     "The log’s own word: compare its key",
     "La parole du registre : comparez sa clé"},
    {"not compared", "Not compared", "Pas de comparaison"},
    {"this is the first audit", "This is the first audit",
     "C’est le premier audit"},
    {"the ledger has published none", "The ledger has published none",
     "Le registre n’en a pas publié"},
    {"the published one", "The published one", "Celle qui est publiée"},
    {"another; see its entry", "Another; see its entry",
     "Une autre ; voir l’écriture"},
    {"that of the last entry agrees", "That of the last entry agrees",
     "Celui de la dernière écriture concorde"},
    {"none is offered", "None is offered", "Aucun n’est proposé"},
    {"none are shown", "None are shown", "Aucun n’est affiché"},
    {"no", "No", "Non"},
    {"everything agrees", "Everything agrees", "Tout concorde"},
    {"verification failed", "Verification failed", "La vérification échoue"},
};

static const struct label *find_label(const char *name)
{
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (strcmp(labels[i].name, name) == 0)
            return &labels[i];
    return NULL;
}

static void put_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '<')
            (void)fputs("&lt;", out);
        else if (*text == '>')
            (void)fputs("&gt;", out);
        else if (*text == '&')
            (void)fputs("&amp;", out);
        else if (*text == '"')
            (void)fputs("&quot;", out);
        else
            (void)fputc(*text, out);
    }
}

static void put_label(FILE *out, const char *name)
{
    const struct label *label = find_label(name);

    if (strncmp(name, "account.", 8) == 0) {
        (void)fputs("Compte <span class=\"en\" lang=\"en\">Account</span> ",
                    out);
        name += 8;
    }
    if (label == NULL) {
        put_text(out, name);
        return;
    }
    (void)fprintf(out, "<span lang=\"fr\">%s</span>", label->french);
    if (strcmp(label->french, label->english) != 0)
        (void)fprintf(out, " <span class=\"en\" lang=\"en\">%s</span>",
                      label->english);
}

static void put_value(FILE *out, const json_t *value)
{
    const char *text = json_string_value(value);

    if (text != NULL && find_label(text) != NULL)
        put_label(out, text);
    else if (text != NULL)
        put_text(out, text);
    else if (json_is_integer(value))
        (void)fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_boolean(value))
        (void)fputs(json_is_true(value) ? "oui / yes" : "non / no", out);
}

static void put_row(FILE *out, const char *name, const json_t *value)
{
    (void)fputs("<tr><th scope=\"row\">", out);
    put_label(out, name);
    (void)fputs("</th><td>", out);
    put_value(out, value);
    (void)fputs("</td></tr>\n", out);
}

/* "party.active": so many records are in that state. */
static bool is_tally(const char *name)
{
    return strchr(name, '.') != NULL && strncmp(name, "account.", 8) != 0;
}

/* Of many names, for those who compare: small, and in columns. */
static void put_tallies(FILE *out, json_t *object)
{
    const char *name, *sep = "<p>Enregistrements par état <span class=\"en\" "
                             "lang=\"en\">Records by state</span></p>\n"
                             "<ul class=\"tallies\">\n";
    json_t *value;

    json_object_foreach(object, name, value)
    {
        if (!is_tally(name))
            continue;
        (void)fprintf(out, "%s<li>", sep);
        put_text(out, name);
        (void)fputc(' ', out);
        put_value(out, value);
        (void)fputs("</li>\n", out);
        sep = "";
    }
    if (*sep == '\0')
        (void)fputs("</ul>\n", out);
}

/* All that is no table of its own; jansson's loops take no const. */
static void put_scalars(FILE *out, json_t *object)
{
    const char *name;
    json_t *value;

    (void)fputs("<table>\n", out);
    json_object_foreach(object, name, value)
    {
        if (!json_is_object(value) && !json_is_array(value) && !is_tally(name))
            put_row(out, name, value);
    }
    (void)fputs("</table>\n", out);
    put_tallies(out, object);
}

/* Rows with the same members each. */
static void put_list(FILE *out, json_t *list)
{
    json_t *row, *value;
    const char *name;
    size_t i;

    if (json_array_size(list) == 0) {
        (void)fputs("<p>– aucun / none</p>\n", out);
        return;
    }
    (void)fputs("<table>\n<tr>", out);
    json_object_foreach(json_array_get(list, 0), name, value)
    {
        (void)fputs("<th scope=\"col\">", out);
        put_label(out, name);
        (void)fputs("</th>", out);
    }
    (void)fputs("</tr>\n", out);
    json_array_foreach(list, i, row)
    {
        (void)fputs("<tr>", out);
        json_object_foreach(row, name, value)
        {
            (void)fputs("<td>", out);
            put_value(out, value);
            (void)fputs("</td>", out);
        }
        (void)fputs("</tr>\n", out);
    }
    (void)fputs("</table>\n", out);
}

static void put_section(FILE *out, const char *name, json_t *value, int level)
{
    const char *inner;
    json_t *member;

    (void)fprintf(out, "<h%d>", level);
    put_label(out, name);
    (void)fprintf(out, "</h%d>\n", level);
    if (json_is_array(value)) {
        put_list(out, value);
        return;
    }
    put_scalars(out, value);
    json_object_foreach(value, inner, member)
    {
        if (json_is_object(member) || json_is_array(member))
            put_section(out, inner, member, level + 1);
    }
}

void audit_page(FILE *out, const json_t *report)
{
    json_t *own = json_incref((json_t *)(uintptr_t)report);
    const char *name;
    json_t *value;

    (void)fputs(
        "<!doctype html>\n<html lang=\"fr\">\n<head>\n"
        "<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n"
        "<title>Audit – Terreau</title>\n<style>\n"
        "body { font: 11pt/1.4 serif; max-width: 45em; margin: 2em auto; "
        "padding: 0 1em; color: #111; background: #fff }\n"
        "table { border-collapse: collapse; width: 100% }\n"
        "th, td { text-align: left; vertical-align: top; padding: .2em .6em "
        ".2em 0; border-bottom: 1px solid #ccc; overflow-wrap: anywhere }\n"
        "th { font-weight: normal; width: 40% }\n"
        ".en { color: #595959 }\n"
        "h1 { font-size: 16pt } h2 { font-size: 13pt; "
        "break-after: avoid } h3 { font-size: 11pt; break-after: avoid }\n"
        ".tallies { columns: 3 12em; font-size: 9pt; margin: 0; padding: 0; "
        "list-style: none }\n"
        "tr { break-inside: avoid }\n@page { margin: 18mm }\n"
        "</style>\n</head>\n<body>\n<h1>Audit – ",
        out);
    put_value(out, json_object_get(report, "verdict"));
    (void)fputs("</h1>\n", out);
    put_scalars(out, own);
    json_object_foreach(own, name, value)
    {
        if (json_is_object(value) || json_is_array(value))
            put_section(out, name, value, 2);
    }
    (void)fputs("</body>\n</html>\n", out);
    json_decref(own);
}
