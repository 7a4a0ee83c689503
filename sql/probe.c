#include "sql/probe.h"

#ifdef PROBES
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const names[] = {
#define STEP(name, whose, help) #name,
#include "sql/probes.def"
};

void probe_reach(enum step step)
{
    const char *path = getenv("TERREAU_PROBE");
    char line[64] = "";
    FILE *file;

    if (path == NULL)
        return;
    file = fopen(path, "re");
    if (file == NULL)
        return;
    if (fgets(line, sizeof line, file) == NULL)
        line[0] = '\0';
    (void)fclose(file);
    line[strcspn(line, "\n")] = '\0';
    if (strcmp(line, names[step]) != 0 || unlink(path) != 0)
        return; /* Another thread was first, if it is gone. */
    (void)kill(getpid(), SIGKILL);
}
#endif
