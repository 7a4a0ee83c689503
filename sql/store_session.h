/*
 * store_session: who is signed in, and the links that sign people in.
 *
 * Secrets come here as hashes only.  Each change is one statement, so that of
 * two requests with one link, or of many guesses at one code, the database
 * lets no more through than it should.
 */
#ifndef SQL_STORE_SESSION_H
#define SQL_STORE_SESSION_H

#include "sql/seal.h"
#include "sql/store.h"

struct store_sign_in {
    struct hash token, browser, code;
    uint8_t nonce[SEAL_NONCE_BYTES];
    struct text box;
};

struct store_session {
    struct hash session, person;
    uint8_t nonce[SEAL_NONCE_BYTES];
    struct text box;
};

MUST_USE bool store_sign_in_insert(struct db *db,
                                   const struct store_sign_in *row, int minutes,
                                   struct error *error);
/* A link that would still work: *own says whether in that browser.  Fails
 * with ERROR_ABSENT. */
MUST_USE bool store_sign_in_find(struct db *db, const struct hash *token,
                                 const struct hash *browser, bool *own,
                                 struct error *error);
/* Use it up and call each() once.  Fails with ERROR_ABSENT: it is used,
 * expired, of another browser, or never was. */
MUST_USE bool store_sign_in_use(struct db *db, const struct hash *token,
                                const struct hash *browser,
                                bool (*each)(void *context,
                                             const struct store_sign_in *row,
                                             struct error *error),
                                void *context, struct error *error);
/* The same by a code: one of tries for each link of the browser. */
MUST_USE bool store_sign_in_guess(struct db *db, const struct hash *browser,
                                  const struct hash *code, int tries,
                                  bool (*each)(void *context,
                                               const struct store_sign_in *row,
                                               struct error *error),
                                  void *context, struct error *error);

MUST_USE bool store_session_insert(struct db *db,
                                   const struct store_session *row,
                                   struct error *error);
/* Call each() once for a session that is not over, which begins to be idle
 * anew.  Fails with ERROR_ABSENT. */
MUST_USE bool store_session_find(struct db *db, const struct hash *session,
                                 int idle_minutes, int most_minutes,
                                 bool (*each)(void *context,
                                              const struct store_session *row,
                                              struct error *error),
                                 void *context, struct error *error);
/* What is not there is over already. */
MUST_USE bool store_session_end(struct db *db, const struct hash *session,
                                struct error *error);
MUST_USE bool store_session_end_person(struct db *db, const struct hash *person,
                                       struct error *error);

/* Forget what is over. */
MUST_USE bool store_session_purge(struct db *db, int idle_minutes,
                                  int most_minutes, struct error *error);

#endif
