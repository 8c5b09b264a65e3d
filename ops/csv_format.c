#include "ops/csv.h"
#include "ops/utf8.h"

static enum status too_long(const char *name, struct slice text, struct error *e)
{
    return error_set(e, STATUS_CONFIG, "[_LEGACY_ERROR_TEMP_2148] %s is \"%.*s\"; wanted is one character", name,
                     (int)text.size, text.data);
}

// One ASCII character; empty is NUL, as in Spark. Where the option is absent *out stays.
static enum status read_char(const struct options *o, const char *name, char *out, struct error *e)
{
    const struct option_value *given = option_get(o, name);
    if (!given)
        return STATUS_OK;
    struct slice text = given->text;
    if (text.size == 0) {
        *out = '\0';
        return STATUS_OK;
    }
    if (text.size > 1 && utf8_sequence(text.data, text.size) == text.size)
        return error_set(e, STATUS_CONFIG, "%s is \"%.*s\"; wanted is a character of ASCII", name, (int)text.size,
                         text.data);
    if (text.size > 1)
        return too_long(name, text, e);
    *out = text.data[0];
    return STATUS_OK;
}

// CSVExprUtils.toDelimiterStr: a backslash begins \t \r \b \f \" \' \\.
static enum status read_separator(struct csv_format *f, struct slice s, struct arena *arena, struct error *e)
{
    static const char name[] = "trbf\"'\\", value[] = "\t\r\b\f\"'\\";
    if (s.size == 0)
        return error_set(e, STATUS_CONFIG, "[INVALID_DELIMITER_VALUE.EMPTY_STRING] sep is empty");
    if (slice_equal(s, SLICE("\\")))
        return error_set(e, STATUS_CONFIG,
                         "[INVALID_DELIMITER_VALUE.SINGLE_BACKSLASH] sep is a single backslash; write two for one");
    char *to = arena_alloc(arena, s.size);
    uint32_t size = 0, units = 0;
    for (uint32_t i = 0; i < s.size; units++) {
        if (s.data[i] != '\\' || i + 1 == s.size) {
            size_t length = utf8_sequence(s.data + i, s.size - i);
            length = length ? length : 1;
            memcpy(to + size, s.data + i, length);
            size += (uint32_t)length;
            i += (uint32_t)length;
            units += length == 4;
            continue;
        }
        const char *found = strchr(name, s.data[i + 1]);
        if (found && *found) {
            to[size++] = value[found - name];
            i += 2;
        } else {
            return error_set(e, STATUS_CONFIG,
                             "[INVALID_DELIMITER_VALUE.UNSUPPORTED_SPECIAL_CHARACTER] sep is \"%.*s\"; a backslash is "
                             "followed by t, r, b, f, a quote or a backslash",
                             (int)s.size, s.data);
        }
    }
    f->separator = (struct slice){to, size};
    f->one = units == 1;
    return STATUS_OK;
}

static enum status read_characters(struct csv_format *f, const struct options *o, struct error *e)
{
    f->quote = '"';
    f->escape = '\\';
    enum status status = read_char(o, "quote", &f->quote, e);
    if (status == STATUS_OK)
        status = read_char(o, "escape", &f->escape, e);
    if (status == STATUS_OK)
        status = read_char(o, "comment", &f->comment, e);
    if (status != STATUS_OK)
        return status;
    f->has_comment = option_text(o, "comment").size > 0;
    f->escape_escape = f->quote == f->escape ? '\0' : f->escape;
    if (option_text(o, "charToEscapeQuoteEscaping").size > 0)
        status = read_char(o, "charToEscapeQuoteEscaping", &f->escape_escape, e);
    return status;
}

static enum status read_line_end(struct csv_format *f, const struct options *o, struct error *e)
{
    const struct option_value *given = option_get(o, "lineSep");
    if (!given)
        return STATUS_OK;
    struct slice s = given->text;
    if (s.size == 0 || s.size > 2)
        return error_set(e, STATUS_CONFIG, "lineSep is \"%.*s\"; wanted are one or two characters of ASCII",
                         (int)s.size, s.data);
    for (uint32_t i = 0; i < s.size; i++) {
        if ((uint8_t)s.data[i] >= 0x80)
            return error_set(e, STATUS_CONFIG, "lineSep has a character that is not ASCII");
        f->line_end[i] = s.data[i];
    }
    return STATUS_OK;
}

static enum csv_unescaped read_unescaped(const struct options *o)
{
    static const struct {
        struct slice name;
        enum csv_unescaped value;
    } known[] = {
        {{"STOP_AT_CLOSING_QUOTE", 21}, CSV_STOP_AT_CLOSING_QUOTE},
        {{"BACK_TO_DELIMITER", 17}, CSV_BACK_TO_DELIMITER},
        {{"SKIP_VALUE", 10}, CSV_SKIP_VALUE},
        {{"RAISE_ERROR", 11}, CSV_RAISE_ERROR},
    };
    struct slice text = option_text(o, "unescapedQuoteHandling");
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (slice_equal_fold(text, known[i].name))
            return known[i].value;
    return CSV_STOP_AT_DELIMITER;
}

static bool boolean_or(const struct options *o, const char *name, bool absent)
{
    const struct option_value *v = option_get(o, name);
    return v ? v->integer != 0 : absent;
}

enum status csv_format_read(struct csv_format *f, const struct options *o, bool writing, struct arena *arena,
                            struct error *e)
{
    const struct option_value *separator = option_get(o, "sep"), *empty = option_get(o, "emptyValue");
    separator = separator ? separator : option_get(o, "delimiter");
    *f = (struct csv_format){
        .trim_leading = boolean_or(o, "ignoreLeadingWhiteSpace", writing),
        .trim_trailing = boolean_or(o, "ignoreTrailingWhiteSpace", writing),
        .null_value = option_text(o, "nullValue"),
        .empty_value = empty     ? empty->text
                       : writing ? SLICE("\"\"")
                                 : SLICE(""),
        .unescaped = read_unescaped(o),
        .columns_max = (uint32_t)option_integer(o, "maxColumns", 20480),
        .quote_all = option_boolean(o, "quoteAll"),
        .escape_quotes = boolean_or(o, "escapeQuotes", true),
    };
    int64_t longest = option_integer(o, "maxCharsPerColumn", -1);
    f->length_max = longest < 0 ? UINT32_MAX : (uint32_t)longest;
    enum status status = read_separator(f, separator ? separator->text : SLICE(","), arena, e);
    if (status == STATUS_OK)
        status = read_characters(f, o, e);
    return status == STATUS_OK ? read_line_end(f, o, e) : status;
}
