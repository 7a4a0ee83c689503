/*
 * frame: what a page shows around its document.
 *
 * Templates read it as {{page.name}}: title, lang, fr, en, path, request_id,
 * json_url, site (its own address), on_audit, q (what goes behind an address
 * to stay in a chosen language), other{lang, name, url} (this page in the
 * other language) and crumbs{items[{title, url or null, last}]} (where one
 * is); of an error is_error, e404, e429, e500, e503 or e4xx, detail, retry
 * (seconds).
 */
#ifndef SERVER_FRAME_H
#define SERVER_FRAME_H

#include "server/reply.h"

json_t *frame_facts(const struct request *request, const struct reply *reply);

#endif
