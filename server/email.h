/*
 * email: addresses that mail may be sent to, strictly.
 *
 * What is taken is the plain form of RFC 5321: a dotted word of ASCII before
 * the '@', a host name with a dot after it.  A host in any script is taken as
 * people type it, and becomes the ASCII that the mail needs (IDNA 2008 with
 * the mapping of UTS 46: "xn--..."); so one mailbox has one spelling here,
 * and pages show it as it was typed.  No quotes, remarks, address literals,
 * white space or control characters, so that an address can stand in a header
 * and in an SMTP command as it is.
 */
#ifndef SERVER_EMAIL_H
#define SERVER_EMAIL_H

#include "ledger/error.h"

enum { EMAIL_BYTES_MAX = 254, EMAIL_SHOWN_BYTES = 1024 };

/*
 * Read an address as somebody typed it: spaces around it are dropped, the
 * host is put in small letters of ASCII.  False, and out untouched, if it is
 * none.
 */
MUST_USE bool email_read(char out[EMAIL_BYTES_MAX + 1], const char *text);

/* For people to read: the host in its own script.  email is what
 * email_read() gave; anything else stays as it is. */
void email_show(char out[EMAIL_SHOWN_BYTES], const char *email);

/* What two ways of writing one mailbox have in common: all small letters.
 * For looking up only; email is what email_read() gave. */
void email_fold(char out[EMAIL_BYTES_MAX + 1], const char *email);

#endif
