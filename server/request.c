#include "server/request.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const int64_t number_max = INT64_C(9007199254740991);

const char *request_argument(const struct request *request, const char *name)
{
    size_t size = strlen(name);

    for (size_t i = 0; i < request->argument_count; i++) {
        const struct argument *argument = &request->arguments[i];

        if (argument->name_size == size &&
            memcmp(argument->name, name, size) == 0)
            return argument->value;
    }
    impossible();
}

const char *request_query(const struct request *request, const char *name)
{
    return form_value(&request->query, name);
}

bool request_number_read(int64_t *number, const char *text)
{
    int64_t value = 0;
    size_t size = strspn(text, "0123456789");

    if (size == 0 || size > 16 || text[size] != '\0')
        return false;
    if (text[0] == '0' && size > 1)
        return false;
    for (size_t i = 0; i < size; i++)
        value = value * 10 + (text[i] - '0');
    if (value > number_max)
        return false;
    *number = value;
    return true;
}

bool request_query_number(const struct request *request, const char *name,
                          int64_t fallback, int64_t least, int64_t most,
                          int64_t *number, struct error *error)
{
    const char *text = request_query(request, name);
    int64_t value = fallback;

    if (text != NULL &&
        (!request_number_read(&value, text) || value < least || value > most)) {
        (void)snprintf(error->pointer, sizeof error->pointer, "/%s", name);
        return fail(error, ERROR_REQUEST, "%s is a number from %lld to %lld",
                    name, (long long)least, (long long)most);
    }
    *number = value;
    return true;
}

bool request_argument_number(const struct request *request, const char *name,
                             int64_t *number, struct error *error)
{
    if (!request_number_read(number, request_argument(request, name)))
        return fail(error, ERROR_ABSENT, "%s is not a number", name);
    return true;
}

bool request_form(const struct request *request, char *text,
                  struct form_data *form, struct error *error)
{
    memcpy(text, request->body, request->body_size);
    return form_parse(form, text, request->body_size, error);
}
