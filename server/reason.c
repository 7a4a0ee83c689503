#include "server/reason.h"
#include "ledger/amount.h"
#include "ledger/entry.h"
#include "server/catalogue.h"
#include "server/prose.h"
#include "server/words.h"

#include <string.h>

enum { ARG_CHARS = 200 };

void reason_key(struct buffer *out, const char *format)
{
    int number = 0;

    while (*format != '\0') {
        size_t plain = strcspn(format, "%");

        buffer_add(out, format, plain);
        format += plain;
        if (*format == '\0')
            return;
        if (format[1] == '%')
            buffer_text(out, "%");
        else
            buffer_print(out, "{%d}", ++number);
        format += error_conversion(format);
    }
}

/* "1250.00 EUR", as the ledger says it, in the reader's way. */
static bool say_amount(struct buffer *out, const char *text, bool french)
{
    const char *gap = strchr(text, ' ');
    const struct text code = {
        .bytes = gap == NULL ? "" : gap + 1,
        .size = gap == NULL ? 0 : (uint32_t)strlen(gap + 1),
    };
    const uint8_t currency = choice_read(TYPE_currency, code);
    char written[PROSE_CHARS];
    struct amount amount;

    if (currency == 0 || !amount_read(&amount, text, (size_t)(gap - text),
                                      currency_digits(currency)))
        return false;
    prose_amount(written, amount, currency, french);
    buffer_text(out, written);
    return true;
}

static bool say_day(struct buffer *out, const char *text, bool french)
{
    char written[PROSE_CHARS];
    struct date date;

    if (!date_read(&date, text, strlen(text)))
        return false;
    prose_date(written, date, french);
    buffer_text(out, written);
    return true;
}

/* A sentence that the program says may stand in another one. */
static void say_arg(struct buffer *out, const char *language,
                    const struct error *error, int number)
{
    const struct error_span span = error->args[number];
    const bool french = strcmp(language, "fr") == 0;
    char text[ARG_CHARS];
    const char *said = text;

    if (span.size >= sizeof text) {
        buffer_add(out, error->text + span.at, span.size);
        return;
    }
    memcpy(text, error->text + span.at, span.size);
    text[span.size] = '\0';
    if (say_amount(out, text, french) || say_day(out, text, french))
        return;
    said = word_of(text, french);
    buffer_text(out, said != text ? said : say(language, text));
}

/* What was found, with the arguments in place of their {numbers}. */
static void fill(struct buffer *out, const char *language, const char *text,
                 const struct error *error)
{
    while (*text != '\0') {
        size_t plain = strcspn(text, "{");
        int number;

        buffer_add(out, text, plain);
        text += plain;
        if (*text == '\0')
            return;
        number = text[1] - '0';
        if (number < 1 || number > error->arg_count || text[2] != '}') {
            buffer_text(out, text); /* Whoever translated it was wrong. */
            return;
        }
        say_arg(out, language, error, number - 1);
        text += 3;
    }
}

bool reason_say(struct buffer *out, const char *language,
                const struct error *error)
{
    BUFFER(key);
    const char *said;

    if (error->format != NULL && strcmp(error->format, "%s") == 0) {
        buffer_text(out, say(language, error->text)); /* Said already. */
        return true;
    }
    if (error->format != NULL)
        reason_key(&key, error->format);
    said = key.size == 0 ? key.bytes : say(language, key.bytes);
    if (error->format == NULL || said == key.bytes) {
        buffer_text(out, error->text);
        return language_number(language) == LANGUAGE_ENGLISH;
    }
    fill(out, language, said, error);
    return true;
}
