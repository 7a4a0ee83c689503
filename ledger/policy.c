#include "ledger/policy.h"

#include <string.h>

/* Where the reader is. */
struct reader {
    struct policy *policy;
    size_t number; /* Of the line, from 1. */
    struct text line;
    bool has_quorum;
    struct error *error;
};

static bool refuse(struct reader *reader, const char *why)
{
    return fail(reader->error, ERROR_FIELD, "line %zu: %s", reader->number,
                why);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* Cuts the next word off the line; false at its end. */
static bool take_word(struct reader *reader, struct text *word)
{
    struct text *line = &reader->line;
    uint32_t begin = 0, end;

    while (begin < line->size && is_space(line->bytes[begin]))
        begin++;
    for (end = begin; end < line->size && !is_space(line->bytes[end]);)
        end++;
    word->bytes = line->bytes + begin;
    word->size = end - begin;
    line->bytes += end;
    line->size -= end;
    return word->size > 0;
}

static bool take_vkey(struct reader *reader, struct vkey *vkey, uint8_t type)
{
    struct error why = {0};
    struct text word;

    if (!take_word(reader, &word))
        return refuse(reader, "the key is missing");
    if (!vkey_read(vkey, word.bytes, word.size, &why))
        return refuse(reader, why.text);
    if (vkey->type != type)
        return refuse(reader, type == KEY_TYPE_ED25519
                                  ? "the key is not that of a log"
                                  : "the key is not that of a witness");
    return true;
}

/* The optional URL, and nothing after it. */
static bool take_url(struct reader *reader, struct text *url)
{
    struct text word;

    (void)take_word(reader, url);
    if (take_word(reader, &word))
        return refuse(reader, "the line has too many words");
    return true;
}

/* The node of this name, or POLICY_NOBODY. */
static uint16_t find(const struct policy *policy, struct text name)
{
    for (size_t i = 0; i < policy->node_count; i++) {
        struct text other = policy->nodes[i].name;

        if (other.size == name.size &&
            memcmp(other.bytes, name.bytes, name.size) == 0)
            return (uint16_t)i;
    }
    return POLICY_NOBODY;
}

/* Takes the name that a witness or group defines. */
static bool take_new_name(struct reader *reader, struct text *name)
{
    if (!take_word(reader, name))
        return refuse(reader, "the name is missing");
    if (text_is(*name, "none"))
        return refuse(reader, "the name 'none' is taken");
    if (find(reader->policy, *name) != POLICY_NOBODY)
        return refuse(reader, "the name is defined already");
    if (reader->policy->node_count == POLICY_NODES_MAX)
        return refuse(reader, "there are too many witnesses and groups");
    return true;
}

static uint16_t add_node(struct policy *policy, struct text name, size_t needed)
{
    policy->nodes[policy->node_count] = (struct policy_node){
        .name = name,
        .needed = (uint16_t)needed,
        .group = POLICY_NOBODY,
    };
    return (uint16_t)policy->node_count++;
}

static bool read_log(struct reader *reader)
{
    struct policy *policy = reader->policy;
    struct policy_log *log = &policy->logs[policy->log_count];

    if (policy->log_count == POLICY_LOGS_MAX)
        return refuse(reader, "there are too many logs");
    if (!take_vkey(reader, &log->vkey, KEY_TYPE_ED25519) ||
        !take_url(reader, &log->url))
        return false;
    for (size_t i = 0; i < policy->log_count; i++)
        if (key_equal(&policy->logs[i].vkey.key, &log->vkey.key))
            return refuse(reader, "the key is another log's already");
    policy->log_count++;
    return true;
}

static bool read_witness(struct reader *reader)
{
    struct policy *policy = reader->policy;
    struct policy_witness *witness = &policy->witnesses[policy->witness_count];
    struct text name;

    if (policy->witness_count == POLICY_WITNESSES_MAX)
        return refuse(reader, "there are too many witnesses");
    if (!take_new_name(reader, &name) ||
        !take_vkey(reader, &witness->vkey, KEY_TYPE_COSIGNATURE) ||
        !take_url(reader, &witness->url))
        return false;
    for (size_t i = 0; i < policy->witness_count; i++)
        if (key_equal(&policy->witnesses[i].vkey.key, &witness->vkey.key))
            return refuse(reader, "the key is another witness's already");
    witness->node = add_node(policy, name, 0);
    policy->witness_count++;
    return true;
}

/* How many members a group needs; 0: that is no number of them. */
static size_t threshold(struct text word, size_t members)
{
    uint64_t needed;

    if (text_is(word, "all"))
        return members;
    if (text_is(word, "any"))
        return 1;
    if (!decimal_read(&needed, word.bytes, word.size) || needed > members)
        return 0;
    return (size_t)needed;
}

/* The group's own node comes after its members', so that one pass from the
 * first to the last counts them all (meets_quorum()). */
static bool read_group(struct reader *reader)
{
    struct policy *policy = reader->policy;
    struct text name, word, member;
    size_t members = 0;
    uint16_t group;

    if (!take_new_name(reader, &name))
        return false;
    if (!take_word(reader, &word))
        return refuse(reader, "how many members are needed is missing");
    group = (uint16_t)policy->node_count;
    for (; take_word(reader, &member); members++) {
        uint16_t node = find(policy, member);

        if (node == POLICY_NOBODY)
            return refuse(reader, "a member is not defined before");
        if (policy->nodes[node].group != POLICY_NOBODY)
            return refuse(reader, "a member is in a group already");
        policy->nodes[node].group = group;
    }
    if (members == 0)
        return refuse(reader, "a group has members");
    if (threshold(word, members) == 0)
        return refuse(reader, "a group needs all, any, or a number from 1 to"
                              " that of its members");
    (void)add_node(policy, name, threshold(word, members));
    return true;
}

static bool read_quorum(struct reader *reader)
{
    struct text name, word;

    if (reader->has_quorum)
        return refuse(reader, "there is a quorum already");
    if (!take_word(reader, &name))
        return refuse(reader, "the name is missing");
    if (take_word(reader, &word))
        return refuse(reader, "the line has too many words");
    reader->has_quorum = true;
    reader->policy->quorum = find(reader->policy, name);
    if (reader->policy->quorum == POLICY_NOBODY && !text_is(name, "none"))
        return refuse(reader, "the name is not defined before");
    return true;
}

static bool read_line(struct reader *reader)
{
    struct text word;

    for (uint32_t i = 0; i < reader->line.size; i++) {
        uint8_t c = (uint8_t)reader->line.bytes[i];

        if ((c < ' ' && c != '\t') || c == 0x7f)
            return refuse(reader, "there is a control character");
    }
    if (!take_word(reader, &word) || word.bytes[0] == '#')
        return true;
    if (text_is(word, "log"))
        return read_log(reader);
    if (text_is(word, "witness"))
        return read_witness(reader);
    if (text_is(word, "group"))
        return read_group(reader);
    if (text_is(word, "quorum"))
        return read_quorum(reader);
    return refuse(reader, "it says neither log, witness, group nor quorum");
}

bool policy_read(struct policy *policy, const char *bytes, size_t size,
                 struct error *error)
{
    struct reader reader = {.policy = policy, .error = error};
    struct text rest = {bytes, (uint32_t)size};

    if (size > POLICY_BYTES_MAX)
        return fail(error, ERROR_SIZE, "a policy has at most %d bytes",
                    POLICY_BYTES_MAX);
    policy->log_count = policy->witness_count = policy->node_count = 0;
    policy->quorum = POLICY_NOBODY;
    while (text_take_line(&rest, &reader.line)) {
        reader.number++;
        if (!read_line(&reader))
            return false;
    }
    reader.number++;
    if (rest.size > 0)
        return refuse(&reader, "it does not end in a newline");
    if (!reader.has_quorum)
        return refuse(&reader, "there is no quorum");
    return true;
}

size_t policy_join(char *out, size_t room, const struct text *lines,
                   size_t count)
{
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        if (room - used < lines[i].size + 1u)
            return 0;
        memcpy(out + used, lines[i].bytes, lines[i].size);
        used += lines[i].size;
        out[used++] = '\n';
    }
    return used;
}

/* Is there a line by this key?  *wrong if one of them does not verify. */
static bool has_signed(const struct note *note, const struct vkey *vkey,
                       bool *wrong)
{
    bool found = false;

    for (size_t i = 0; i < note->line_count; i++)
        found |= note_line_is_by(note, i, vkey);
    if (found) {
        struct error ignored = {0};

        *wrong = !note_opens(note, vkey, NULL, &ignored);
    }
    return found;
}

static bool check_logs(const struct policy *policy, const struct note *note,
                       const char *origin, struct error *error)
{
    bool known = false, is_signed = false;

    for (size_t i = 0; i < policy->log_count; i++) {
        const struct vkey *vkey = &policy->logs[i].vkey;
        bool is_it = strcmp(vkey->name, origin) == 0, wrong = false;

        known |= is_it;
        is_signed |= has_signed(note, vkey, &wrong) && is_it;
        if (wrong)
            return fail(error, ERROR_SIGNATURE,
                        "the signature by %.100s is wrong", vkey->name);
    }
    if (!known)
        return fail(error, ERROR_ORIGIN, "the policy names no log %s", origin);
    if (!is_signed)
        return fail(error, ERROR_SIGNATURE,
                    "the log has not signed the checkpoint");
    return true;
}

/* Who is content: votes[i] are the members of node i that are. */
static bool meets_quorum(const struct policy *policy,
                         uint16_t votes[static POLICY_NODES_MAX])
{
    for (size_t i = 0; i < policy->node_count; i++) {
        const struct policy_node *node = &policy->nodes[i];
        uint16_t needed = node->needed > 0 ? node->needed : 1;

        if (votes[i] < needed)
            continue;
        if (i == policy->quorum)
            return true;
        if (node->group != POLICY_NOBODY)
            votes[node->group]++;
    }
    return policy->quorum == POLICY_NOBODY;
}

static bool check_witnesses(const struct policy *policy,
                            const struct note *note, uint64_t since,
                            struct error *error)
{
    uint16_t votes[POLICY_NODES_MAX] = {0};
    size_t cosigned = 0;

    for (size_t i = 0; i < policy->witness_count; i++) {
        const struct policy_witness *witness = &policy->witnesses[i];
        bool wrong = false;

        if (!has_signed(note, &witness->vkey, &wrong))
            continue;
        if (wrong)
            return fail(error, ERROR_SIGNATURE,
                        "the cosignature by %.100s is wrong",
                        witness->vkey.name);
        if (since > 0 && policy_stamp(policy, i, note) < since)
            continue;
        votes[witness->node] = 1;
        cosigned++;
    }
    if (!meets_quorum(policy, votes))
        return fail(error, ERROR_PROOF,
                    "%zu of the policy's %zu witnesses have cosigned%s, which"
                    " is not its quorum",
                    cosigned, policy->witness_count,
                    since > 0 ? " of late" : "");
    return true;
}

uint64_t policy_stamp(const struct policy *policy, size_t witness,
                      const struct note *note)
{
    struct error ignored = {0};
    uint64_t stamp = 0;

    if (!note_opens(note, &policy->witnesses[witness].vkey, &stamp, &ignored))
        return 0;
    return stamp;
}

bool policy_check_since(const struct policy *policy, const struct note *note,
                        uint64_t since, struct checkpoint *checkpoint,
                        struct error *error)
{
    struct checkpoint read;

    if (!checkpoint_read(&read, note->text, error) ||
        !check_logs(policy, note, read.origin, error) ||
        !check_witnesses(policy, note, since, error))
        return false;
    *checkpoint = read;
    return true;
}

bool policy_check(const struct policy *policy, const struct note *note,
                  struct checkpoint *checkpoint, struct error *error)
{
    return policy_check_since(policy, note, 0, checkpoint, error);
}
