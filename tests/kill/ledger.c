/*
 * ledger: a small real ledger, made through a server that then stops.
 *
 *     ledger FOLDER ENTRIES
 *
 * In the database "terreau", with its keys in FOLDER/a; one cosignature.
 */
#include "sql/store.h"
#include "tests/load/cast.h"
#include "tests/load/drive.h"
#include "tests/load/stand.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PEOPLE = 20 };

static int refused;

static void answered(void *context, const struct drive_answer *answer)
{
    (void)context;
    refused += answer->status != 201;
}

static void pledge(const struct stand *stand, const struct cast *cast,
                   size_t count)
{
    static char note[LEAF_BYTES_MAX];
    struct text *requests = must(calloc(count, sizeof requests[0]));
    const char *address = stand->address;
    struct drive drive = {
        .addresses = &address,
        .address_count = 1,
        .connections = 4,
        .requests = requests,
        .request_count = count,
        .answered = answered,
    };

    for (size_t i = 0; i < count; i++) {
        size_t size = cast_pledge(cast, note, NULL, i);

        requests[i] =
            drive_request("/load/entries", "text/plain", "", note, size);
    }
    drive_run(&drive);
    if (drive.answers != count || refused > 0)
        give_up("all pledges are taken: %d refused", refused);
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)requests[i].bytes);
    free(requests);
}

/* A witness saw the largest checkpoint. */
static void cosign(const struct stand *stand)
{
    static struct store_checkpoint row;
    static const uint8_t seed[32] = {9};
    char line[NOTE_SIGNATURE_CHARS_MAX];
    const char name[] = "witness.example/w";
    struct store_ledger ledger;
    struct secret_key secret;
    struct error error = {0};
    struct store_cosignature cosignature = {.stamp = 1790000000};
    struct note note;
    struct key key;
    struct db db;

    (void)crypto_sign_seed_keypair(key.bytes, secret.bytes, seed);
    if (!db_open(&db, stand->database, &error) ||
        !store_ledger_find(&db, "load", &ledger, &error) ||
        !store_checkpoint_latest(&db, ledger.ledger_id, &row, &error) ||
        !note_parse(&note, row.note, row.note_size, &error))
        give_up("the last checkpoint: %s", error.text);
    cosignature.size = row.size;
    cosignature.witness = (struct text){name, sizeof name - 1};
    cosignature.line = (struct text){
        line, (uint32_t)note_cosign(line, name, note.text.bytes, note.text.size,
                                    (uint64_t)cosignature.stamp, &secret)};
    if (!store_cosignature_insert(&db, ledger.ledger_id, &cosignature, &error))
        give_up("a cosignature: %s", error.text);
    db_close(&db);
}

int main(int argc, char **argv)
{
    static char note[LEAF_BYTES_MAX], body[8192];
    size_t entries = argc > 2 ? strtoul(argv[2], NULL, 10) : 500;
    struct stand stand;
    struct timespec now;
    struct key clerk, log;
    struct cast cast;

    if (sodium_init() < 0 || argc != 3)
        return 2;
    ledger_start();
    (void)clock_gettime(CLOCK_REALTIME, &now);
    stand_make(&stand, argv[1], "a", "terreau", false);
    stand_init(&stand, "load", "load.example/tamper", &clerk, &log);
    stand_start(&stand);
    cast_start(&cast, "load.example/tamper", &clerk, PEOPLE, 1);
    for (size_t i = 0; i < cast_overture_count(&cast); i++) {
        size_t size = cast_overture(
            &cast, note, i, (struct instant){(int64_t)now.tv_sec * 1000});
        int status = stand_post(&stand, "load", note, size, body, sizeof body);

        if (status != 201)
            give_up("the ledger opens: %d %s", status, body);
    }
    pledge(&stand, &cast, entries - cast_overture_count(&cast));
    cosign(&stand);
    if (stand_end(&stand, SIGTERM) != 0)
        give_up("the server stops when it is told");
    cast_end(&cast);
    return EXIT_SUCCESS;
}
