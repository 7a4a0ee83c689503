#include "admin-cli/command.h"

bool command_help_words(const struct call *call, struct error *error)
{
    return command_help(call->words, call->word_count, error);
}
