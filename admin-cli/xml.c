#include "admin-cli/xml.h"

#include <assert.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Walks the tree without recursion; false if some element is too deep. */
static bool is_shallow(const xmlNode *root)
{
    const xmlNode *node = root;
    int depth = 1;

    while (node != NULL) {
        if (depth > XML_DEPTH_MAX)
            return false;
        if (node->type == XML_ELEMENT_NODE && node->children != NULL) {
            node = node->children;
            depth++;
            continue;
        }
        while (node != root && node->next == NULL) {
            node = node->parent;
            depth--;
        }
        node = node == root ? NULL : node->next;
    }
    return true;
}

static bool refuse(struct xml *xml, const char *why, struct error *error)
{
    xml_close(xml);
    return fail(error, ERROR_SYNTAX, "%s", why);
}

/* Those whose UTF-8 is at most twice as long, as xml->room assumes. */
static bool is_known_encoding(const char *name)
{
    static const char *const known[] = {
        "UTF-8",    "UTF-16",     "UTF-16LE",    "UTF-16BE",
        "US-ASCII", "ISO-8859-1", "ISO-8859-15", "WINDOWS-1252",
    };
    bool is_known = name == NULL;

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        is_known = is_known || strcasecmp(name, known[i]) == 0;
    return is_known;
}

bool xml_open(struct xml *xml, const char *bytes, size_t size,
              struct error *error)
{
    const int options = XML_PARSE_NONET | XML_PARSE_NOERROR |
                        XML_PARSE_NOWARNING | XML_PARSE_NOCDATA |
                        XML_PARSE_COMPACT;

    assert(size > 0 && size < INT32_MAX / 4);
    *xml = (struct xml){0};
    xml->tree = xmlReadMemory(bytes, (int)size, NULL, NULL, options);
    if (xml->tree == NULL) {
        const xmlError *last = xmlGetLastError();

        return fail(error, ERROR_SYNTAX, "not well-formed XML, line %d",
                    last == NULL ? 1 : last->line);
    }
    if (xml->tree->intSubset != NULL || xml->tree->extSubset != NULL)
        return refuse(xml, "a DOCTYPE is not taken here", error);
    if (!is_known_encoding((const char *)xml->tree->encoding))
        return refuse(xml, "its encoding is not taken here", error);
    if (!is_shallow(xmlDocGetRootElement(xml->tree)))
        return refuse(xml, "elements are nested too deeply", error);

    /* UTF-8 is at most twice what it was, and each element adds an end. */
    xml->room = 2 * size + 64;
    xml->texts = malloc(xml->room);
    assert(xml->texts != NULL);
    return true;
}

void xml_close(struct xml *xml)
{
    xmlFreeDoc(xml->tree);
    free(xml->texts);
    *xml = (struct xml){0};
}

char *xml_keep_texts(struct xml *xml)
{
    char *texts = xml->texts;

    xml->texts = NULL;
    xml_close(xml);
    return texts;
}

bool xml_is(const xmlNode *node, const char *name)
{
    return node != NULL && node->type == XML_ELEMENT_NODE &&
           strcmp((const char *)node->name, name) == 0;
}

static const xmlNode *first_from(const xmlNode *node, const char *name)
{
    while (node != NULL && !xml_is(node, name))
        node = node->next;
    return node;
}

const xmlNode *xml_child(const xmlNode *parent, const char *name)
{
    return parent == NULL ? NULL : first_from(parent->children, name);
}

const xmlNode *xml_next(const xmlNode *node, const char *name)
{
    return first_from(node->next, name);
}

/* Copies the path's first step into step; returns the rest, "" at the end. */
static const char *take_step(char step[static 32], const char *path)
{
    size_t size = strcspn(path, "/");

    assert(size < 32);
    memcpy(step, path, size);
    step[size] = '\0';
    return path[size] == '/' ? path + size + 1 : path + size;
}

const xmlNode *xml_at(const xmlNode *node, const char *path)
{
    char step[32];

    while (*path != '\0' && node != NULL) {
        path = take_step(step, path);
        node = xml_child(node, step);
    }
    return node;
}

static void put(struct xml *xml, char byte)
{
    assert(xml->used < xml->room);
    xml->texts[xml->used++] = byte;
}

/* Appends the element's own text, runs of white space as one space. */
static void append(struct xml *xml, const xmlNode *node)
{
    const size_t start = xml->used;
    bool space = false;

    for (const xmlNode *n = node->children; n != NULL; n = n->next) {
        if (n->type != XML_TEXT_NODE)
            continue;
        for (const char *c = (const char *)n->content; *c != '\0'; c++) {
            if (*c == ' ' || *c == '\t' || *c == '\n' || *c == '\r') {
                space = true;
                continue;
            }
            if (space && xml->used > start)
                put(xml, ' ');
            space = false;
            put(xml, *c);
        }
    }
}

const char *xml_text(struct xml *xml, const xmlNode *node)
{
    const size_t start = xml->used;

    if (node == NULL)
        return "";
    append(xml, node);
    put(xml, '\0');
    return xml->texts + start;
}

/* Appends what is at the path, for every element on the way. */
static void append_all(struct xml *xml, const xmlNode *node, const char *path,
                       const char *separator, size_t start)
{
    char step[32];
    const char *rest = take_step(step, path);

    for (const xmlNode *n = xml_child(node, step); n != NULL;
         n = xml_next(n, step)) {
        if (*rest != '\0') {
            append_all(xml, n, rest, separator, start);
            continue;
        }
        for (const char *c = separator; xml->used > start && *c != '\0'; c++)
            put(xml, *c);
        append(xml, n);
    }
}

const char *xml_join(struct xml *xml, const xmlNode *node, const char *path,
                     const char *separator)
{
    const size_t start = xml->used;

    if (xml_at(node, path) == NULL)
        return "";
    append_all(xml, node, path, separator, start);
    put(xml, '\0');
    return xml->texts + start;
}

const char *xml_attribute(struct xml *xml, const xmlNode *node,
                          const char *name)
{
    const size_t start = xml->used;
    xmlChar *value = xmlGetProp(node, (const xmlChar *)name);

    if (value == NULL)
        return "";
    for (const char *c = (const char *)value; *c != '\0'; c++)
        put(xml, *c);
    put(xml, '\0');
    xmlFree(value);
    return xml->texts + start;
}

/* How many elements of that name stand before it, and whether it is alone. */
static size_t place(const xmlNode *node, bool *alone)
{
    const char *name = (const char *)node->name;
    size_t before = 0;

    for (const xmlNode *n = node->prev; n != NULL; n = n->prev)
        before += xml_is(n, name);
    *alone = before == 0 && xml_next(node, name) == NULL;
    return before;
}

/* "Document/BkToCstmrStmt/Stmt/Ntry[3]"; what does not fit is cut off. */
static void write_path(char *out, size_t room, const xmlNode *node)
{
    bool alone;
    size_t before, used;

    if (node->parent != NULL && node->parent->type == XML_ELEMENT_NODE) {
        write_path(out, room, node->parent);
        used = strlen(out);
        (void)snprintf(out + used, room - used, "/");
    }
    before = place(node, &alone);
    used = strlen(out);
    (void)snprintf(out + used, room - used, "%s", (const char *)node->name);
    used = strlen(out);
    if (!alone)
        (void)snprintf(out + used, room - used, "[%zu]", before + 1);
}

bool xml_broken(const xmlNode *node, const char *below, const char *why,
                struct error *error)
{
    char path[200] = "";
    const char *slash = *below == '\0' ? "" : "/";

    write_path(path, sizeof path, node);
    (void)snprintf(error->pointer, sizeof error->pointer, "/%.70s%s%.20s", path,
                   slash, below);
    return fail(error, ERROR_FIELD, "%s%s%s: %s (line %ld)", path, slash, below,
                why, xmlGetLineNo(node));
}
