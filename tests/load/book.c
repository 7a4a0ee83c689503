#include "tests/load/book.h"

#include "ledger/receipt.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECEIPT_SAMPLE = 97 };

__attribute__((format(printf, 2, 3))) static void
violate(struct book *book, const char *format, ...)
{
    va_list arguments;

    if (++book->violations > 20)
        return;
    (void)printf("   ");
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    (void)printf("\n");
    (void)fflush(stdout);
}

void book_start(struct book *book, const struct cast *cast, const char *ledger,
                int32_t ledger_id, const struct key *log)
{
    char text[VKEY_CHARS_MAX];
    struct error error = {0};

    *book =
        (struct book){.cast = cast, .ledger = ledger, .ledger_id = ledger_id};
    vkey_write(text, cast->origin, KEY_TYPE_ED25519, log);
    if (!vkey_read(&book->vkey, text, strlen(text), &error))
        give_up("the log's key: %s", error.text);
}

void book_end(struct book *book)
{
    for (size_t i = 0; i < book->count; i++)
        free((void *)(uintptr_t)book->requests[i].bytes);
    free(book->requests);
    free(book->pledges);
    free(book->places);
    free(book->roots);
}

/* ---- Pledges ---- */

static uint32_t *place_of(const struct book *book, const struct hash *text_hash)
{
    uint64_t at;

    memcpy(&at, text_hash->bytes, sizeof at);
    for (;; at++) {
        uint32_t *place = &book->places[at & (book->place_room - 1)];

        if (*place == 0 ||
            hash_equal(&book->pledges[*place - 1].text_hash, text_hash))
            return place;
    }
}

static void make_room(struct book *book, size_t count)
{
    if (count <= book->room)
        return;
    book->room = count * 2;
    book->pledges =
        must(realloc(book->pledges, book->room * sizeof book->pledges[0]));
    book->requests =
        must(realloc(book->requests, book->room * sizeof book->requests[0]));
    free(book->places);
    for (book->place_room = 1024; book->place_room < book->room * 2;)
        book->place_room *= 2;
    book->places = must(calloc(book->place_room, sizeof book->places[0]));
    for (size_t i = 0; i < book->count; i++)
        *place_of(book, &book->pledges[i].text_hash) = (uint32_t)i + 1;
}

void book_prepare(struct book *book, size_t first, size_t count)
{
    static char note[LEAF_BYTES_MAX];
    char path[128];

    (void)snprintf(path, sizeof path, "/%s/entries", book->ledger);
    make_room(book, first + count);
    while (book->count < first + count) {
        struct told *told = &book->pledges[book->count];
        size_t size;

        *told = (struct told){0};
        size = cast_pledge(book->cast, note, &told->text_hash, book->count);
        book->requests[book->count] =
            drive_request(path, "text/plain", "", note, size);
        *place_of(book, &told->text_hash) = (uint32_t)book->count + 1;
        book->count++;
    }
}

/* ---- Answers ---- */

static void check_receipt(struct book *book, const struct told *told,
                          const char *bytes, size_t size)
{
    struct checkpoint checkpoint;
    struct error error = {0};
    struct receipt receipt;
    struct hash leaf;

    if (!receipt_read(&receipt, bytes, size, &error) ||
        !receipt_verify(&receipt, &book->vkey, &checkpoint, &error)) {
        violate(book, "the receipt of entry %" PRId64 ": %s", told->index,
                error.text);
        return;
    }
    leaf = tree_leaf_hash(receipt.leaf.bytes, receipt.leaf.size);
    if (receipt.index != (uint64_t)told->index ||
        !hash_equal(&leaf, &told->leaf_hash))
        violate(book, "the receipt of entry %" PRId64 " is another's",
                told->index);
    book->receipts++;
}

static void read_taken(struct book *book, struct told *told, json_t *json)
{
    const char *accepted, *leaf, *receipt;
    struct hash hash;
    json_int_t index;

    if (json_unpack(json, "{s:I, s:s, s:s}", "index", &index, "accepted",
                    &accepted, "leaf_hash", &leaf) != 0 ||
        !hash_read(&hash, leaf, strlen(leaf)) ||
        !instant_read_ms(&told->accepted, accepted, strlen(accepted))) {
        violate(book, "an answer 201 says no index, accepted and leaf_hash");
        return;
    }
    told->fate = FATE_TAKEN;
    told->index = index;
    told->leaf_hash = hash;
    book->taken++;
    receipt = json_string_value(json_object_get(json, "receipt"));
    if (receipt != NULL && book->taken % RECEIPT_SAMPLE == 1)
        check_receipt(book, told, receipt, strlen(receipt));
}

bool book_answer(struct book *book, size_t number,
                 const struct drive_answer *answer)
{
    struct told *told = &book->pledges[number];
    json_t *json = json_loadb(answer->body.bytes, answer->body.size, 0, NULL);
    const char *code = json_string_value(json_object_get(json, "code"));

    if (code == NULL)
        code = "";
    if (answer->status == 200 || answer->status == 201)
        read_taken(book, told, json);
    else if (strcmp(code, "outcome-unknown") == 0)
        told->fate = FATE_UNKNOWN;
    else
        told->fate = FATE_REFUSED;
    if (answer->status < 500 && told->fate != FATE_TAKEN)
        violate(book, "pledge %zu was answered %d %s", number, answer->status,
                code);
    json_decref(json);
    return answer->status < 500;
}

/* ---- The log ---- */

struct reader {
    struct book *book;
    size_t landed;
};

static void find_pledge(struct reader *reader, struct told *told, size_t number,
                        const struct store_entry *entry)
{
    struct book *book = reader->book;

    if (told->in_log)
        violate(book, "pledge %zu is in the log twice, at %" PRId64, number,
                entry->idx);
    if (told->fate == FATE_NEW)
        violate(book, "pledge %zu was never sent, and is in the log", number);
    if (told->fate == FATE_REFUSED)
        violate(book, "pledge %zu was refused, and is in the log", number);
    if (told->fate == FATE_TAKEN &&
        (told->index != entry->idx || told->accepted.ms != entry->accepted.ms ||
         !hash_equal(&told->leaf_hash, &entry->leaf_hash)))
        violate(book,
                "pledge %zu was answered index %" PRId64
                ", the log has another at %" PRId64,
                number, told->index, entry->idx);
    if (told->fate == FATE_SENT || told->fate == FATE_UNKNOWN)
        reader->landed++;
    told->in_log = true;
    told->index = entry->idx;
}

static bool read_entry(void *context, const struct store_entry *entry,
                       struct error *error)
{
    struct reader *reader = context;
    struct book *book = reader->book;
    struct hash hash = tree_leaf_hash(entry->leaf.bytes, entry->leaf.size);
    uint32_t place = *place_of(book, &entry->text_hash);

    (void)error;
    if (!hash_equal(&hash, &entry->leaf_hash))
        violate(book, "entry %" PRId64 ": leaf_hash", entry->idx);
    if (entry->accepted.ms < book->accepted.ms)
        violate(book, "entry %" PRId64 ": time goes back", entry->idx);
    book->accepted = entry->accepted;
    tree_append(&book->tree, &hash);
    if (book->tree.size >= book->root_room) {
        book->root_room = book->root_room * 2 + 4096;
        book->roots =
            must(realloc(book->roots, book->root_room * sizeof book->roots[0]));
    }
    book->roots[book->tree.size] = tree_root(&book->tree);
    book->entries++;
    if (place != 0)
        find_pledge(reader, &book->pledges[place - 1], place - 1, entry);
    return true;
}

void book_checkpoint(struct book *book, const char *bytes, size_t size)
{
    static struct note note;
    struct checkpoint checkpoint;
    struct error error = {0};

    if (!note_parse(&note, bytes, size, &error) ||
        !checkpoint_read(&checkpoint, note.text, &error) ||
        !note_opens(&note, &book->vkey, NULL, &error))
        violate(book, "a checkpoint: %s", error.text);
    else if (checkpoint.size > book->tree.size)
        violate(book,
                "a checkpoint of %" PRIu64 " entries; the log has %" PRIu64,
                checkpoint.size, book->tree.size);
    else if (checkpoint.size > 0 &&
             !hash_equal(&checkpoint.root, &book->roots[checkpoint.size]))
        violate(book, "the checkpoint of size %" PRIu64 " is a fork",
                checkpoint.size);
    book->checkpoints++;
}

/* All that were kept since the last time. */
static void compare_checkpoints(struct book *book, struct db *db)
{
    static struct store_checkpoint row;
    struct error error = {0};

    while (store_checkpoint_from(db, book->ledger_id, book->checkpoint + 1,
                                 &row, &error)) {
        book->checkpoint = row.size;
        book_checkpoint(book, row.note, row.note_size);
    }
    if (error.code != ERROR_ABSENT)
        give_up("checkpoints are read: %s", error.text);
}

/* Waits for whoever still holds the head. */
static void lock_head(struct db *db, int32_t ledger_id, struct store_head *head)
{
    struct error error = {0};
    DB_TRANSACTION(transaction);
    DB_RESULT(rows);

    if (!db_begin(db, &transaction, &error) ||
        !db_query(db, "SELECT 1 FROM head WHERE ledger_id = $1 FOR UPDATE",
                  PARAMS(param_int4(ledger_id)), &rows, &error) ||
        !store_head(db, ledger_id, head, &error))
        give_up("the head is read: %s", error.text);
}

void book_compare(struct book *book, struct db *db, size_t first,
                  size_t *landed)
{
    struct reader reader = {.book = book};
    struct store_head head;
    struct error error = {0};
    int64_t from = (int64_t)book->tree.size, last;

    make_room(book, 1);
    lock_head(db, book->ledger_id, &head);
    if (!store_entries(
            db, book->ledger_id, from, head.size,
            (struct store_each){.context = &reader, .entry = read_entry},
            &error) ||
        !store_entry_last(db, book->ledger_id, &last, &error))
        violate(book, "the log from %" PRId64 ": %s", from, error.text);
    else if (last != head.size - 1)
        violate(book, "the head says %" PRId64 ", the last entry is %" PRId64,
                head.size, last);
    if (head.size > 0 && head.size == (int64_t)book->tree.size &&
        !hash_equal(&head.root, &book->roots[head.size]))
        violate(book, "the head's root is not the entries'");
    for (size_t i = first; i < book->count; i++) {
        const struct told *told = &book->pledges[i];

        if (told->fate == FATE_TAKEN && !told->in_log)
            violate(book, "pledge %zu was answered %" PRId64 ", and is lost", i,
                    told->index);
        if ((told->fate == FATE_SENT || told->fate == FATE_UNKNOWN))
            book->unanswered++;
    }
    compare_checkpoints(book, db);
    book->landed += (int64_t)reader.landed;
    *landed = reader.landed;
}
