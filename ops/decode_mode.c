#include "ops/decode_mode.h"

enum { SHOWN_RECORD_MAX = 500 };

const char *const decode_encodings[] = {"UTF-8", "UTF8", NULL};
const char *const decode_locales[] = {"en-US", "en", NULL};

enum decode_mode decode_mode_read(const struct options *o)
{
    struct slice mode = option_text(o, "mode");
    return slice_equal_fold(mode, SLICE("DROPMALFORMED")) ? DECODE_DROPMALFORMED
           : slice_equal_fold(mode, SLICE("FAILFAST"))    ? DECODE_FAILFAST
                                                          : DECODE_PERMISSIVE;
}

bool decode_mode_known(struct slice name)
{
    return slice_equal_fold(name, SLICE("PERMISSIVE")) || slice_equal_fold(name, SLICE("DROPMALFORMED")) ||
           slice_equal_fold(name, SLICE("FAILFAST"));
}

enum status decode_is_corrupt(const struct options *o, const struct field *f, bool *is, struct error *e)
{
    struct slice corrupt = option_text(o, "columnNameOfCorruptRecord");
    if (corrupt.size == 0)
        corrupt = SLICE("_corrupt_record");
    *is = slice_equal(f->name, corrupt);
    if (*is && f->type->id != TYPE_STRING)
        return error_set(e, STATUS_CONFIG,
                         "[INVALID_CORRUPT_RECORD_TYPE] the column `%.*s` for corrupt records must have the nullable "
                         "STRING type",
                         (int)f->name.size, f->name.data);
    return STATUS_OK;
}

enum status decode_line_end(const struct options *o, struct slice *out, struct error *e)
{
    const struct option_value *given = option_get(o, "lineSep");
    *out = given ? given->text : (struct slice){NULL, 0};
    if (given && given->text.size == 0)
        return error_set(e, STATUS_CONFIG, "lineSep is empty; wanted is what stands between two records");
    return STATUS_OK;
}

uint32_t decode_cut(struct slice bytes, uint32_t from, struct slice line_end, bool last, struct slice *record)
{
    *record = (struct slice){bytes.data + from, bytes.size - from};
    while (record->size) {
        const char *found = memchr(record->data, line_end.data[0], record->size);
        uint32_t at = found ? (uint32_t)(found - bytes.data) : bytes.size;
        if (at + line_end.size > bytes.size)
            break;
        if (memcmp(found, line_end.data, line_end.size) == 0) {
            *record = (struct slice){bytes.data + from, at - from};
            return at + line_end.size;
        }
        *record = (struct slice){found + 1, bytes.size - at - 1};
    }
    *record = (struct slice){bytes.data + from, bytes.size - from};
    return last ? bytes.size : from;
}

enum status decode_fail(struct slice record, struct error *e)
{
    return error_set(e, STATUS_FAILED,
                     "[MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION] Malformed records are detected in record "
                     "parsing: %.*s. Parse Mode: FAILFAST. To process malformed records as null result, set the "
                     "option 'mode' to 'PERMISSIVE'.",
                     (int)(record.size < SHOWN_RECORD_MAX ? record.size : SHOWN_RECORD_MAX), record.data);
}
