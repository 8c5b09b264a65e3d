#include "ops/json_copy.h"

#include "ops/encoder.h"
#include "ops/number.h"

static bool copy_number(const struct json_reader *r, struct text *out)
{
    double v;
    if (r->token == JSON_INTEGER) {
        bool negative = r->text.data[0] == '-';
        struct slice digits = {r->text.data + negative, r->text.size - negative};
        for (; digits.size > 1 && *digits.data == '0'; digits.size--) // allowNumericLeadingZeros
            digits.data++;
        if (negative && !slice_equal(digits, SLICE("0")))
            text_char(out, '-');
        text_slice(out, digits);
        return true;
    }
    if (!double_parse(r->text, &v))
        return false; // NaN
    out->size += double_print(v, text_reserve(out, NUMBER_TEXT_MAX));
    return true;
}

static bool copy_children(struct json_reader *r, struct text *out)
{
    bool object = r->token == JSON_START_OBJECT;
    enum json_token end = object ? JSON_END_OBJECT : JSON_END_ARRAY;
    text_char(out, object ? '{' : '[');
    for (bool first = true;; first = false) {
        if (!json_next(r))
            return false;
        if (r->token == end)
            break;
        if (!first)
            text_char(out, ',');
        if (object) {
            json_append_string(out, json_name(r));
            text_char(out, ':');
            if (!json_next(r))
                return false;
        }
        if (!json_copy_value(r, out))
            return false;
    }
    text_char(out, object ? '}' : ']');
    return true;
}

bool json_copy_value(struct json_reader *r, struct text *out)
{
    switch (r->token) {
    case JSON_STRING:
        if (!json_finish(r))
            return false;
        json_append_string(out, r->text);
        return true;
    case JSON_INTEGER:
    case JSON_FLOAT:
        return copy_number(r, out);
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        text_string(out, r->token == JSON_TRUE ? "true" : r->token == JSON_FALSE ? "false" : "null");
        return true;
    case JSON_START_OBJECT:
    case JSON_START_ARRAY:
        return copy_children(r, out); // no deeper than JSON_DEPTH_MAX
    default:
        return false;
    }
}
