/*
 * signer_protocol: what terreaud and terreau-signer say to one another.
 *
 *     keys <ledger id>                     -> key <vkey>, retired <vkey> ...
 *     start <ledger id>                    -> epoch <number>
 *     sign <ledger id> <size> <root hex>   -> a signature line or two
 *     anything                             -> refused <code> <text>
 *
 * A request is one line, an answer is lines and an empty line.  Requests on
 * one connection are answered in order.  Nothing here trusts the other side:
 * what is malformed is refused, what is too long ends the connection.
 */
#ifndef SERVER_SIGNER_PROTOCOL_H
#define SERVER_SIGNER_PROTOCOL_H

#include "ledger/error.h"
#include "sql/logkeys.h"

enum {
    SIGNER_REQUEST_MAX = 128,
    SIGNER_ANSWER_MAX = 16 * 1024,
};

enum signer_verb { SIGNER_KEYS, SIGNER_START, SIGNER_SIGN };

struct signer_request {
    enum signer_verb verb;
    int32_t ledger_id; /* Above 0. */
    int64_t size;      /* With its root, of SIGNER_SIGN. */
    struct hash root;
};

/* The line with its \n, terminated; returns its length. */
size_t signer_request_write(char out[static SIGNER_REQUEST_MAX],
                            const struct signer_request *request);
/* line is without \n.  ERROR_REQUEST. */
MUST_USE bool signer_request_read(struct signer_request *request,
                                  struct text line, struct error *error);

/* Each writes a whole answer, terminated, and returns its length. */
size_t signer_write_refusal(char out[static SIGNER_ANSWER_MAX],
                            const struct error *why);
size_t signer_write_epoch(char out[static SIGNER_ANSWER_MAX], int64_t epoch);
size_t signer_write_keys(char out[static SIGNER_ANSWER_MAX],
                         const struct log_keys *keys, const char *origin);
size_t signer_write_lines(char out[static SIGNER_ANSWER_MAX],
                          struct text lines);

/*
 * Take an answer apart, whose last, empty line is included.  A refusal is
 * returned as the error that the other side had.  ERROR_SYSTEM: that is no
 * answer to such a request.
 */
MUST_USE bool signer_read_keys(struct log_keys *keys, struct text answer,
                               const char *origin, struct error *error);
MUST_USE bool signer_read_epoch(int64_t *epoch, struct text answer,
                                struct error *error);
/* *lines: the signature lines, one for each of the keys, in their order. */
MUST_USE bool signer_read_lines(struct text *lines, struct text answer,
                                const struct log_keys *keys, const char *origin,
                                struct error *error);

#endif
