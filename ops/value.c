#include "ops/value.h"

#include <string.h>

void value_store(const struct value *v, struct column *c, uint32_t row)
{
    assert(v->type->id == c->type->id && !type_is_nested(v->type));
    c->null[row] = v->null;
    if (v->null)
        return;
    switch (c->type->id) {
    case TYPE_BOOLEAN:
        c->boolean[row] = v->boolean;
        break;
    case TYPE_TINYINT:
        c->i8[row] = (int8_t)v->integer;
        break;
    case TYPE_SMALLINT:
        c->i16[row] = (int16_t)v->integer;
        break;
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_INTERVAL_YM:
        c->i32[row] = (int32_t)v->integer;
        break;
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_NTZ:
    case TYPE_INTERVAL_DT:
        c->i64[row] = v->integer;
        break;
    case TYPE_FLOAT:
        c->f32[row] = (float)v->real;
        break;
    case TYPE_DOUBLE:
        c->f64[row] = v->real;
        break;
    case TYPE_DECIMAL:
        c->decimal[row] = v->decimal;
        break;
    case TYPE_STRING:
    case TYPE_BINARY:
        c->slice[row] = v->bytes;
        break;
    default:
        c->null[row] = 1;
        break;
    }
}

struct value value_load(const struct column *c, uint32_t row)
{
    assert(!type_is_nested(c->type));
    row = at(c, row);
    struct value v = {.type = c->type, .null = c->type->id == TYPE_NULL || c->null[row]};
    if (v.null)
        return v;
    switch (c->type->id) {
    case TYPE_BOOLEAN:
        v.boolean = c->boolean[row];
        break;
    case TYPE_TINYINT:
        v.integer = c->i8[row];
        break;
    case TYPE_SMALLINT:
        v.integer = c->i16[row];
        break;
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_INTERVAL_YM:
        v.integer = c->i32[row];
        break;
    case TYPE_FLOAT:
        v.real = (double)c->f32[row];
        break;
    case TYPE_DOUBLE:
        v.real = c->f64[row];
        break;
    case TYPE_DECIMAL:
        v.decimal = c->decimal[row];
        break;
    case TYPE_STRING:
    case TYPE_BINARY:
        v.bytes = c->slice[row];
        break;
    default:
        v.integer = c->i64[row];
        break;
    }
    return v;
}
