// CSV to rows. The second byte chooses the header, the separator, what escapes, blanks, and what a stray quote does.
#include "tests/fuzz/fuzz_decode.h"

static const char schema_text[] =
    "i INT, l BIGINT, f FLOAT, d DOUBLE, dec DECIMAL(12,3), s STRING, b BOOLEAN, bin BINARY, dt DATE, ts TIMESTAMP, "
    "n TIMESTAMP_NTZ, _corrupt_record STRING";

static void choose(struct decoding *d, uint8_t choice)
{
    static const char *const handling[] = {"STOP_AT_DELIMITER", "STOP_AT_CLOSING_QUOTE", "BACK_TO_DELIMITER",
                                           "SKIP_VALUE"};
    if ((choice & 1) != 0)
        set_option(d, "header", "true");
    if ((choice & 2) != 0)
        set_option(d, "sep", (choice & 4) != 0 ? "||" : ";");
    if ((choice & 8) != 0)
        set_option(d, "escape", "\"");
    if ((choice & 16) != 0)
        set_option(d, "ignoreLeadingWhiteSpace", "true");
    if ((choice & 32) != 0)
        set_option(d, "ignoreTrailingWhiteSpace", "true");
    set_option(d, "unescapedQuoteHandling", handling[choice >> 6]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct decoding d;
    decoding_begin(&d, &decoder_csv, data, size);
    uint8_t choice = fuzz_byte(&d.f);
    choose(&d, fuzz_byte(&d.f));
    decoding_run(&d, schema_text, choice);
    decoding_end(&d);
    return 0;
}
