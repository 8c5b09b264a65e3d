// A date pattern (first line), and a text to be read with it.
#include "tests/fuzz/fuzz.h"

#include "ops/datetime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f;
    struct text text;
    const struct time_format *format;
    int64_t micros;
    int32_t days;
    struct interval interval;
    fuzz_begin(&f, data, size);
    text_init(&text, &f.memory);
    struct slice pattern = fuzz_line(&f);
    if (time_format_compile(pattern, &f.arena, &format, &f.error) == STATUS_OK) {
        time_format_print(format, f.session.now, &zone_utc, &text);
        time_format_print(format, INT64_C(-62135596800000000), &zone_utc, &text);
        if (time_format_check_parse(format, &f.error) == STATUS_OK) {
            if (time_format_parse(format, f.input, f.session.zone, f.session.zones, &micros))
                time_format_print(format, micros, &zone_utc, &text);
            (void)time_format_parse_local(format, f.input, f.session.zones, true, &micros);
        }
    }
    if (timestamp_parse_at(f.input, f.session.zone, f.session.zones, f.session.now, &micros))
        timestamp_print_iso(micros, f.session.zone, &text);
    if (timestamp_ntz_parse(f.input, f.session.zones, true, &micros))
        timestamp_ntz_print(micros, &text);
    if (date_parse(f.input, &days))
        date_print(days, &text);
    if (interval_parse(f.input, &interval))
        (void)interval_micros(&interval, &micros);
    text_free(&text);
    fuzz_end(&f);
    return 0;
}
