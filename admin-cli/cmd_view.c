/* Every command that shows what the node has. */
#include "admin-cli/client.h"
#include "admin-cli/command.h"
#include "admin-cli/screen.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static void add(char *out, size_t room, const char *text)
{
    const size_t used = strlen(out);

    (void)snprintf(out + used, room - used, "%s", text);
}

/* Escapes all but what needs none in a path or query. */
static void add_escaped(char *out, size_t room, const char *text)
{
    char escaped[8];

    for (; *text != '\0'; text++) {
        const unsigned char c = (unsigned char)*text;

        if (isalnum(c) || strchr("-._~", c) != NULL)
            (void)snprintf(escaped, sizeof escaped, "%c", c);
        else
            (void)snprintf(escaped, sizeof escaped, "%%%02X", c);
        add(out, room, escaped);
    }
}

/* What every document of a ledger begins with. */
static void drop_frame(json_t *document)
{
    (void)json_object_del(document, "self");
    (void)json_object_del(document, "ledger");
    (void)json_object_del(document, "head");
    (void)json_object_del(document, "next");
}

bool command_view(const struct call *call, struct error *error)
{
    const char *star = strchr(call->command->path, '*');
    struct client client;
    struct answer answer;
    char path[CLIENT_URL_BYTES] = "~";
    bool got;

    if (star != NULL) {
        (void)snprintf(path, sizeof path, "~%.*s",
                       (int)(star - call->command->path), call->command->path);
        add_escaped(path, sizeof path, call->words[0]);
        add(path, sizeof path, star + 1);
    } else {
        add(path, sizeof path, call->command->path);
    }
    for (size_t i = 0; i < call->option_count; i++) {
        add(path, sizeof path, i == 0 ? "?" : "&");
        add(path, sizeof path, call->options[i].name);
        add(path, sizeof path, "=");
        add_escaped(path, sizeof path, call->options[i].value);
    }
    if (!client_open(&client, &call->settings, error))
        return false;
    got = client_find_ledger(&client, error) &&
          (call_option(call, "limit") != NULL
               ? client_get_json(&client, path, &answer, error)
               : client_get_all(&client, path, &answer, error));
    if (got) {
        if (!call_has(call, SETTING_JSON) && *call->command->path != '\0')
            drop_frame(answer.json);
        screen_document(stdout, answer.json, call_has(call, SETTING_JSON));
        answer_close(&answer);
    }
    client_close(&client);
    return got;
}
