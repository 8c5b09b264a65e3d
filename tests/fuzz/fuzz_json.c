// JSON to rows.
#include "tests/fuzz/fuzz_decode.h"

static const char schema_text[] =
    "i INT, l BIGINT, si SMALLINT, f FLOAT, d DOUBLE, dec DECIMAL(12,3), s STRING, b BOOLEAN, bin BINARY, dt DATE, "
    "ts TIMESTAMP, n TIMESTAMP_NTZ, a ARRAY<INT>, st STRUCT<x: INT, y: STRING>, m MAP<STRING, INT>, "
    "o ARRAY<STRUCT<k: STRING, v: DOUBLE>>, _corrupt_record STRING";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct decoding d;
    decoding_begin(&d, &decoder_json, data, size);
    decoding_run(&d, schema_text, fuzz_byte(&d.f));
    decoding_end(&d);
    return 0;
}
