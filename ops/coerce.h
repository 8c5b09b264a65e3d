// Spark's implicit coercions with ansi off (org.apache.spark.sql.catalyst.analysis.TypeCoercion), as helps for bind.
#ifndef OPS_COERCE_H
#define OPS_COERCE_H

#include "ops/function.h"

// A function's expected input (AbstractDataType): one type, or a class of types.
enum want {
    WANT_BOOLEAN,
    WANT_INT,
    WANT_BIGINT,
    WANT_DOUBLE,
    WANT_STRING,
    WANT_BINARY,
    WANT_DATE,
    WANT_TIMESTAMP,
    WANT_NUMERIC,          // as it is; a STRING becomes DOUBLE
    WANT_INTEGRAL,         // as it is
    WANT_STRING_OR_BINARY, // as it is; others become STRING
    WANT_TEXT,             // STRING, and nothing else
};

// Asks for argument `index` as `want`, casting where ImplicitTypeCasts.implicitCast does; else binding_mismatch.
enum status binding_want(struct binding *b, uint32_t index, enum want want, struct error *e);
// binding_want for the first `count` arguments in turn.
enum status binding_wants(struct binding *b, const enum want *wants, uint32_t count, struct error *e);
// Casts all arguments from `first` on to their common type; NULL where there is none.
const struct type *binding_common(struct binding *b, uint32_t first);
// The type an argument will have after the casts asked for so far.
const struct type *binding_type(const struct binding *b, uint32_t index);

// As type_widest, but STRING meets only STRING (findWiderTypeWithoutStringPromotion: greatest, least).
const struct type *type_widest_number(struct arena *a, struct expr *const *args, uint32_t argc);
// The two operands of a comparison meet in this type (TypeCoercion.findCommonTypeForBinaryComparison); NULL: none.
const struct type *type_comparable(struct arena *a, const struct expr *x, const struct expr *y);
// DECIMAL wide enough for any value of an integral type, or of an integral literal (DecimalType.fromLiteral).
const struct type *type_decimal_for(struct arena *a, const struct expr *x);
// Can its values be compared for order? (not MAP, nor what has one inside)
bool type_is_orderable(const struct type *t);

// [DATATYPE_MISMATCH.class] and the words; types are printed as sql names.
enum status binding_differ(const struct binding *b, const struct type *x, const struct type *y, struct error *e);
// The arguments, or some of them, have no type in common.
enum status binding_no_common(const struct binding *b, struct error *e);
enum status binding_not_literal(const struct binding *b, uint32_t index, struct error *e);
const char *type_text(struct arena *a, const struct type *t); // "ARRAY<INT>"

// A literal argument that is not NULL?
static inline bool is_literal(const struct expr *x)
{
    return x->kind == EXPR_LITERAL && !x->literal.null;
}
static inline bool is_null_literal(const struct expr *x)
{
    return x->kind == EXPR_LITERAL && x->literal.null;
}

#endif
