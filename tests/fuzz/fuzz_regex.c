// A regular expression (first line), a replacement (second), and a text.
#include "tests/fuzz/fuzz_call.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f;
    fuzz_begin(&f, data, size);
    struct slice pattern = fuzz_line(&f), replacement = fuzz_line(&f);
    fuzz_call(&f, "rlike", (struct slice[]){f.input, pattern}, 2);
    fuzz_call(&f, "regexp_replace", (struct slice[]){f.input, pattern, replacement}, 3);
    fuzz_call(&f, "split", (struct slice[]){f.input, pattern}, 2);
    fuzz_call(&f, "like", (struct slice[]){f.input, pattern}, 2);
    fuzz_end(&f);
    return 0;
}
