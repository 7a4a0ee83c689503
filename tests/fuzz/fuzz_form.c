/* fuzz_form: whatever is sent as a form, the parser stays within bounds. */
#include "server/form.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct form_data form;
    struct error error = {0};
    char *text = malloc(size + 1);

    assert(text != NULL);
    memcpy(text, data, size);
    if (form_parse(&form, text, size, &error)) {
        assert(error.code == ERROR_NONE);
        for (size_t i = 0; i < form.count; i++) {
            const char *value = form.fields[i].value;

            assert(form_value(&form, form.fields[i].name) == value);
            assert(strlen(form.fields[i].name) <= FORM_NAME_MAX);
            assert(strlen(value) <= FORM_VALUE_MAX);
            assert(form_text_is_plain(value, strlen(value)));
            assert(value >= text && value + strlen(value) <= text + size);
        }
    } else {
        assert(error.code == ERROR_REQUEST && error.text[0] != '\0');
    }
    free(text);
    return 0;
}
