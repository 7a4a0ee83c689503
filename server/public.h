/*
 * public: how clients reach this node, as far as its settings tell.
 *
 * Links in mails and the kind of cookies follow from it.  Never from a
 * request: whoever asks could make us write to a third person with a link to
 * a place of their own.
 */
#ifndef SERVER_PUBLIC_H
#define SERVER_PUBLIC_H

#include "server/config.h"

enum { PUBLIC_URL_CHARS = 2 * CONFIG_TEXT_MAX };

/* Only programs on this very machine reach it, and without TLS: make run. */
bool public_is_local(const struct config *config);

/* Are cookies for https only?  Everywhere but at plain http on loopback. */
bool public_is_secure(const struct config *config);

/* A path of this node as a whole address. */
void public_link(char out[PUBLIC_URL_CHARS], const struct config *config,
                 const char *path);

#endif
