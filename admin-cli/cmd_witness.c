/* node witness: whom we ask to cosign our logs, and whose logs we cosign. */
#include "admin-cli/command.h"
#include "admin-cli/screen.h"
#include "ledger/policy.h"
#include "sql/keyfile.h"

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_CHARS = 1024 };

static void path_of(const struct call *call, const char *name,
                    char out[static PATH_CHARS])
{
    const char *folder = call_option(call, "state-dir");

    (void)snprintf(out, PATH_CHARS, "%s/%s",
                   folder != NULL ? folder : "var/state", name);
}

/* The lines of witness.policy but for its last, "quorum none". */
static char *read_lines(const char *path, size_t *size)
{
    static const char end[] = "quorum none\n";
    char *text = calloc(1, POLICY_BYTES_MAX + 1);
    FILE *file = fopen(path, "re");

    assert(text != NULL);
    *size = 0;
    if (file == NULL)
        return text;
    *size = fread(text, 1, POLICY_BYTES_MAX, file);
    (void)fclose(file);
    if (*size >= sizeof end - 1 &&
        strcmp(text + *size - (sizeof end - 1), end) == 0)
        *size -= sizeof end - 1;
    return text;
}

static bool write_whole(const char *path, const char *text, size_t size,
                        struct error *error)
{
    char fresh[PATH_CHARS + 8];
    FILE *file;
    bool good;

    (void)snprintf(fresh, sizeof fresh, "%s.new", path);
    file = fopen(fresh, "we");
    if (file == NULL)
        return fail(error, ERROR_SYSTEM, "%s: %s", fresh, strerror(errno));
    good = fwrite(text, 1, size, file) == size && fflush(file) == 0 &&
           fsync(fileno(file)) == 0;
    good = fclose(file) == 0 && good;
    if (good && rename(fresh, path) == 0)
        return true;
    return fail(error, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
}

/* A line, if there is one, and the end of every policy file of ours. */
static size_t put_end(char *out, size_t room, const char *line)
{
    int size = line == NULL ? snprintf(out, room, "quorum none\n")
                            : snprintf(out, room, "%s\nquorum none\n", line);

    assert(size > 0 && (size_t)size < room);
    return (size_t)size;
}

/* Add a line; the whole must still be a policy. */
static bool add_line(const struct call *call, const char *line,
                     struct error *error)
{
    struct policy *policy = calloc(1, sizeof *policy);
    char path[PATH_CHARS];
    size_t size;
    char *text;
    bool good;

    assert(policy != NULL);
    path_of(call, "witness.policy", path);
    text = read_lines(path, &size);
    if (size + strlen(line) + 16 > POLICY_BYTES_MAX) {
        good = fail(error, ERROR_SIZE, "%s is full", path);
    } else {
        size += put_end(text + size, POLICY_BYTES_MAX - size, line);
        good = policy_read(policy, text, size, error) &&
               write_whole(path, text, size, error);
    }
    if (good)
        screen_note("%s was written; a server that runs takes it up within a "
                    "second.",
                    path);
    free(text);
    free(policy);
    return good;
}

bool command_witness_add(const struct call *call, struct error *error)
{
    char line[1024];

    if (call->word_count != 3)
        return fail(error, ERROR_USAGE,
                    "a witness has a name, a vkey and an address");
    (void)snprintf(line, sizeof line, "witness %s %s %s", call->words[0],
                   call->words[1], call->words[2]);
    return add_line(call, line, error);
}

bool command_witness_trust(const struct call *call, struct error *error)
{
    char line[1024];

    if (call->word_count != 1)
        return fail(error, ERROR_USAGE, "a log is known by its vkey");
    (void)snprintf(line, sizeof line, "log %s", call->words[0]);
    return add_line(call, line, error);
}

bool command_witness_key(const struct call *call, struct error *error)
{
    char path[PATH_CHARS], vkey[VKEY_CHARS_MAX];
    struct secret_key secret;
    struct error why = {0};
    struct key key;
    json_t *document;

    if (call->word_count != 1)
        return fail(error, ERROR_USAGE,
                    "a witness has a name, as host.example/witness");
    path_of(call, "witness.key", path);
    if (keyfile_load(path, &secret, &key, &why))
        sodium_memzero(&secret, sizeof secret);
    else if (why.code != ERROR_ABSENT)
        return fail_again(error, why.code, &why);
    else if (!keyfile_create(path, &key, error))
        return false;
    vkey_write(vkey, call->words[0], KEY_TYPE_COSIGNATURE, &key);
    document = json_pack("{s:s, s:s}", "name", call->words[0], "vkey", vkey);
    screen_document(stdout, document, call_has(call, SETTING_JSON));
    json_decref(document);
    return true;
}

static json_t *text_json(struct text text)
{
    return json_stringn(text.bytes, text.size);
}

bool command_witness_list(const struct call *call, struct error *error)
{
    struct policy *policy = calloc(1, sizeof *policy);
    json_t *witnesses = json_array(), *logs = json_array(), *document;
    char path[PATH_CHARS];
    size_t size;
    char *text;
    bool good;

    assert(policy != NULL);
    path_of(call, "witness.policy", path);
    text = read_lines(path, &size);
    size += put_end(text + size, POLICY_BYTES_MAX - size, NULL);
    good = policy_read(policy, text, size, error);
    for (size_t i = 0; good && i < policy->witness_count; i++)
        (void)json_array_append_new(
            witnesses,
            json_pack("{s:s, s:o}", "name", policy->witnesses[i].vkey.name,
                      "url", text_json(policy->witnesses[i].url)));
    for (size_t i = 0; good && i < policy->log_count; i++)
        (void)json_array_append_new(logs,
                                    json_string(policy->logs[i].vkey.name));
    document = json_pack("{s:o, s:o}", "witnesses", witnesses, "logs", logs);
    if (good)
        screen_document(stdout, document, call_has(call, SETTING_JSON));
    json_decref(document);
    free(text);
    free(policy);
    return good;
}
