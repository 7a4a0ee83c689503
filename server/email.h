/*
 * email: addresses that mail may be sent to, strictly.
 *
 * What is taken is the plain form of RFC 5321: a dotted word of ASCII before
 * the '@', a host name with a dot after it (other scripts as xn--).  No
 * quotes, remarks, address literals, white space or control characters, so
 * that an address can stand in a header and in an SMTP command as it is.
 */
#ifndef SERVER_EMAIL_H
#define SERVER_EMAIL_H

#include "ledger/error.h"

enum { EMAIL_BYTES_MAX = 254 };

/*
 * Read an address as somebody typed it: spaces around it are dropped, the
 * host is put in small letters.  False, and out untouched, if it is none.
 */
MUST_USE bool email_read(char out[EMAIL_BYTES_MAX + 1], const char *text);

/* What two ways of writing one mailbox have in common: all small letters.
 * For looking up only; email is what email_read() gave. */
void email_fold(char out[EMAIL_BYTES_MAX + 1], const char *email);

#endif
