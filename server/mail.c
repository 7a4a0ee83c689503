#include "server/mail.h"

#include "server/config.h"
#include "server/hypertext.h"
#include "server/node.h"
#include "server/page.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct seal_place place_of(int32_t ledger_id, const uint8_t *mail_id)
{
    return (struct seal_place){.purpose = SEAL_OUTBOX,
                               .ledger_id = ledger_id,
                               .row = mail_id,
                               .row_size = MAIL_ID_BYTES};
}

/* ---- Writing ---- */

/* Cut the rendered text into subject and body, without space around them. */
static bool cut(struct buffer *text, char **body, struct error *error)
{
    char *end = text->bytes == NULL ? NULL : strchr(text->bytes, '\n');
    char *last;

    if (end == NULL || end == text->bytes)
        return fail(error, ERROR_BUG, "a letter begins with its subject");
    *end = '\0';
    *body = end + 1 + strspn(end + 1, "\n");
    last = *body + strlen(*body);
    while (last > *body && last[-1] == '\n')
        last--;
    if (last == *body)
        return fail(error, ERROR_BUG, "a letter says something");
    last[0] = '\n'; /* There was one, or the terminator. */
    last[1] = '\0';
    return true;
}

static bool add_file(json_t *letter, const struct mail_file *file,
                     struct error *error)
{
    size_t room;
    char *text;

    if (file == NULL)
        return true;
    if (file->size > MAIL_FILE_BYTES_MAX)
        return fail(error, ERROR_SIZE, "the file is too large for a mail");
    room =
        sodium_base64_ENCODED_LEN(file->size, sodium_base64_VARIANT_ORIGINAL);
    text = malloc(room);
    assert(text != NULL);
    (void)sodium_bin2base64(text, room, file->bytes, file->size,
                            sodium_base64_VARIANT_ORIGINAL);
    (void)json_object_set_new(letter, "file",
                              json_pack("{s:s, s:s, s:s}", "name", file->name,
                                        "type", file->type, "bytes", text));
    free(text);
    return true;
}

static json_t *write_letter(struct node *node, const struct mail *mail,
                            const char *to, struct error *error)
{
    BUFFER(text);
    char *body = NULL;
    int64_t now = node_now(node).ms;
    const char *coop =
        json_string_value(json_object_get(mail->document, "coop"));
    bool french = strcmp(mail->language, "fr") == 0;
    json_auto_t *facts = json_pack("{s:s, s:b, s:b}", "lang", mail->language,
                                   "fr", french, "en", !french);
    json_t *letter;

    if (!pages_text(node->mails, mail->name, mail->document, facts, &text,
                    error))
        return NULL;
    buffer_text(&text, "\n\n"); /* Room for cut(). */
    if (!cut(&text, &body, error))
        return NULL;
    letter = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "to", to,
                       "from_name", coop == NULL ? "" : coop, "language",
                       mail->language, "subject", text.bytes, "text", body,
                       "made", (json_int_t)now, "until",
                       (json_int_t)(mail->valid_seconds == 0
                                        ? 0
                                        : now + mail->valid_seconds * 1000));
    assert(letter != NULL);
    if (!add_file(letter, mail->file, error)) {
        json_decref(letter);
        return NULL;
    }
    return letter;
}

bool mail_queue(struct node *node, struct db *db, int32_t ledger_id,
                const struct mail *mail, struct error *error)
{
    char to[EMAIL_BYTES_MAX + 1];
    struct store_mail row = {.ledger_id = ledger_id};
    struct seal_place place = place_of(ledger_id, row.mail_id);
    json_auto_t *letter = NULL;
    size_t size;
    char *plain;
    uint8_t *box;
    bool done;

    if (node->ring == NULL)
        return fail(error, ERROR_READ_ONLY, "there is no key to seal a mail");
    if (!email_read(to, mail->to)) {
        (void)snprintf(error->pointer, sizeof error->pointer, "/email");
        return fail(error, ERROR_FIELD, "that is no e-mail address");
    }
    letter = write_letter(node, mail, to, error);
    if (letter == NULL)
        return false;
    plain = json_dumps(letter, JSON_COMPACT);
    assert(plain != NULL);
    size = strlen(plain);
    box = malloc(size + SEAL_EXTRA_BYTES);
    assert(box != NULL);
    randombytes_buf(row.mail_id, sizeof row.mail_id);
    seal_close(node->ring, &place, plain, size, row.nonce, box);
    row.box =
        (struct text){(const char *)box, (uint32_t)(size + SEAL_EXTRA_BYTES)};
    done = store_outbox_insert(db, &row, error);
    sodium_memzero(plain, size);
    free(plain);
    free(box);
    return done;
}

/* ---- Reading ---- */

static bool open_box(struct node *node, const struct store_mail *row,
                     json_t **document, struct error *error)
{
    struct seal_place place = place_of(row->ledger_id, row->mail_id);
    size_t size;
    char *plain;
    bool done;

    if (node->ring == NULL)
        return fail(error, ERROR_ABSENT, "there is no key to open a mail");
    if (row->box.size < SEAL_EXTRA_BYTES)
        return fail(error, ERROR_DOUBT, "that is no box");
    size = row->box.size - SEAL_EXTRA_BYTES;
    plain = malloc(size + 1);
    assert(plain != NULL);
    done =
        seal_open(node->ring, &place, row->nonce,
                  (const uint8_t *)row->box.bytes, row->box.size, plain, error);
    if (done) {
        *document = json_loadb(plain, size, JSON_REJECT_DUPLICATES, NULL);
        done =
            *document != NULL || fail(error, ERROR_DOUBT, "that is no letter");
        sodium_memzero(plain, size);
    }
    free(plain);
    return done;
}

static bool read_file(struct letter *letter, const json_t *file)
{
    const char *text = json_string_value(json_object_get(file, "bytes"));
    size_t room = text == NULL ? 0 : strlen(text);
    uint8_t *bytes;

    if (text == NULL)
        return false;
    bytes = malloc(room + 1);
    assert(bytes != NULL);
    letter->file = bytes;
    letter->file_name = json_string_value(json_object_get(file, "name"));
    letter->file_type = json_string_value(json_object_get(file, "type"));
    return letter->file_name != NULL && letter->file_type != NULL &&
           sodium_base642bin(bytes, room, text, room, NULL, &letter->file_size,
                             NULL, sodium_base64_VARIANT_ORIGINAL) == 0;
}

static bool read_letter(struct letter *letter, json_t *document,
                        int64_t *until_ms)
{
    BUFFER(html);
    json_t *file = NULL;
    json_int_t made = 0, until = 0;
    size_t size;

    if (json_unpack(document, "{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s?o}", "to",
                    &letter->to, "from_name", &letter->from_name, "language",
                    &letter->language, "subject", &letter->subject, "text",
                    &letter->text, "made", &made, "until", &until, "file",
                    &file) != 0)
        return false;
    letter->made.ms = made;
    *until_ms = until;
    hypertext_write(&html, letter->language, letter->subject, letter->text);
    letter->html = buffer_take(&html, &size);
    return file == NULL || read_file(letter, file);
}

bool mail_open(struct node *node, const struct store_mail *row,
               json_t **document, struct letter *letter, bool *expired,
               struct error *error)
{
    int64_t until_ms = 0;

    *letter = (struct letter){.from = node->config->mail_from[0] != '\0'
                                          ? node->config->mail_from
                                          : "nobody@terreau.invalid"};
    if (!open_box(node, row, document, error))
        return false;
    memcpy(letter->id, row->mail_id, sizeof letter->id);
    if (!read_letter(letter, *document, &until_ms)) {
        letter_clear(letter);
        json_decref(*document);
        *document = NULL;
        return fail(error, ERROR_DOUBT, "that is no letter");
    }
    *expired = until_ms != 0 && until_ms < node_now(node).ms;
    return true;
}

void letter_clear(struct letter *letter)
{
    /* Made by mail_open(); const for everybody else. */
    free((void *)(uintptr_t)letter->html);
    free((void *)(uintptr_t)letter->file);
    *letter = (struct letter){0};
}
