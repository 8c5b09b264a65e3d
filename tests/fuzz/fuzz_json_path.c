// A path of get_json_object (first line), and a JSON text.
#include "tests/fuzz/fuzz_call.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f;
    fuzz_begin(&f, data, size);
    struct slice path = fuzz_line(&f);
    fuzz_call(&f, "get_json_object", (struct slice[]){f.input, path}, 2);
    fuzz_call(&f, "json_object_keys", &f.input, 1);
    fuzz_call(&f, "json_array_length", &f.input, 1);
    fuzz_end(&f);
    return 0;
}
