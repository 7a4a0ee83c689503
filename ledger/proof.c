#include "ledger/proof.h"

#include <assert.h>

/* Where a verifier is: the node's number at its level, and the last one's. */
struct position {
    uint64_t node;
    uint64_t last;
};

static void go_up(struct position *at)
{
    at->node >>= 1;
    at->last >>= 1;
}

/* Is the next hash of a proof to the left?  Then the node may be a lone one
 * on its level; go up to where it has a sibling. */
static bool has_left_sibling(struct position *at)
{
    if ((at->node & 1) == 0 && at->node != at->last)
        return false;
    while ((at->node & 1) == 0 && at->node != 0)
        go_up(at);
    return true;
}

/* SPEC RFC 9162 section 2.1.3.2. */
bool proof_verify_inclusion(const struct proof *proof, uint64_t index,
                            uint64_t size, const struct hash *leaf,
                            const struct hash *root)
{
    struct position at = {index, size - 1};
    struct hash hash = *leaf;

    assert(proof->count <= PROOF_HASHES_MAX);
    if (index >= size)
        return false;
    for (size_t i = 0; i < proof->count; i++) {
        const struct hash *next = &proof->hashes[i];

        if (at.last == 0)
            return false;
        hash = has_left_sibling(&at) ? tree_node_hash(next, &hash)
                                     : tree_node_hash(&hash, next);
        go_up(&at);
    }
    return at.last == 0 && hash_equal(&hash, root);
}

/* SPEC RFC 9162 section 2.1.4.2. */
bool proof_verify_consistency(const struct proof *proof, uint64_t size1,
                              uint64_t size2, const struct hash *root1,
                              const struct hash *root2)
{
    struct position at = {size1 - 1, size2 - 1};
    bool begins_with_root1 = (size1 & (size1 - 1)) == 0;
    struct hash hash1, hash2;

    assert(proof->count <= PROOF_HASHES_MAX);
    if (size1 == 0 || size1 > size2)
        return false;
    if (size1 == size2)
        return proof->count == 0 && hash_equal(root1, root2);
    if (proof->count == 0)
        return false;
    while (at.node & 1)
        go_up(&at);
    hash1 = hash2 = begins_with_root1 ? *root1 : proof->hashes[0];
    for (size_t i = !begins_with_root1; i < proof->count; i++) {
        const struct hash *next = &proof->hashes[i];

        if (at.last == 0)
            return false;
        if (has_left_sibling(&at)) {
            hash1 = tree_node_hash(next, &hash1);
            hash2 = tree_node_hash(next, &hash2);
        } else {
            hash2 = tree_node_hash(&hash2, next);
        }
        go_up(&at);
    }
    return at.last == 0 && hash_equal(&hash1, root1) &&
           hash_equal(&hash2, root2);
}

/* A prover: its source, and what it found, root first. */
struct prover {
    node_fn *node;
    void *context;
    struct proof found;
};

/* Leaves [start, start + size): start is a multiple of a power of two that
 * is at least size. */
struct range {
    uint64_t start;
    uint64_t size;
};

/* Folds the complete subtrees of a range, from the right, into one hash. */
static bool add_range(struct prover *prover, struct range range,
                      struct error *error)
{
    struct hash hash = {0}, left;
    bool begun = false;

    for (int height = 0; height < TREE_LEVELS_MAX; height++) {
        uint64_t before = range.size >> height;

        if ((before & 1) == 0)
            continue;
        if (!prover->node(prover->context, height,
                          (range.start >> height) + before - 1, &left, error))
            return false;
        hash = begun ? tree_node_hash(&left, &hash) : left;
        begun = true;
    }
    assert(begun && prover->found.count < PROOF_HASHES_MAX);
    prover->found.hashes[prover->found.count++] = hash;
    return true;
}

/* Splits as RFC 6962 does: left has the largest power of two below size. */
static void split(struct range whole, struct range *left, struct range *right)
{
    uint64_t half = 1;

    while (half < whole.size - half)
        half *= 2;
    *left = (struct range){whole.start, half};
    *right = (struct range){whole.start + half, whole.size - half};
}

static void reverse(struct proof *proof, const struct proof *found)
{
    proof->count = found->count;
    for (size_t i = 0; i < found->count; i++)
        proof->hashes[i] = found->hashes[found->count - 1 - i];
}

bool proof_make_inclusion(struct proof *proof, uint64_t index, uint64_t size,
                          node_fn *node, void *context, struct error *error)
{
    struct prover prover = {.node = node, .context = context};
    struct range at = {0, size}, left, right;

    if (size > INT64_MAX || index >= size)
        return fail(error, ERROR_REQUEST, "the tree has no such leaf");
    while (at.size > 1) {
        bool is_left;

        split(at, &left, &right);
        is_left = index < right.start;
        if (!add_range(&prover, is_left ? right : left, error))
            return false;
        at = is_left ? left : right;
    }
    reverse(proof, &prover.found);
    return true;
}

bool proof_make_consistency(struct proof *proof, uint64_t size1, uint64_t size2,
                            node_fn *node, void *context, struct error *error)
{
    struct prover prover = {.node = node, .context = context};
    struct range at = {0, size2}, left, right;

    if (size1 == 0 || size1 > size2 || size2 > INT64_MAX)
        return fail(error, ERROR_REQUEST, "the tree never had that size");
    while (at.start + at.size != size1) {
        bool is_left;

        split(at, &left, &right);
        is_left = size1 <= right.start;
        if (!add_range(&prover, is_left ? right : left, error))
            return false;
        at = is_left ? left : right;
    }
    if (at.start > 0 && !add_range(&prover, at, error))
        return false; /* The verifier knows root1 only if it is this. */
    reverse(proof, &prover.found);
    return true;
}
