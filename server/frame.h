/*
 * frame: what a page shows around its document.
 *
 * Templates read it as {{page.name}}: title, lang, fr, en, path, request_id,
 * is_error, json_url, q (what goes behind an address to stay in a chosen
 * language), other{lang, name, url} (this page in the other language) and
 * crumbs{items[{title, url or null, last}]} (where one is).
 */
#ifndef SERVER_FRAME_H
#define SERVER_FRAME_H

#include "server/reply.h"

json_t *frame_facts(const struct request *request, const struct reply *reply);

#endif
