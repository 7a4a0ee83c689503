#include "server/application.h"
#include "server/email.h"
#include "server/prose.h"
#include "server/vault.h"
#include "server/words.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uninorm.h>

#define GIVE(entry, field)                                                     \
    ((entry)->present |= UINT64_C(1) << BIT_pledge_make_##field)

enum {
    ADULT_YEARS = 18,
    OLDEST_YEARS = 130,
    PSEUDONYM_LEAST = 2,
    PSEUDONYM_MOST = 40,
    LARGE_UNITS = 1000,     /* Above this, and */
    LARGE_PART_PPM = 50000, /* this part of what they own: asked twice. */
    LINE_BYTES = 512,
};

void application_wrong(struct application *application, const char *field,
                       const char *detail)
{
    json_t *one;
    size_t at;

    json_array_foreach(
        application->errors, at,
        one) if (strcmp(json_string_value(json_object_get(one, "field")),
                        field) == 0) return; /* One thing at a time. */
    wire_append(application->errors,
                json_pack("{s:o, s:s, s:s}", "pointer",
                          json_sprintf("/%s", field), "field", field, "detail",
                          detail));
}

static void wrong(struct application *application, const char *field,
                  const char *in_english, const char *in_french)
{
    application_wrong(
        application, field,
        BOTH(application->reading->wire.french, in_english, in_french));
}

static void wrong_figure(struct application *application, const char *field,
                         const char *text, struct amount amount)
{
    const struct wire *wire = &application->reading->wire;
    char figure[PROSE_CHARS], detail[3 * PROSE_CHARS];

    prose_amount(figure, amount, wire->currency, wire->french);
    text_with(detail, sizeof detail, text, figure);
    application_wrong(application, field, detail);
}

static const char *value_of(const struct application *application,
                            const char *name)
{
    const char *value = form_value(application->form, name);

    return value == NULL ? "" : value;
}

/* ---- The amount ---- */

static void check_shares(struct application *application)
{
    const struct offering *offering = application->offering;
    const char *text = value_of(application, "shares");
    int64_t least = offering_least_shares(offering);
    int64_t most = offering_most_shares(offering), shares = 0;
    bool french = application->reading->wire.french;
    struct amount *amount = &application->pledge.pledge_make.amount;
    char digits[24] = "", detail[160];
    size_t used = 0;

    for (; *text != '\0' && used + 1 < sizeof digits; text++)
        if (*text != ' ')
            digits[used++] = *text;
    if (*text == '\0' && request_number_read(&shares, digits) &&
        shares >= least && (most == 0 || shares <= most) &&
        amount_times(amount, offering->class->nominal, shares)) {
        GIVE(&application->pledge, amount);
        return;
    }
    if (most == 0)
        (void)snprintf(detail, sizeof detail,
                       BOTH(french, "Enter a number of shares from %" PRId64,
                            "Indiquez un nombre de parts à partir de %" PRId64),
                       least);
    else
        (void)snprintf(
            detail, sizeof detail,
            BOTH(french,
                 "Enter a number of shares between %" PRId64 " and %" PRId64,
                 "Indiquez un nombre de parts entre %" PRId64 " et %" PRId64),
            least, most);
    application_wrong(application, "shares", detail);
}

static void check_amount(struct application *application)
{
    const struct offering *offering = application->offering;
    const struct wire *wire = &application->reading->wire;
    struct amount *amount = &application->pledge.pledge_make.amount;

    if (!prose_amount_read(amount, value_of(application, "amount"),
                           currency_digits(wire->currency)) ||
        !amount_is_positive(*amount))
        wrong(application, "amount",
              "Write the amount in figures, such as 25 or 25.50",
              "Écrivez le montant en chiffres, par exemple 25 ou 25,50");
    else if (amount_less(*amount, offering->least))
        wrong_figure(
            application, "amount",
            BOTH(wire->french, "The minimum is %s", "Le minimum est de %s"),
            offering->least);
    else if (amount_is_positive(offering->most) &&
             amount_less(offering->most, *amount))
        wrong_figure(
            application, "amount",
            BOTH(wire->french, "The maximum is %s", "Le maximum est de %s"),
            offering->most);
    else
        GIVE(&application->pledge, amount);
}

/* ---- Who ---- */

/* In one line, in normal form C, without blanks around it.  False: too long,
 * or of several lines. */
static bool read_line(char out[static LINE_BYTES], const char *text)
{
    size_t size, normal_size = 0;
    uint8_t *normal;
    bool fits;

    text += strspn(text, " \t\r\n");
    size = strlen(text);
    while (size > 0 && strchr(" \t\r\n", text[size - 1]) != NULL)
        size--;
    out[0] = '\0';
    if (strcspn(text, "\r\n\t") < size)
        return false;
    if (size == 0)
        return true;
    normal = u8_normalize(UNINORM_NFC, (const uint8_t *)text, size, NULL,
                          &normal_size);
    assert(normal != NULL);
    fits = normal_size < LINE_BYTES;
    if (fits) {
        memcpy(out, normal, normal_size);
        out[normal_size] = '\0';
    }
    free(normal);
    return fits;
}

static void keep(struct application *application, const char *name,
                 const char *value)
{
    wire_set(application->fields, name, json_string(value));
}

static void check_text(struct application *application, const char *name,
                       const char *in_english, const char *in_french)
{
    char line[LINE_BYTES];

    if (!read_line(line, value_of(application, name)) || line[0] == '\0')
        wrong(application, name, in_english, in_french);
    else
        keep(application, name, line);
}

static void check_email(struct application *application)
{
    char email[EMAIL_BYTES_MAX + 1];

    if (email_read(email, value_of(application, "email")))
        keep(application, "email", email);
    else
        wrong(application, "email",
              "Enter a full e-mail address, such as name@example.org",
              "Indiquez une adresse e-mail complète, par exemple"
              " nom@exemple.org");
}

static bool read_birth(struct date *birth, const char *day, const char *month,
                       const char *year)
{
    int64_t d, m, y;
    char text[72];

    /* People write 03 for March. */
    day += day[0] == '0' && day[1] != '\0';
    month += month[0] == '0' && month[1] != '\0';
    if (!request_number_read(&d, day) || !request_number_read(&m, month) ||
        !request_number_read(&y, year) || d > 31 || m > 12 || y < YEAR_MIN ||
        y > YEAR_MAX)
        return false;
    (void)snprintf(text, sizeof text, "%04" PRId64 "-%02" PRId64 "-%02" PRId64,
                   y, m, d);
    return date_read(birth, text, strlen(text));
}

static void check_birth(struct application *application)
{
    const struct wire *wire = &application->reading->wire;
    struct date today = instant_day(wire->now, wire->zone), birth;
    char text[DATE_CHARS + 1];

    if (!read_birth(&birth, value_of(application, "birth_day"),
                    value_of(application, "birth_month"),
                    value_of(application, "birth_year")) ||
        !date_less(birth, today) ||
        date_less(date_plus_months(birth, 12 * OLDEST_YEARS), today)) {
        wrong(application, "birth",
              "Enter a real date of birth, such as 27 3 1985",
              "Indiquez une date de naissance réelle, par exemple 27 3 1985");
        return;
    }
    if (date_less(today, date_plus_months(birth, 12 * ADULT_YEARS))) {
        wrong(application, "birth", "You must be 18 to subscribe to shares",
              "Il faut avoir 18 ans pour prendre des parts");
        return;
    }
    date_write(text, birth);
    keep(application, "birth", text);
}

static void check_address(struct application *application)
{
    const char *country = value_of(application, "country");

    check_text(application, "address", "Enter your address",
               "Indiquez votre adresse");
    check_text(application, "postcode", "Enter your postcode",
               "Indiquez votre code postal");
    check_text(application, "town", "Enter your town or city",
               "Indiquez votre commune");
    if (offering_country_is_known(country))
        keep(application, "country", country);
    else
        wrong(application, "country", "Choose your country",
              "Choisissez votre pays");
}

static void check_person(struct application *application)
{
    check_text(application, "given", "Enter your given name",
               "Indiquez votre prénom");
    check_text(application, "family", "Enter your family name",
               "Indiquez votre nom");
    check_email(application);
    if (application->offering->class == NULL)
        return;
    check_birth(application);
    check_address(application);
}

/* ---- What they choose ---- */

static void check_fallback(struct application *application)
{
    const char *name = value_of(application, "on_failure");
    struct text text = {name, (uint32_t)strlen(name)};
    struct entry_pledge_make *pledge = &application->pledge.pledge_make;
    const struct record_campaign *next =
        offering_next(application->reading, application->offering->campaign);

    pledge->on_failure = choice_read(TYPE_fallback, text);
    if (pledge->on_failure == FALLBACK_MOVE && next != NULL) {
        pledge->move_to = record_id(&next->head);
        GIVE(&application->pledge, move_to);
    } else if (pledge->on_failure == FALLBACK_MOVE) {
        pledge->on_failure = fallback_none;
    }
    if (pledge->on_failure == fallback_none)
        wrong(application, "on_failure",
              "Choose what happens if the campaign misses its minimum",
              "Choisissez ce qui se passe si la campagne n’atteint pas son"
              " minimum");
    else
        GIVE(&application->pledge, on_failure);
}

static size_t count_letters(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static void check_show(struct application *application)
{
    const char *name = value_of(application, "show");
    struct text text = {name, (uint32_t)strlen(name)};
    struct entry_pledge_make *pledge = &application->pledge.pledge_make;
    char line[LINE_BYTES];

    pledge->display =
        name[0] == '\0' ? DISPLAY_HIDDEN : choice_read(TYPE_display, text);
    if (pledge->display == display_none) {
        wrong(application, "show", "Choose what others see",
              "Choisissez ce que les autres voient");
        return;
    }
    GIVE(&application->pledge, display);
    keep(application, "show", choice_word(TYPE_display, pledge->display));
    if (pledge->display != DISPLAY_PSEUDONYM)
        return;
    if (read_line(line, value_of(application, "pseudonym")) &&
        count_letters(line) >= PSEUDONYM_LEAST &&
        count_letters(line) <= PSEUDONYM_MOST)
        keep(application, "display", line);
    else
        wrong(application, "pseudonym",
              "Choose a pseudonym of 2 to 40 characters",
              "Choisissez un pseudonyme de 2 à 40 caractères");
}

static bool is_ticked(const struct application *application, const char *name)
{
    return strcmp(value_of(application, name), "yes") == 0;
}

/* Above 1,000 units and 5 % of what they say they own, whichever is more. */
static bool is_large(const struct application *application)
{
    const struct wire *wire = &application->reading->wire;
    int digits = currency_digits(wire->currency);
    struct amount limit, owned, part;
    char units[16];

    (void)snprintf(units, sizeof units, "%d", LARGE_UNITS);
    if (!amount_read(&limit, units, strlen(units), digits))
        impossible();
    if (prose_amount_read(&owned, value_of(application, "wealth"), digits) &&
        amount_is_positive(owned) &&
        amount_part(&part, owned, LARGE_PART_PPM, 1000000))
        limit = amount_max(limit, part);
    return amount_less(limit, application->pledge.pledge_make.amount);
}

static void check_consents(struct application *application)
{
    if (!is_ticked(application, "consent"))
        wrong(application, "consent",
              "Tick the box to confirm that you have read the documents",
              "Cochez la case pour confirmer que vous avez lu les documents");
    if (application->offering->nature->nature == NATURE_GIFT)
        return;
    if (!is_ticked(application, "risk"))
        wrong(application, "risk",
              "Tick the box to confirm that you have read the warning",
              "Cochez la case pour confirmer que vous avez lu"
              " l’avertissement");
    application->wants_large = is_large(application);
    if (application->wants_large && !is_ticked(application, "large"))
        wrong(application, "large",
              "This amount exceeds the higher of €1,000 or 5% of your declared"
              " net worth. Confirm that you accept this risk.",
              "Ce montant dépasse le plus élevé de 1 000 € ou 5 % de votre"
              " patrimoine net déclaré. Confirmez que vous acceptez ce"
              " risque.");
}

/* What the vault would not keep, by its own measure. */
static void check_vault(struct application *application)
{
    struct error error = {0};

    if (!vault_check(application->fields, &error))
        application_wrong(application,
                          error.pointer[0] == '/' ? error.pointer + 1 : "given",
                          BOTH(application->reading->wire.french,
                               "This is too long", "C’est trop long"));
}

void application_check(struct application *application)
{
    struct entry *pledge = &application->pledge;

    application->errors = json_array();
    application->fields = json_object();
    *pledge = (struct entry){.kind = ENTRY_pledge_make};
    pledge->pledge_make.campaign =
        record_id(&application->offering->campaign->head);
    pledge->pledge_make.nature = application->offering->nature->nature;
    GIVE(pledge, campaign);
    GIVE(pledge, nature);
    if (application->offering->class != NULL)
        check_shares(application);
    else
        check_amount(application);
    check_fallback(application);
    check_person(application);
    check_show(application);
    check_consents(application);
    keep(application, "language",
         application->reading->wire.french ? "fr" : "en");
    check_vault(application);
}

bool application_is_wrong(const struct application *application)
{
    return json_array_size(application->errors) > 0;
}

json_t *application_take_fields(struct application *application)
{
    json_t *fields = application->fields;

    application->fields = NULL;
    return fields;
}

void application_clear(struct application *application)
{
    json_decref(application->errors);
    json_decref(application->fields);
    application->errors = application->fields = NULL;
}
