#include "server/problem.h"
#include "server/catalogue.h"
#include "server/config.h"
#include "server/form.h"
#include "server/reason.h"

#include <assert.h>
#include <string.h>

static const char look_it_up[] = SENTENCE(
    "Nothing was recorded twice, and what is in the log stays there. Try"
    " again. If it happens again, write to us and quote the number of this"
    " request: with it we find out what happened.");
static const char read_only[] = SENTENCE(
    "We are checking the log. You can read everything; nothing is lost."
    " Pledges and payments wait until the check is over.");

/* What people read of faults on our side: what happened, what to do. */
static const struct {
    enum error_code code;
    const char *heading, *advice;
} faults[] = {
    {ERROR_BUG, SENTENCE("An error on our side"), look_it_up},
    {ERROR_SYSTEM, SENTENCE("An error on our side"), look_it_up},
    {ERROR_STORE, SENTENCE("The database does not answer at the moment"),
     SENTENCE("What is in the log stays there. Try again in a few seconds:"
              " nothing is recorded twice.")},
    {ERROR_UNKNOWN, SENTENCE("We do not know yet whether it was recorded"),
     SENTENCE("Send exactly the same again: it is never recorded twice, and"
              " the answer says whether it was there.")},
    {ERROR_BUSY, SENTENCE("Many people are writing at this moment"),
     SENTENCE("Nothing was recorded. Your answers are still here: send them"
              " again in a few seconds.")},
    {ERROR_CLOCK, SENTENCE("Read only for the moment"), read_only},
    {ERROR_READ_ONLY, SENTENCE("Read only for the moment"), read_only},
    {ERROR_DOUBT, SENTENCE("Read only for the moment"), read_only},
};

static const struct {
    int status;
    const char *heading;
} headings[] = {
    {404, SENTENCE("This page does not exist")},
    {410, SENTENCE("This page no longer exists")},
    {429, SENTENCE("Too many requests")},
};

static void set(json_t *body, const char *name, json_t *value)
{
    int result = json_object_set_new(body, name, value);

    assert(result == 0);
}

const char *problem_heading(enum error_code code, const char *language)
{
    const struct error_spec *spec = error_spec(code);

    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (faults[i].code == code)
            return say(language, faults[i].heading);
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
        if (headings[i].status == spec->http)
            return say(language, headings[i].heading);
    return say(language, spec->help);
}

static const char *advice_of(enum error_code code, const char *language)
{
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (faults[i].code == code)
            return say(language, faults[i].advice);
    return say(language, error_spec(code)->help);
}

/* A detail may quote what was sent; it never makes the reply invalid. */
static void add_detail(json_t *body, const struct request *request,
                       const struct error *error)
{
    const struct error_spec *spec = error_spec(error->code);
    const char *language = request->language;
    BUFFER(text);
    const char *detail = advice_of(error->code, language);

    if (spec->http < 500) {
        bool said = reason_say(&text, language, error);

        if (text.size > 0 && form_text_is_plain(text.bytes, text.size)) {
            detail = text.bytes;
            if (!said)
                set(body, "detail_lang", json_string("en"));
        }
    }
    set(body, "detail", json_string(detail));
    if (spec->http < 500 && error->pointer[0] != '\0')
        set(body, "errors",
            json_pack("[{s:s, s:s}]", "pointer", error->pointer, "detail",
                      detail));
}

/* url "": this node's first page. */
static void add_next(json_t *list, const char *title, json_t *url)
{
    int result = json_array_append_new(
        list, json_pack("{s:s, s:o}", "title", title, "url", url));

    assert(result == 0);
}

static json_t *next_of(const struct request *request,
                       const struct error_spec *spec, const json_t *type)
{
    const char *language = request->language;
    json_t *list = json_array();

    add_next(list, say(language, "Back to the start page"),
             request_query(request, "lang") == NULL
                 ? json_string("/")
                 : json_sprintf("/?lang=%s", language));
    if (spec->http >= 500)
        add_next(list, say(language, "How this server is doing"),
                 json_string("/readyz"));
    if (spec->http != 404)
        add_next(list, say(language, "What this code means"),
                 json_string(json_string_value(type)));
    return list;
}

void problem_describe(json_t *body, const struct request *request,
                      const struct error *error)
{
    const struct error_spec *spec = error_spec(error->code);
    const char *base = request->site->config->public_url;
    json_t *type = json_sprintf("%s/errors/%s", base, spec->name);

    set(body, "type", type);
    set(body, "code", json_string(spec->name));
    set(body, "title", json_string(say(request->language, spec->help)));
    set(body, "status", json_integer(spec->http));
    add_detail(body, request, error);
    set(body, "request_id", json_string(request->id));
    set(body, "next", next_of(request, spec, type));
}
