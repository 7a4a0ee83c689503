#include "server/policy_file.h"

#include "server/log.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_CHARS = 640 };

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "re");
    char *text;

    if (file == NULL)
        return NULL;
    text = calloc(1, POLICY_BYTES_MAX + 1);
    assert(text != NULL);
    *size = fread(text, 1, POLICY_BYTES_MAX, file);
    (void)fclose(file);
    return text;
}

static bool take(struct policy_file *file, char *text, size_t size)
{
    struct policy *policy = calloc(1, sizeof *policy);
    struct error why = {0};

    assert(policy != NULL);
    if (!policy_read(policy, text, size, &why)) {
        log_event(LOG_WARNING, "witness", "policy is left as it was: %s",
                  why.text);
        free(policy);
        free(text);
        return false;
    }
    free(file->policy);
    free(file->text);
    file->policy = policy;
    file->text = text;
    return true;
}

bool policy_file_refresh(struct policy_file *file, const char *folder)
{
    char path[PATH_CHARS];
    struct stat status;
    int64_t version;
    size_t size;
    char *text;

    (void)snprintf(path, sizeof path, "%s/witness.policy", folder);
    if (stat(path, &status) != 0)
        return false;
    version =
        (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
    if (version == file->version)
        return false;
    file->version = version;
    text = read_file(path, &size);
    return text != NULL && take(file, text, size);
}

void policy_file_free(struct policy_file *file)
{
    free(file->policy);
    free(file->text);
    memset(file, 0, sizeof *file);
}
