// A schema as DDL; what was understood is printed, and understood again as the same.
#include "tests/fuzz/fuzz.h"

#include "agent/sql/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f;
    struct text text;
    const struct type *type, *again;
    fuzz_begin(&f, data, size);
    text_init(&text, &f.memory);
    struct sql_source ddl = {.text = f.input};
    if (sql_parse_schema(&ddl, &f.arena, &type, &f.error) == STATUS_OK) {
        text_string(&text, "s ");
        type_print_simple(type, &text);
        struct sql_source printed = {.text = text_view(&text)};
        if (sql_parse_schema(&printed, &f.arena, &again, &f.error) ==
            STATUS_OK) // names that need quotes have none there
            FUZZ_CHECK(again->field_count == 1);
    }
    text_free(&text);
    fuzz_end(&f);
    return 0;
}
