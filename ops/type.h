// Spark's data types. A type is immutable and lives in the plan's arena, or is one of the static simple types.
#ifndef OPS_TYPE_H
#define OPS_TYPE_H

#include "ops/arena.h"
#include "ops/slice.h"
#include "ops/text.h"

#include <stdbool.h>
#include <stdint.h>

enum type_id {
    TYPE_NULL, // VOID: the type of a bare NULL
    TYPE_BOOLEAN,
    TYPE_TINYINT,
    TYPE_SMALLINT,
    TYPE_INT,
    TYPE_BIGINT,
    TYPE_FLOAT,
    TYPE_DOUBLE,
    TYPE_DECIMAL, // precision 1..38, scale 0..precision
    TYPE_STRING,  // UTF-8 as it came; invalid bytes stay
    TYPE_BINARY,
    TYPE_DATE,          // int32: days since 1970-01-01, proleptic Gregorian
    TYPE_TIMESTAMP,     // int64: microseconds since 1970-01-01T00:00:00Z
    TYPE_TIMESTAMP_NTZ, // int64: microseconds of a wall clock without zone
    TYPE_INTERVAL_YM,   // int32: months; its units are part of the type: YEAR, MONTH, YEAR TO MONTH
    TYPE_INTERVAL_DT,   // int64: microseconds; DAY … SECOND likewise
    TYPE_ARRAY,
    TYPE_STRUCT,
    TYPE_MAP,
    TYPE_COUNT
};

enum interval_unit { UNIT_YEAR, UNIT_MONTH, UNIT_DAY, UNIT_HOUR, UNIT_MINUTE, UNIT_SECOND, UNIT_COUNT };

struct type;

struct field {
    struct slice name;
    const struct type *type;
    bool nullable;
};

struct type {
    enum type_id id;
    uint8_t precision, scale;   // DECIMAL; of an INTERVAL its first and last unit
    bool contains_null;         // ARRAY: its elements; MAP: its values
    const struct type *element; // ARRAY: element; MAP: value
    const struct type *key;     // MAP
    const struct field *fields; // STRUCT
    uint32_t field_count;
};

// The one instance of each type without parameters (not DECIMAL, ARRAY, STRUCT, MAP).
const struct type *type_simple(enum type_id id);
// INTERVAL first TO last. type_simple gives the widest: YEAR TO MONTH, DAY TO SECOND.
const struct type *type_interval(enum interval_unit first, enum interval_unit last);
const struct type *type_decimal(struct arena *a, unsigned precision, unsigned scale);
const struct type *type_array(struct arena *a, const struct type *element, bool contains_null);
const struct type *type_map(struct arena *a, const struct type *key, const struct type *value, bool contains_null);
// `fields` is copied, the names are not.
const struct type *type_struct(struct arena *a, const struct field *fields, uint32_t count);

// Bytes a row takes in a column's data; for ARRAY and MAP those of a span, for STRUCT and NULL 0.
uint32_t type_width(const struct type *t);
// Equal in shape; names of struct fields count, nullability does not.
bool type_equal(const struct type *a, const struct type *b);
// The same, whatever the names (DataType.equalsStructurally).
bool type_equal_unnamed(const struct type *a, const struct type *b);
// Spark's sql name ("DECIMAL(10,2)", "STRUCT<start: TIMESTAMP NOT NULL, ...>") and simpleString
// ("struct<start:timestamp>").
void type_print_sql(const struct type *t, struct text *out);
void type_print_simple(const struct type *t, struct text *out);

static inline bool type_is_integral(const struct type *t)
{
    return t->id >= TYPE_TINYINT && t->id <= TYPE_BIGINT;
}
static inline bool type_is_numeric(const struct type *t)
{
    return t->id >= TYPE_TINYINT && t->id <= TYPE_DECIMAL;
}
static inline bool type_is_interval(const struct type *t)
{
    return t->id == TYPE_INTERVAL_YM || t->id == TYPE_INTERVAL_DT;
}
static inline bool type_is_nested(const struct type *t)
{
    return t->id >= TYPE_ARRAY;
}

// The same with NULLs allowed everywhere: what is read from outside may be NULL, whatever its schema says.
const struct type *type_as_nullable(struct arena *arena, const struct type *t);

#endif
