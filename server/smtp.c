#include "server/smtp.h"

#include "server/email.h"

#include <assert.h>
#include <curl/curl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_MS = 10000, SEND_MS = 30000, PASSWORD_MAX = 511 };

struct smtp {
    CURL *curl;
    char password[PASSWORD_MAX + 1];
    char from[EMAIL_BYTES_MAX + 3];
};

/* What is still to be sent. */
struct rest {
    const char *bytes;
    size_t size;
};

static size_t give(char *out, size_t size, size_t count, void *context)
{
    struct rest *rest = context;
    size_t give = size * count < rest->size ? size * count : rest->size;

    memcpy(out, rest->bytes, give);
    rest->bytes += give;
    rest->size -= give;
    return give;
}

/* The first line of the file. */
static bool read_password(struct smtp *smtp, const char *path,
                          struct error *error)
{
    FILE *file = fopen(path, "re");
    bool good;

    if (file == NULL)
        return fail(error, ERROR_SYSTEM, "cannot read %s", path);
    good = fgets(smtp->password, sizeof smtp->password, file) != NULL;
    (void)fclose(file);
    smtp->password[strcspn(smtp->password, "\r\n")] = '\0';
    if (!good || smtp->password[0] == '\0')
        return fail(error, ERROR_SYSTEM, "there is no password in %s", path);
    return true;
}

static bool check_settings(const struct config *config, struct error *error)
{
    char from[EMAIL_BYTES_MAX + 1];

    if (strncmp(config->smtp_url, "smtp://", 7) != 0 &&
        strncmp(config->smtp_url, "smtps://", 8) != 0)
        return fail(error, ERROR_USAGE,
                    "smtp_url begins with smtp:// or smtps://");
    if (strcmp(config->smtp_tls, "required") != 0 &&
        strcmp(config->smtp_tls, "opportunistic") != 0)
        return fail(error, ERROR_USAGE,
                    "smtp_tls is required or opportunistic");
    if (!email_read(from, config->mail_from))
        return fail(error, ERROR_USAGE, "mail_from is not an address");
    return true;
}

static void set_up(struct smtp *smtp, const struct config *config)
{
    CURL *curl = smtp->curl;
    bool required = strcmp(config->smtp_tls, "required") == 0;

    (void)curl_easy_setopt(curl, CURLOPT_URL, config->smtp_url);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)SEND_MS);
    (void)curl_easy_setopt(curl, CURLOPT_USE_SSL,
                           required ? (long)CURLUSESSL_ALL
                                    : (long)CURLUSESSL_TRY);
    /* Who takes any connection gains nothing by refusing an odd name. */
    (void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, required ? 1L : 0L);
    (void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, required ? 2L : 0L);
    (void)curl_easy_setopt(curl, CURLOPT_SSLVERSION,
                           (long)CURL_SSLVERSION_TLSv1_2);
    if (config->smtp_ca[0] != '\0')
        (void)curl_easy_setopt(curl, CURLOPT_CAINFO, config->smtp_ca);
    if (config->smtp_user[0] != '\0') {
        (void)curl_easy_setopt(curl, CURLOPT_USERNAME, config->smtp_user);
        (void)curl_easy_setopt(curl, CURLOPT_PASSWORD, smtp->password);
    }
    (void)curl_easy_setopt(curl, CURLOPT_MAIL_FROM, smtp->from);
    (void)curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
}

bool smtp_open(struct smtp **out, const struct config *config,
               struct error *error)
{
    struct smtp *smtp;
    char from[EMAIL_BYTES_MAX + 1];

    if (!check_settings(config, error))
        return false;
    smtp = calloc(1, sizeof *smtp);
    assert(smtp != NULL);
    if (config->smtp_user[0] != '\0' &&
        !read_password(smtp, config->smtp_password_file, error)) {
        smtp_close(smtp);
        return false;
    }
    if (!email_read(from, config->mail_from))
        impossible();
    (void)snprintf(smtp->from, sizeof smtp->from, "<%s>", from);
    smtp->curl = curl_easy_init();
    assert(smtp->curl != NULL);
    set_up(smtp, config);
    *out = smtp;
    return true;
}

void smtp_close(struct smtp *smtp)
{
    if (smtp == NULL)
        return;
    curl_easy_cleanup(smtp->curl);
    sodium_memzero(smtp->password, sizeof smtp->password);
    free(smtp);
}

/*
 * A refusal of the letter is a 5xx to MAIL, RCPT or DATA.  A 5xx to what
 * comes before (no TLS, wrong password) is about us: the letters wait until
 * somebody has put it right.
 */
static enum smtp_outcome judge(CURLcode result, long code, struct error *why)
{
    if (result == CURLE_OK)
        return SMTP_SENT;
    (void)fail(why, ERROR_STORE, "%s (%ld)", curl_easy_strerror(result), code);
    switch ((int)result) {
    case CURLE_LOGIN_DENIED:
    case CURLE_USE_SSL_FAILED:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_REMOTE_ACCESS_DENIED: /* To EHLO. */
        return SMTP_AWAY;
    default:
        return code >= 500 && code < 600 ? SMTP_REFUSED : SMTP_LATER;
    }
}

enum smtp_outcome smtp_send(struct smtp *smtp, const char *to,
                            const char *message, size_t size, struct error *why)
{
    struct rest rest = {message, size};
    char address[EMAIL_BYTES_MAX + 3], checked[EMAIL_BYTES_MAX + 1];
    struct curl_slist *recipients;
    CURLcode result;
    long code = 0;

    if (!email_read(checked, to)) {
        (void)fail(why, ERROR_FIELD, "not an address");
        return SMTP_REFUSED;
    }
    (void)snprintf(address, sizeof address, "<%s>", checked);
    recipients = curl_slist_append(NULL, address);
    assert(recipients != NULL);
    (void)curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, recipients);
    (void)curl_easy_setopt(smtp->curl, CURLOPT_READDATA, &rest);
    (void)curl_easy_setopt(smtp->curl, CURLOPT_INFILESIZE_LARGE,
                           (curl_off_t)size);
    result = curl_easy_perform(smtp->curl);
    (void)curl_easy_getinfo(smtp->curl, CURLINFO_RESPONSE_CODE, &code);
    (void)curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(recipients);
    return judge(result, code, why);
}
