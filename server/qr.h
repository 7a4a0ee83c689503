/*
 * qr: a text as a QR code, drawn as one SVG path by libqrencode's matrix.
 *
 * Error level M, at most version 13 (EPC069-12), with the quiet zone of four
 * modules that readers need.
 */
#ifndef SERVER_QR_H
#define SERVER_QR_H

#include "ledger/error.h"
#include "server/buffer.h"

/*
 * Add the dark modules to *path, one unit each: "M4 4h7v1h-7z...".  *side is
 * that of the whole picture.  False if the text does not fit.
 */
MUST_USE bool qr_path(struct buffer *path, int *side, const char *text);

/* A file with the picture, black on white, for those who save it. */
MUST_USE bool qr_svg(struct buffer *svg, const char *text);

#endif
