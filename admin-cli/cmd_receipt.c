/* Receipts, verified and shown without any network. */
#include "admin-cli/act.h"
#include "admin-cli/file.h"
#include "admin-cli/screen.h"
#include "ledger/leaf.h"
#include "ledger/policy.h"
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

/* vkey: the log's; a policy must agree as well if one is given. */
static bool read_trust(struct vkey *vkey, struct policy *policy, char **bytes,
                       const struct receipt *receipt, const struct call *call,
                       struct error *error)
{
    const char *text = call_option(call, "vkey");
    const char *path = call_option(call, "policy");
    const char *origin = receipt->checkpoint.bytes;
    size_t size;

    if ((text == NULL) == (path == NULL))
        return fail(error, ERROR_USAGE, "say --policy FILE or --vkey VKEY");
    if (text != NULL)
        return vkey_read(vkey, text, strlen(text), error);
    if (!file_read(path, POLICY_BYTES_MAX, bytes, &size, error) ||
        !policy_read(policy, *bytes, size, error))
        return false;
    for (size_t i = 0; i < policy->log_count; i++) {
        const char *name = policy->logs[i].vkey.name;
        const size_t name_size = strlen(name);

        if (receipt->checkpoint.size > name_size &&
            memcmp(origin, name, name_size) == 0 && origin[name_size] == '\n') {
            *vkey = policy->logs[i].vkey;
            return true;
        }
    }
    return fail(error, ERROR_PROOF, "the policy has no log of that origin");
}

static bool judge(const struct receipt *receipt, const struct vkey *vkey,
                  const struct policy *policy, struct checkpoint *checkpoint,
                  struct error *error)
{
    struct note note;

    if (receipt->leaf.size == 0)
        return fail(error, ERROR_PROOF,
                    "there is no entry in it: a plain proof proves nothing "
                    "alone");
    if (!receipt_verify(receipt, vkey, checkpoint, error))
        return unproven(error);
    if (policy != NULL && (!note_parse(&note, receipt->checkpoint.bytes,
                                       receipt->checkpoint.size, error) ||
                           !policy_check(policy, &note, checkpoint, error)))
        return unproven(error);
    return true;
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

static bool verify(const struct receipt *receipt, const struct call *call,
                   struct error *error)
{
    struct policy *policy = calloc(1, sizeof *policy);
    const bool by_policy = call_option(call, "policy") != NULL;
    struct checkpoint checkpoint = {0};
    char *bytes = NULL;
    struct vkey vkey;
    json_t *object = json_object();
    bool done;

    assert(policy != NULL);
    done = read_trust(&vkey, policy, &bytes, receipt, call, error) &&
           judge(receipt, &vkey, by_policy ? policy : NULL, &checkpoint, error);
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
        done = show_entry(object, receipt, checkpoint.origin, call, error) ||
               unproven(error);
    }
    if (done) {
        if (!call_has(call, SETTING_JSON))
            (void)json_object_del(object, "entry");
        screen_document(stdout, object, call_has(call, SETTING_JSON));
    }
    json_decref(object);
    free(bytes);
    free(policy);
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
