/* Letters as bytes: what a mail server may be given, and nothing else. */
#include "server/hypertext.h"
#include "server/mime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct letter plain_letter(void)
{
    return (struct letter){
        .id = {0xab, 1},
        .made = {1773043200000}, /* 2026-03-09T08:00:00Z, a Monday */
        .from = "board@coop.example",
        .from_name = "",
        .to = "zoe@example.org",
        .language = "en",
        .subject = "Confirm your pledge",
        .text = "Hello,\nthere.\n",
        .html = "<p>Hello</p>\n",
    };
}

static void has(const struct buffer *message, const char *text)
{
    if (strstr(message->bytes, text) == NULL)
        fail_msg("no %s in\n%s", text, message->bytes);
}

static void lacks(const struct buffer *message, const char *text)
{
    if (strstr(message->bytes, text) != NULL)
        fail_msg("%s in\n%s", text, message->bytes);
}

/* ASCII, lines of at most 78 that end in CR LF. */
static void is_mail(const struct buffer *message)
{
    size_t column = 0;

    assert_int_equal(strlen(message->bytes), message->size);
    for (size_t i = 0; i < message->size; i++) {
        unsigned char c = (unsigned char)message->bytes[i];

        if (c == '\r') {
            assert_int_equal(message->bytes[i + 1], '\n');
            continue;
        }
        if (c == '\n') {
            assert_int_equal(message->bytes[i - 1], '\r');
            column = 0;
            continue;
        }
        assert_true(c == '\t' || (c >= ' ' && c <= '~'));
        assert_in_range(++column, 1, 78);
    }
}

static void the_headers_are_these(void **state)
{
    BUFFER(message);
    struct letter letter = plain_letter();

    static const char headers[] =
        "From: <board@coop.example>\r\n"
        "To: <zoe@example.org>\r\n"
        "Subject: Confirm your pledge\r\n"
        "Date: Mon, 9 Mar 2026 08:00:00 +0000\r\n"
        "Message-ID: <ab010000000000000000000000000000@coop.example>"
        "\r\nAuto-Submitted: auto-generated\r\n"
        "X-Auto-Response-Suppress: All\r\n"
        "Content-Language: en\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/alternative;\r\n";

    (void)state;
    mime_write(&message, &letter);
    is_mail(&message);
    assert_memory_equal(message.bytes, headers, sizeof headers - 1);
    has(&message, "Content-Type: text/plain; charset=utf-8\r\n");
    has(&message, "Content-Type: text/html; charset=utf-8\r\n");
    has(&message, "\r\n\r\nHello,\r\nthere.\r\n");
}

static void other_letters_are_encoded_in_headers(void **state)
{
    BUFFER(message);
    struct letter letter = plain_letter();

    (void)state;
    letter.subject = "Votre engagement est inscrit : « Vélocité » à Besançon, "
                     "et c’est très bien ainsi, n’est-ce pas ?";
    letter.from_name = "Vélocité";
    mime_write(&message, &letter);
    is_mail(&message);
    has(&message,
        "From: =?UTF-8?B?VsOpbG9jaXTDqQ==?= <board@coop.example>\r\n");
    has(&message, "Subject: =?UTF-8?B?");
    has(&message, "?=\r\n =?UTF-8?B?");
}

static void a_name_that_needs_quotes_is_encoded(void **state)
{
    BUFFER(message);
    struct letter letter = plain_letter();

    (void)state;
    letter.from_name = "Mill \"& Co\", <x@y.example>";
    mime_write(&message, &letter);
    is_mail(&message);
    lacks(&message, "x@y.example");
    lacks(&message, "Mill");
}

static void no_text_makes_a_header(void **state)
{
    BUFFER(message);
    struct letter letter = plain_letter();

    (void)state;
    letter.subject = "Hello\r\nBcc: leo@example.org";
    letter.from_name = "Coop\nX-Evil: yes";
    letter.text = "One\r\n.\r\nMAIL FROM:<x@y.example>\n--=_a_x\nend";
    mime_write(&message, &letter);
    is_mail(&message);
    lacks(&message, "Bcc:");
    lacks(&message, "X-Evil");
    lacks(&message, "\r\n--=_a_x");
    has(&message, "\r\n--=3D_a_x");
}

static void a_subject_that_looks_encoded_is_encoded(void **state)
{
    BUFFER(message);
    struct letter letter = plain_letter();

    (void)state;
    letter.subject = "=?UTF-8?Q?x?=";
    mime_write(&message, &letter);
    lacks(&message, "Subject: =?UTF-8?Q?x?=");
}

static void long_lines_are_folded_and_lose_nothing(void **state)
{
    BUFFER(message);
    struct letter letter = plain_letter();
    char text[1001];

    (void)state;
    memset(text, '=', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    text[499] = ' ';
    text[500] = '\n';
    letter.text = text;
    mime_write(&message, &letter);
    is_mail(&message);
    has(&message, "=20\r\n=3D");
    has(&message, "=3D=\r\n=3D");
}

static void a_file_goes_along(void **state)
{
    BUFFER(message);
    struct letter letter = plain_letter();
    uint8_t file[200];

    (void)state;
    memset(file, 'x', sizeof file);
    letter.file_name = "receipt \"1\"\r\n.terreau";
    letter.file_type = "application/octet-stream";
    letter.file = file;
    letter.file_size = sizeof file;
    mime_write(&message, &letter);
    is_mail(&message);
    has(&message, "Content-Type: multipart/mixed;\r\n boundary=\"=_m_ab01");
    has(&message, "filename=\"receipt--1---.terreau\"\r\n");
    has(&message, "\r\neHh4eHh4");
    has(&message, "--\r\n");
}

static void html_is_made_from_the_text(void **state)
{
    BUFFER(html);

    (void)state;
    hypertext_write(&html, "fr", "A <b>",
                    "Ouvrez https://coop.example/x?a=1&b=2.\nPuis <i>.\n\n"
                    "http://h.example/ (https://i.example)\n"
                    "javascript://x https:// \"http://j.example/\"\"");
    has(&html, "<html lang=\"fr\">");
    has(&html, "<title>A &lt;b&gt;</title>");
    has(&html, "<p>Ouvrez <a href=\"https://coop.example/x?a=1&amp;b=2\">"
               "https://coop.example/x?a=1&amp;b=2</a>.<br>\n"
               "Puis &lt;i&gt;.</p>\n<p><a href=\"http://h.example/\">");
    has(&html, "(<a href=\"https://i.example\">https://i.example</a>)");
    has(&html, "javascript://x https:// &quot;<a href=\"http://j.example/\">");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_headers_are_these),
        cmocka_unit_test(other_letters_are_encoded_in_headers),
        cmocka_unit_test(a_name_that_needs_quotes_is_encoded),
        cmocka_unit_test(no_text_makes_a_header),
        cmocka_unit_test(a_subject_that_looks_encoded_is_encoded),
        cmocka_unit_test(long_lines_are_folded_and_lose_nothing),
        cmocka_unit_test(a_file_goes_along),
        cmocka_unit_test(html_is_made_from_the_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
