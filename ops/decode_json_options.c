#include "ops/decode_mode.h"
#include "ops/json_shape.h"

// Jackson's features by Spark's names, with the value that is not the default.
static unsigned read_allowed(const struct options *o)
{
    static const struct {
        const char *name;
        bool value;
        unsigned bit;
    } features[] = {
        {"allowComments", true, JSON_ALLOW_COMMENTS},
        {"allowUnquotedFieldNames", true, JSON_ALLOW_UNQUOTED_NAMES},
        {"allowNumericLeadingZeros", true, JSON_ALLOW_LEADING_ZEROS},
        {"allowBackslashEscapingAnyCharacter", true, JSON_ALLOW_ANY_ESCAPE},
        {"allowUnquotedControlChars", true, JSON_ALLOW_CONTROL_CHARS},
        {"allowSingleQuotes", false, JSON_REFUSE_SINGLE_QUOTES},
        {"allowNonNumericNumbers", false, JSON_REFUSE_WORDS},
    };
    unsigned allow = 0;
    for (size_t i = 0; i < sizeof features / sizeof features[0]; i++) {
        const struct option_value *v = option_get(o, features[i].name);
        if (v && (v->integer != 0) == features[i].value)
            allow |= features[i].bit;
    }
    return allow;
}

enum status json_formats_read(struct json_formats *f, unsigned *allow, const struct options *o,
                              const struct session *session, struct arena *arena, struct error *e)
{
    *allow = read_allowed(o);
    f->no_words = *allow & JSON_REFUSE_WORDS;
    return payload_time_read(&f->time, o, session, arena, e);
}

#define FEATURE(option, value, words)                                                                                  \
    {                                                                                                                  \
        .name = option, .kind = OPTION_BOOLEAN, .fallback = value, .summary = words                                    \
    }

const struct option_spec json_read_options[] = {
    DECODE_MODE_OPTIONS,
    PAYLOAD_TIME_OPTIONS,
    DECODE_ENCODING_OPTIONS,
    {.name = "multiLine",
     .kind = OPTION_BOOLEAN,
     .fallback = "false",
     .summary = "a file is one JSON value, not one a line"},
    {.name = "lineSep", .kind = OPTION_STRING, .summary = "what ends a record; absent: \\n, \\r, \\r\\n"},
    {.name = "locale", .kind = OPTION_CHOICE, .choices = decode_locales, .summary = "en-US, the only one"},
    DECODE_GUESSING("primitivesAsString"),
    DECODE_GUESSING("prefersDecimal"),
    DECODE_GUESSING("dropFieldIfAllNull"),
    DECODE_GUESSING("samplingRatio"),
    FEATURE("allowComments", "false", "/* */ and // are passed over"),
    FEATURE("allowUnquotedFieldNames", "false", "names may stand without quotes"),
    FEATURE("allowSingleQuotes", "true", "names and strings may stand in single quotes"),
    FEATURE("allowNumericLeadingZeros", "false", "numbers may begin with zeros"),
    FEATURE("allowNonNumericNumbers", "true", "NaN, Infinity, -INF are numbers"),
    FEATURE("allowBackslashEscapingAnyCharacter", "false", "a backslash may stand before any character"),
    FEATURE("allowUnquotedControlChars", "false", "strings may hold control characters as they are"),
    {.name = NULL},
};
