#include "server/qr.h"

#include <qrencode.h>
#include <string.h>

enum { VERSION_MAX = 13, QUIET = 4, DARK = 1 };

/* A run of dark modules is one rectangle. */
static void add_row(struct buffer *path, const unsigned char *row, int width,
                    int y)
{
    for (int x = 0; x < width;) {
        int run = 0;

        while (x + run < width && (row[x + run] & DARK) != 0)
            run++;
        if (run > 0)
            buffer_print(path, "M%d %dh%dv1h-%dz", QUIET + x, QUIET + y, run,
                         run);
        x += run > 0 ? run : 1;
    }
}

bool qr_path(struct buffer *path, int *side, const char *text)
{
    QRcode *code = QRcode_encodeData(
        (int)strlen(text), (const unsigned char *)text, 0, QR_ECLEVEL_M);
    bool fits = code != NULL && code->version <= VERSION_MAX;

    if (fits) {
        for (int y = 0; y < code->width; y++)
            add_row(path, code->data + y * code->width, code->width, y);
        *side = code->width + 2 * QUIET;
    }
    QRcode_free(code);
    return fits;
}

bool qr_svg(struct buffer *svg, const char *text)
{
    int side;
    BUFFER(path);

    if (!qr_path(&path, &side, text))
        return false;
    buffer_print(svg,
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\""
                 " height=\"%d\" viewBox=\"0 0 %d %d\""
                 " shape-rendering=\"crispEdges\">"
                 "<path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/>"
                 "<path d=\"%s\"/></svg>\n",
                 side * 10, side * 10, side, side, side, side, path.bytes);
    return true;
}
