// Literals, as Spark prints them in names.
#include "agent/sql/print_names.h"
#include "ops/datetime.h"
#include "ops/decimal.h"
#include "ops/number.h"

static void print_number(struct text *out, const struct value *v)
{
    char number[NUMBER_TEXT_MAX];
    if (v->type->id == TYPE_FLOAT)
        text_bytes(out, number, float_print((float)v->real, number));
    else if (v->type->id == TYPE_DOUBLE)
        text_bytes(out, number, double_print(v->real, number));
    else if (v->type->id == TYPE_DECIMAL)
        text_bytes(out, number, decimal_print_plain(v->decimal, v->type->scale, number));
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

double literal_number(const struct value *v)
{
    if (type_is_integral(v->type))
        return (double)v->integer;
    if (v->type->id == TYPE_DECIMAL)
        return decimal_to_double(v->decimal, v->type->scale);
    return type_is_numeric(v->type) ? v->real : -1;
}
