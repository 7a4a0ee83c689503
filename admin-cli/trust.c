#include "admin-cli/trust.h"

#include "admin-cli/file.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void policy_of_key(struct trust *trust, const char *vkey)
{
    const size_t room = strlen(vkey) + sizeof "log \nquorum none\n";

    trust->text = malloc(room);
    assert(trust->text != NULL);
    trust->size =
        (size_t)snprintf(trust->text, room, "log %s\nquorum none\n", vkey);
}

static bool load(struct trust *trust, const char *path, const char *vkey,
                 struct source *source, struct error *error)
{
    struct error why = {0};

    if (path != NULL) {
        trust->from = TRUST_POLICY;
        return file_read(path, POLICY_BYTES_MAX, &trust->text, &trust->size,
                         error);
    }
    if (vkey != NULL) {
        trust->from = TRUST_KEY;
        policy_of_key(trust, vkey);
        return true;
    }
    trust->from = TRUST_SOURCE;
    if (source_get(source, "policy", &trust->text, &trust->size, &why))
        return true;
    if (why.code == ERROR_ABSENT)
        return fail(error, ERROR_ABSENT,
                    "there is no policy beside the log; say --policy FILE or "
                    "--vkey VKEY");
    *error = why;
    return false;
}

bool trust_open(struct trust *trust, const char *path, const char *vkey,
                struct source *source, struct error *error)
{
    memset(trust, 0, sizeof *trust);
    if (path != NULL && vkey != NULL)
        return fail(error, ERROR_USAGE, "say --policy or --vkey, not both");
    if (!load(trust, path, vkey, source, error))
        return false;
    return policy_read(&trust->policy, trust->text, trust->size, error);
}

void trust_close(struct trust *trust)
{
    free(trust->text);
    memset(trust, 0, sizeof *trust);
}

bool trust_knows(const struct trust *trust, const char *origin)
{
    for (size_t i = 0; i < trust->policy.log_count; i++)
        if (strcmp(trust->policy.logs[i].vkey.name, origin) == 0)
            return true;
    return false;
}
