/*
 * desk: what an act is made with: the node, the ledger's origin and currency,
 * and the keys to sign with.
 */
#ifndef ADMIN_CLI_DESK_H
#define ADMIN_CLI_DESK_H

#include "admin-cli/client.h"
#include "admin-cli/keyring.h"
#include "ledger/checkpoint.h"
#include "ledger/entry.h"

struct desk {
    const struct settings *settings;
    bool online; /* client may be asked. */
    struct client client;
    char origin[ORIGIN_BYTES_MAX + 1];
    char currency[4]; /* "": not known. */
    int digits;       /* Of its minor unit; 2 if it is not known. */
    int64_t rules;    /* Rules number of the ledger; 0: not known. */
    struct key_open *keys[SETTINGS_KEYS_MAX];
    size_t key_count;
};

/*
 * Asks the node for the ledger's origin and currency.  With --origin the
 * origin is as said; and with --out as well nothing is asked at all: this
 * machine may have no network.  The caller ends with desk_close(), also after
 * a failure.
 */
MUST_USE bool desk_open(struct desk *desk, const struct settings *settings,
                        struct error *error);
void desk_close(struct desk *desk);

void desk_set_currency(struct desk *desk, const char *currency);

/* Unlocks the keys that were named, asking for each passphrase.  Fails with
 * ERROR_USAGE if none was named. */
MUST_USE bool desk_unlock(struct desk *desk, struct error *error);

/* The time, or what --clock says it is on a trial ledger. */
struct instant desk_now(const struct desk *desk);

/*
 * Ends a text as a note: an empty line, and the signature of the i-th key.
 * The text has room for DESK_SIGNED_MAX more; terminated.
 */
enum { DESK_SIGNED_MAX = 1 + NOTE_SIGNATURE_CHARS_MAX };
MUST_USE bool desk_sign(const struct desk *desk, size_t i, char *text,
                        size_t size, struct error *error);

/* The descriptor that --passphrase-fd names, or -1: the terminal. */
MUST_USE bool desk_passphrase_fd(int *fd, const struct settings *settings,
                                 struct error *error);

#endif
