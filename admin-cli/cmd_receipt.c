/* Receipts, verified and shown without any network. */
#include "admin-cli/act.h"
#include "admin-cli/file.h"
#include "admin-cli/screen.h"
#include "admin-cli/trust.h"
#include "ledger/leaf.h"
#include "ledger/receipt.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What is wrong with a proof is exit status 3, whatever part it is in. */
static bool unproven(struct error *error)
{
    const struct error cause = *error;

    *error = (struct error){0};
    return fail(error, ERROR_PROOF, "%s", cause.text);
}

/* The policy's file, or a policy of the one key. */
static bool read_trust(struct trust *trust, const struct call *call,
                       struct error *error)
{
    const char *vkey = call_option(call, "vkey");
    const char *path = call_option(call, "policy");

    if ((vkey == NULL) == (path == NULL))
        return fail(error, ERROR_USAGE, "say --policy FILE or --vkey VKEY");
    return trust_open(trust, path, vkey, NULL, error);
}

static bool judge(const struct receipt *receipt, const struct trust *trust,
                  struct checkpoint *checkpoint, struct error *error)
{
    if (receipt->leaf.size == 0)
        return fail(error, ERROR_PROOF,
                    "there is no entry in it: a plain proof proves nothing "
                    "alone");
    return receipt_verify_policy(receipt, &trust->policy, checkpoint, error) ||
           unproven(error);
}

/* The entry in the leaf, on stderr, or in the object for --json. */
static bool show_entry(json_t *object, const struct receipt *receipt,
                       const char *origin, const struct call *call,
                       struct error *error)
{
    const struct desk desk = {.settings = &call->settings, .digits = 2};
    struct act *act = calloc(1, sizeof *act);
    char stamp[INSTANT_MS_CHARS + 1], is[ORIGIN_BYTES_MAX + 1];
    struct instant accepted;
    struct text note;
    bool done;

    assert(act != NULL);
    done = leaf_read(&accepted, &note, receipt->leaf.bytes, receipt->leaf.size,
                     error) &&
           act_read(act, note.bytes, note.size, error);
    if (done) {
        act_origin(act, is);
        if (strcmp(is, origin) != 0)
            done = fail(error, ERROR_PROOF, "the entry is of another ledger");
    }
    if (done) {
        instant_write_ms(stamp, accepted);
        (void)json_object_set_new(object, "accepted", json_string(stamp));
        (void)json_object_set_new(
            object, "entry", json_loadb(act->json, act->json_size, 0, NULL));
        if (!call_has(call, SETTING_JSON) && !call_has(call, SETTING_QUIET)) {
            act_show(act, &desk);
            act_show_signers(act);
        }
    }
    free(act);
    return done;
}

/* The policy's witnesses that have cosigned its checkpoint, and when. */
static json_t *list_witnesses(const struct receipt *receipt,
                              const struct trust *trust)
{
    struct note *note = calloc(1, sizeof *note);
    json_t *list = json_array();
    char text[INSTANT_CHARS + 1];
    struct error ignored = {0};

    assert(note != NULL);
    if (note_parse(note, receipt->checkpoint.bytes, receipt->checkpoint.size,
                   &ignored))
        for (size_t i = 0; i < trust->policy.witness_count; i++) {
            const uint64_t stamp = policy_stamp(&trust->policy, i, note);

            if (stamp == 0 || stamp > INT64_MAX / 1000)
                continue;
            instant_write(text, (struct instant){(int64_t)stamp * 1000});
            (void)json_array_append_new(
                list,
                json_pack("{s:s, s:s}", "witness",
                          trust->policy.witnesses[i].vkey.name, "at", text));
        }
    free(note);
    return list;
}

static bool verify(const struct receipt *receipt, const struct call *call,
                   struct error *error)
{
    struct trust *trust = calloc(1, sizeof *trust);
    const bool by_policy = call_option(call, "policy") != NULL;
    struct checkpoint checkpoint = {0};
    json_t *object = json_object();
    bool done;

    assert(trust != NULL);
    done = read_trust(trust, call, error) &&
           judge(receipt, trust, &checkpoint, error);
    if (done) {
        (void)json_object_set_new(object, "verified", json_true());
        (void)json_object_set_new(object, "origin",
                                  json_string(checkpoint.origin));
        (void)json_object_set_new(object, "index",
                                  json_integer((json_int_t)receipt->index));
        (void)json_object_set_new(object, "size",
                                  json_integer((json_int_t)checkpoint.size));
        (void)json_object_set_new(
            object, "trusted",
            json_string(by_policy ? "policy" : "log key only"));
        (void)json_object_set_new(object, "cosigned",
                                  list_witnesses(receipt, trust));
        done = show_entry(object, receipt, checkpoint.origin, call, error) ||
               unproven(error);
    }
    if (done) {
        if (!call_has(call, SETTING_JSON))
            (void)json_object_del(object, "entry");
        screen_document(stdout, object, call_has(call, SETTING_JSON));
    }
    json_decref(object);
    trust_close(trust);
    free(trust);
    return done;
}

bool command_receipt_verify(const struct call *call, struct error *error)
{
    struct receipt receipt;
    char *bytes;
    size_t size;
    bool done;

    if (!file_read(call->words[0], RECEIPT_BYTES_MAX, &bytes, &size, error))
        return false;
    if (!receipt_read(&receipt, bytes, size, error))
        done = unproven(error);
    else
        done = verify(&receipt, call, error);
    free(bytes);
    return done;
}

bool command_receipt_show(const struct call *call, struct error *error)
{
    struct receipt receipt;
    char *bytes, origin[ORIGIN_BYTES_MAX + 1];
    json_t *object = json_object();
    size_t size;
    bool done;

    if (!file_read(call->words[0], RECEIPT_BYTES_MAX, &bytes, &size, error)) {
        json_decref(object);
        return false;
    }
    done = receipt_read(&receipt, bytes, size, error);
    if (done) {
        const size_t line = strcspn(receipt.checkpoint.bytes, "\n");

        (void)snprintf(origin, sizeof origin, "%.*s", (int)line,
                       receipt.checkpoint.bytes);
        (void)json_object_set_new(object, "verified", json_false());
        (void)json_object_set_new(object, "origin", json_string(origin));
        (void)json_object_set_new(object, "index",
                                  json_integer((json_int_t)receipt.index));
        done = receipt.leaf.size == 0 ||
               show_entry(object, &receipt, origin, call, error);
    }
    if (done) {
        if (!call_has(call, SETTING_JSON))
            (void)json_object_del(object, "entry");
        screen_document(stdout, object, call_has(call, SETTING_JSON));
    }
    json_decref(object);
    free(bytes);
    return done;
}
