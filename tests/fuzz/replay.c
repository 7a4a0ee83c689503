/* replay FILE|FOLDER...: feed each file to a fuzz target, so that the seeds
 * are tried by every compiler and in every test run. */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool feed(const char *path)
{
    FILE *in = fopen(path, "rb");
    struct stat about;
    uint8_t *bytes;
    size_t size;
    bool good;

    if (in == NULL || fstat(fileno(in), &about) != 0) {
        perror(path);
        return false;
    }
    size = (size_t)about.st_size;
    bytes = malloc(size + (size == 0)); /* No byte to spare: see overruns. */
    good = bytes != NULL && fread(bytes, 1, size, in) == size;
    (void)fclose(in);
    if (good)
        (void)LLVMFuzzerTestOneInput(bytes, size);
    else
        perror(path);
    free(bytes);
    printf("%s %s\n", good ? "ok" : "not ok", path);
    (void)fflush(stdout);
    return good;
}

static bool feed_folder(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);
    bool good = count >= 0;

    if (count < 0)
        perror(path);
    for (int i = 0; i < count; i++) {
        char file[4096];

        (void)snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            good &= feed(file);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return good;
}

int main(int argc, char **argv)
{
    bool good = argc > 1;

    if (argc < 2)
        fprintf(stderr, "usage: %s FILE|FOLDER...\n", argv[0]);
    for (int i = 1; i < argc; i++) {
        struct stat about;
        bool is_folder = stat(argv[i], &about) == 0 && S_ISDIR(about.st_mode);

        good &= is_folder ? feed_folder(argv[i]) : feed(argv[i]);
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
