/*
 * register: lists as tables for people, as registers.def lays them out.
 *
 * The table is made from the very items that programs get, and only for
 * people (wire->people); table.html draws it, as cards on a telephone.
 */
#ifndef SERVER_REGISTER_H
#define SERVER_REGISTER_H

#include "server/reading.h"

/*
 * Into a document for people whose member `name` is a list: "lead", and
 * "empty", what is said of an empty one, or else "table": {columns[{title,
 * number}], rows[{cells[{title, head, class, code, tag, text, url}]}]}.
 * Nothing for programs, or if no register has that name.
 */
void register_put(const struct reading *reading, json_t *body,
                  const char *name);

/* A figure above the table: label, value (stolen), and a remark or NULL. */
void register_figure(json_t *body, const char *label, json_t *value,
                     const char *note);

/* A link above the table: the same list otherwise.  url is stolen. */
void register_choice(json_t *body, const char *text, json_t *url);

#endif
