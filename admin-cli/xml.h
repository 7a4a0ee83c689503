/*
 * xml: reads XML that strangers wrote: no network, no DTD, no entities.
 *
 * Elements are found by local name, whatever their namespace.  Texts are
 * copied into one block, so that they outlive the tree and are freed at once.
 */
#ifndef ADMIN_CLI_XML_H
#define ADMIN_CLI_XML_H

#include "ledger/error.h"

#include <libxml/tree.h>

enum { XML_DEPTH_MAX = 40 }; /* Statements need about 20. */

struct xml {
    xmlDoc *tree;
    char *texts;
    size_t used, room;
};

/*
 * Parses a whole document of at least one byte.  On success the caller ends
 * with xml_close().  Fails with ERROR_SYNTAX: not well-formed (the line is
 * named), with a DOCTYPE, or nested too deeply.
 */
MUST_USE bool xml_open(struct xml *xml, const char *bytes, size_t size,
                       struct error *error);
void xml_close(struct xml *xml);
/* The texts' block, to be freed by the caller; the tree is closed. */
char *xml_keep_texts(struct xml *xml);

/* The first element below, or the next one beside; NULL: none. */
const xmlNode *xml_child(const xmlNode *parent, const char *name);
const xmlNode *xml_next(const xmlNode *node, const char *name);
/* The first element at a path such as "Acct/Id/IBAN"; NULL: none. */
const xmlNode *xml_at(const xmlNode *node, const char *path);
bool xml_is(const xmlNode *node, const char *name);

/* The element's own text, white space collapsed; "" for none or NULL. */
const char *xml_text(struct xml *xml, const xmlNode *node);
/* The texts of all elements at that path, joined by the separator. */
const char *xml_join(struct xml *xml, const xmlNode *node, const char *path,
                     const char *separator);
/* An attribute's value; "" for none. */
const char *xml_attribute(struct xml *xml, const xmlNode *node,
                          const char *name);

/* Fails with ERROR_FIELD: "a/b[2]/below: why (line 12)".  below may be "". */
bool xml_broken(const xmlNode *node, const char *below, const char *why,
                struct error *error) __attribute__((cold));

#endif
