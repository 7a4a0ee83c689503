/*
 * openapi: the interface described for programs, made from the tables
 * (routes.def, entries.def, objects.def, types.def, errors.def), so that
 * there is nothing to keep in step by hand.
 */
#include "ledger/entry.h"
#include "server/config.h"
#include "server/route.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

#ifndef TERREAU_VERSION
#define TERREAU_VERSION "0"
#endif

static void set(json_t *object, const char *name, json_t *value)
{
    int result = json_object_set_new(object, name, value);

    assert(result == 0);
}

static json_t *pack_ref(const char *kind, const char *name)
{
    return json_pack("{s:o}", "$ref",
                     json_sprintf("#/components/schemas/%s%s", kind, name));
}

static json_t *pack_text(const char *pattern)
{
    return json_pack("{s:s, s:s}", "type", "string", "pattern", pattern);
}

static json_t *pack_sized_text(const struct type_spec *type)
{
    return json_pack("{s:s, s:I, s:I}", "type", "string", "minLength",
                     (json_int_t)type->least, "maxLength",
                     (json_int_t)type->most);
}

static json_t *pack_number(const struct type_spec *type)
{
    return json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum",
                     (json_int_t)type->least, "maximum",
                     (json_int_t)type->most);
}

static json_t *pack_words(const struct type_spec *type)
{
    json_t *words = json_array();

    for (int i = 1; i <= type->word_count; i++)
        (void)json_array_append_new(words, json_string(type->words[i]));
    return json_pack("{s:s, s:o}", "type", "string", "enum", words);
}

static json_t *pack_id(const struct type_spec *type)
{
    return json_pack("{s:s, s:o}", "type", "string", "pattern",
                     json_sprintf("^[%s]-[A-Za-z0-9_-]{22}$", type->letters));
}

/* The JSON Schema of a type, or NULL if it is never in an entry. */
static json_t *schema_of_type(const struct type_spec *type)
{
    switch (type->form) {
    case FORM_KIND:
        return json_pack("{s:s}", "type", "string");
    case FORM_NONCE:
        return pack_text("^[A-Za-z0-9_-]{22}$");
    case FORM_FLAG:
        return json_pack("{s:s}", "type", "boolean");
    case FORM_NUMBER:
    case FORM_AMOUNT:
        return pack_number(type);
    case FORM_DATE:
        return json_pack("{s:s, s:s}", "type", "string", "format", "date");
    case FORM_INSTANT:
        return json_pack("{s:s, s:s}", "type", "string", "format", "date-time");
    case FORM_HASH:
        return pack_text("^[0-9a-f]{64}$");
    case FORM_KEY:
        return pack_text("^[A-Za-z0-9_-]{43}$");
    case FORM_TEXT:
    case FORM_TITLE:
    case FORM_CODE:
        return pack_sized_text(type);
    case FORM_IBAN:
        return pack_text("^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$");
    case FORM_RF:
        return pack_text("^RF[0-9]{2}[A-Z0-9]{1,21}$");
    case FORM_ID:
        return pack_id(type);
    case FORM_CHOICE:
        return pack_words(type);
    case FORM_LINK:
    case FORM_CHAIN:
        return NULL;
    }
    impossible();
}

static json_t *schema_of_field(const struct field_spec *field, const char *kind)
{
    bool one = field->shape == SHAPE_ONE || field->shape == SHAPE_WORDS;
    json_t *schema = one ? pack_ref("type.", type_spec(field->type)->name)
                         : pack_ref("object.", field->object->name);

    if (field->shape == SHAPE_LIST || field->shape == SHAPE_WORDS)
        schema = json_pack("{s:s, s:o, s:i, s:i}", "type", "array", "items",
                           schema, "minItems", (int)field->least, "maxItems",
                           (int)field->most);
    if (one && type_spec(field->type)->form == FORM_KIND && kind != NULL) {
        json_decref(schema);
        schema = json_pack("{s:s}", "const", kind);
    }
    set(schema, "description", json_string(field->help));
    return schema;
}

/* kind: the entry's name, or NULL for an object inside entries. */
static json_t *schema_of_object(const struct object_spec *object,
                                const char *kind)
{
    json_t *properties = json_object();
    json_t *required = json_array();

    for (int i = 0; i < object->count; i++) {
        const struct field_spec *field = &object->fields[i];

        set(properties, field->name, schema_of_field(field, kind));
        if (field->must)
            (void)json_array_append_new(required, json_string(field->name));
    }
    return json_pack("{s:s, s:b, s:o, s:o}", "type", "object",
                     "additionalProperties", 0, "required", required,
                     "properties", properties);
}

static void add_types(json_t *schemas)
{
    for (int i = 0; i < TYPE_COUNT; i++) {
        const struct type_spec *type = type_spec((enum field_type)i);
        json_t *schema = schema_of_type(type);
        char name[64];

        if (schema == NULL)
            continue;
        if (type->help != NULL && type->help[0] != '\0')
            set(schema, "description", json_string(type->help));
        (void)snprintf(name, sizeof name, "type.%s", type->name);
        set(schemas, name, schema);
    }
}

static void add_objects_of(json_t *schemas, const struct object_spec *fields)
{
    for (int i = 0; i < fields->count; i++) {
        const struct field_spec *field = &fields->fields[i];
        char name[64];

        if (field->shape != SHAPE_PART && field->shape != SHAPE_LIST)
            continue;
        (void)snprintf(name, sizeof name, "object.%s", field->object->name);
        if (json_object_get(schemas, name) == NULL)
            set(schemas, name, schema_of_object(field->object, NULL));
    }
}

static void add_entries(json_t *schemas)
{
    json_t *kinds = json_array();

    for (int kind = 1; kind < ENTRY_KIND_COUNT; kind++) {
        const struct entry_spec *spec = entry_spec((enum entry_kind)kind);
        json_t *schema = schema_of_object(&spec->fields, spec->name);
        char name[64];

        set(schema, "description", json_string(spec->help));
        (void)snprintf(name, sizeof name, "entry.%s", spec->name);
        set(schemas, name, schema);
        add_objects_of(schemas, &spec->fields);
        (void)json_array_append_new(kinds, pack_ref("entry.", spec->name));
    }
    set(schemas, "entry",
        json_pack("{s:s, s:o}", "description",
                  "The JSON of an entry: canonical, between the two header "
                  "lines and the signatures of a signed note.",
                  "oneOf", kinds));
}

static json_t *schema_of_problem(void)
{
    json_t *codes = json_array(), *schema, *properties;

#define ERROR(code, name, http, help)                                          \
    (void)json_array_append_new(codes, json_string(name));
#include "ledger/errors.def"
    schema = json_pack(
        "{s:s, s:[s,s,s,s,s], s:{s:{s:s}, s:{s:s, s:o}, s:{s:s}, s:{s:s},"
        " s:{s:s}, s:{s:s}, s:{s:s, s:{s:s, s:{s:{s:s}, s:{s:s}}}}}}",
        "type", "object", "required", "type", "code", "title", "status",
        "request_id", "properties", "type", "type", "string", "code", "type",
        "string", "enum", codes, "title", "type", "string", "status", "type",
        "integer", "detail", "type", "string", "request_id", "type", "string",
        "errors", "type", "array", "items", "type", "object", "properties",
        "pointer", "type", "string", "detail", "type", "string");
    properties = json_object_get(schema, "properties");
    set(properties, "detail_lang", json_pack("{s:s}", "type", "string"));
    set(properties, "next",
        json_pack("{s:s, s:{s:s, s:{s:{s:s}, s:{s:s}}}}", "type", "array",
                  "items", "type", "object", "properties", "title", "type",
                  "string", "url", "type", "string"));
    return schema;
}

static json_t *pack_components(void)
{
    json_t *schemas = json_object();

    set(schemas, "problem", schema_of_problem());
    add_types(schemas);
    add_entries(schemas);
    return json_pack(
        "{s:o, s:{s:{s:s, s:{s:{s:o}}}}}", "schemas", schemas, "responses",
        "problem", "description", "It did not happen, and why.", "content",
        "application/problem+json", "schema", pack_ref("", "problem"));
}

static void add_parameter(json_t *list, const char *name, size_t size,
                          const char *in)
{
    bool in_path = strcmp(in, "path") == 0;

    (void)json_array_append_new(
        list, json_pack("{s:s%, s:s, s:b, s:{s:s}}", "name", name, size, "in",
                        in, "required", in_path, "schema", "type", "string"));
}

/* "/{ledger}/tile/{path...}" becomes "/{ledger}/tile/{path}". */
static void copy_path(char *out, size_t room, const char *pattern,
                      json_t *parameters)
{
    size_t size = 0;

    while (*pattern != '\0' && size + 1 < room) {
        if (*pattern == '{') {
            const char *name = pattern + 1 + (pattern[1] == '!');
            size_t length = strcspn(name, ".}");

            add_parameter(parameters, name, length, "path");
            size += (size_t)snprintf(out + size, room - size, "{%.*s}",
                                     (int)length, name);
            pattern = strchr(name, '}') + 1;
        } else {
            out[size++] = *pattern++;
        }
    }
    assert(size < room);
    out[size] = '\0';
}

static void add_query(json_t *parameters, const char *words)
{
    while (*words != '\0') {
        size_t size = strcspn(words, " ");

        add_parameter(parameters, words, size, "query");
        words += size;
        words += strspn(words, " ");
    }
}

static json_t *pack_body(const char *types)
{
    json_t *content = json_object();

    while (*types != '\0') {
        size_t size = strcspn(types, " ");
        char type[80];

        (void)snprintf(type, sizeof type, "%.*s", (int)size, types);
        set(content, type, json_pack("{s:{}}", "schema"));
        types += size;
        types += strspn(types, " ");
    }
    return json_pack("{s:b, s:o}", "required", 1, "content", content);
}

static void add_operation(json_t *paths, const struct route *route)
{
    bool get = strcmp(route->method, "GET") == 0;
    json_t *parameters = json_array();
    json_t *operation, *path;
    char name[128];

    copy_path(name, sizeof name, route->path, parameters);
    if (get)
        add_query(parameters, "lang size");
    if (get)
        add_query(parameters, route->takes);
    operation =
        json_pack("{s:s, s:s, s:o, s:{s:{s:s}, s:{s:s}}}", "operationId",
                  route->name, "summary", route->help, "parameters", parameters,
                  "responses", "2XX", "description", "Done.", "default", "$ref",
                  "#/components/responses/problem");
    if (!get && route->takes[0] != '\0')
        set(operation, "requestBody", pack_body(route->takes));
    path = json_object_get(paths, name);
    if (path == NULL) {
        path = json_object();
        set(paths, name, path);
    }
    set(path, get ? "get" : "post", operation);
}

bool openapi_get(const struct request *request, struct reply *reply,
                 struct error *error)
{
    const char *url = request->site->config->public_url;
    json_t *paths = json_object();

    (void)error;
    for (const struct route *route = route_table; route->path != NULL; route++)
        add_operation(paths, route);
    reply->body = json_pack(
        "{s:s, s:{s:s, s:s, s:s, s:{s:s, s:s}}, s:[{s:s}], s:o, s:o}",
        "openapi", "3.1.0", "info", "title", "Terreau", "summary",
        "Signed ledgers for the seed money of cooperatives.", "version",
        TERREAU_VERSION, "license", "name", "EUPL-1.2", "identifier",
        "EUPL-1.2", "servers", "url", url[0] == '\0' ? "/" : url, "paths",
        paths, "components", pack_components());
    assert(reply->body != NULL);
    reply->title = "OpenAPI 3.1";
    reply->cache = CACHE_CHECK;
    return true;
}
