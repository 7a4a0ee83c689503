/* fuzz_receipt: receipts are read within bounds, written back byte for byte,
 * and verified without trust in a single one. */
#include "ledger/receipt.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The log of the seeds. */
static const char vkey_text[] = "a.example/log+52b31a95+"
                                "Ac7MFQfcHd1ylZUcKQiI8JWtuQRNG3PWlubfBl1oO9T8";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char out[RECEIPT_BYTES_MAX];
    struct error error = {0};
    struct checkpoint checkpoint;
    struct receipt receipt;
    struct vkey log;

    if (!receipt_read(&receipt, (const char *)data, size, &error)) {
        assert(error.code != ERROR_NONE);
        return 0;
    }
    assert(receipt_write(out, sizeof out, &receipt) == size);
    assert(memcmp(out, data, size) == 0);
    if (!vkey_read(&log, vkey_text, sizeof vkey_text - 1, &error))
        assert(!"the vkey of the seeds is good");
    if (receipt_verify(&receipt, &log, &checkpoint, &error))
        assert(receipt.index < checkpoint.size);
    return 0;
}
