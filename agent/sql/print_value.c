// Literals, as Spark prints them in names.
#include "agent/sql/print_names.h"
#include "ops/datetime.h"
#include "ops/number.h"

static void print_decimal(struct text *out, struct decimal d, unsigned scale)
{
    char digits[48];
    uint32_t limb[4], count = 0;
    bool negative = d.high < 0;
    uint64_t low = negative ? ~d.low + 1 : d.low;
    uint64_t high = negative ? ~(uint64_t)d.high + (low == 0 ? 1 : 0) : (uint64_t)d.high;
    limb[0] = (uint32_t)(high >> 32), limb[1] = (uint32_t)high, limb[2] = (uint32_t)(low >> 32),
    limb[3] = (uint32_t)low;
    do {
        uint64_t rest = 0;
        for (int i = 0; i < 4; i++) {
            uint64_t v = (rest << 32) | limb[i];
            limb[i] = (uint32_t)(v / 10);
            rest = v % 10;
        }
        digits[count++] = (char)('0' + (int)rest);
    } while (count <= scale || limb[0] != 0 || limb[1] != 0 || limb[2] != 0 || limb[3] != 0);
    if (negative)
        text_char(out, '-');
    while (count-- > 0) {
        text_char(out, digits[count]);
        if (count == scale && scale > 0)
            text_char(out, '.');
    }
}

static void print_number(struct text *out, const struct value *v)
{
    char number[NUMBER_TEXT_MAX];
    if (v->type->id == TYPE_FLOAT)
        text_bytes(out, number, float_print((float)v->real, number));
    else if (v->type->id == TYPE_DOUBLE)
        text_bytes(out, number, double_print(v->real, number));
    else if (v->type->id == TYPE_DECIMAL)
        print_decimal(out, v->decimal, v->type->scale);
    else
        text_bytes(out, number, int64_print(v->integer, number));
}

void literal_print(const struct value *v, struct text *out)
{
    switch (v->null ? TYPE_NULL : v->type->id) {
    case TYPE_NULL:
        text_string(out, "NULL");
        break;
    case TYPE_BOOLEAN:
        text_string(out, v->boolean ? "true" : "false");
        break;
    case TYPE_STRING:
        text_slice(out, v->bytes);
        break;
    case TYPE_BINARY:
        text_string(out, "X'");
        for (uint32_t i = 0; i < v->bytes.size; i++)
            text_printf(out, "%02X", (unsigned)(unsigned char)v->bytes.data[i]);
        text_char(out, '\'');
        break;
    case TYPE_DATE:
        text_string(out, "DATE '");
        date_print((int32_t)v->integer, out);
        text_char(out, '\'');
        break;
    default:
        print_number(out, v);
        break;
    }
}
