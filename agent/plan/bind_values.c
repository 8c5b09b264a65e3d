// VALUES (1, 'a'), (2, 'b'): a table that the query itself has. A query without FROM is of one row.
#include "agent/plan/bind.h"

#include "ops/coerce.h"

static struct node *values_new(struct query *q, uint32_t offset, uint32_t length, uint32_t rows, uint32_t columns)
{
    struct logical *l = q->b->l;
    struct node *n = node_new(l, NODE_VALUES, NULL, offset, length);
    n->attributes = ARENA_ARRAY(l->arena, uint32_t, columns + 1);
    n->values = ARENA_ARRAY(l->arena, struct expr *, rows * columns + 1);
    n->rows = rows;
    return n;
}

void bind_row(struct query *q)
{
    q->node = values_new(q, q->select->offset, q->select->length, 1, 0);
}

// (a, b) is a row of two, anything else one of one.
static struct ast_expr **fields_of(struct ast_expr **row, uint32_t *count, uint32_t *step)
{
    struct ast_expr *x = *row;
    bool named = x->fields && slice_equal(x->name, SLICE("named_struct"));
    *step = named ? 2 : 1;
    *count = x->fields ? x->argc / *step : 1;
    return x->fields ? x->args + named : row;
}

static enum status bind_cell(struct query *q, struct ast_expr *x, struct expr **out)
{
    struct binder *b = q->b;
    struct query nothing = {.b = b, .select = q->select, .set_id = ATTRIBUTE_NONE};
    struct context c = {.q = &nothing, .clause = CLAUSE_ON};
    struct around *around = b->around;
    b->around = NULL;
    enum status s = bind_expr(&c, x, out);
    b->around = around;
    if (!s && (expr_has_subquery(*out) || !expr_is_deterministic(*out)))
        return BIND_ERROR(b, x,
                          "[INVALID_INLINE_TABLE.CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE] VALUES takes constants");
    return s;
}

// The type in which a column's values meet.
static enum status meet(struct query *q, const struct ast_relation *r, struct node *n, uint32_t column,
                        uint32_t columns)
{
    struct logical *l = q->b->l;
    struct expr **cells = ARENA_ARRAY(l->arena, struct expr *, n->rows);
    bool nullable = false;
    for (uint32_t i = 0; i < n->rows; i++) {
        cells[i] = n->values[i * columns + column];
        nullable = nullable || cells[i]->nullable;
    }
    const struct type *type = n->rows == 1 ? cells[0]->type : type_widest_number(l->arena, cells, n->rows);
    if (!type)
        return BIND_ERROR(q->b, r,
                          "[INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE] the values of column %u have no "
                          "common type: cast them",
                          column + 1);
    for (uint32_t i = 0; i < n->rows; i++)
        if (expr_cast(l->arena, l->session, cells[i], type, &n->values[i * columns + column], q->b->e))
            return bind_place(q->b, r->rows[i]);
    struct slice name = slice_of(arena_printf(l->arena, "col%u", column + 1));
    n->attributes[column] = attribute_add(l, name, type, nullable, false);
    scope_add(q->b, &q->scope, r->alias, name, n->attributes[column]);
    return STATUS_OK;
}

enum status bind_values(struct query *q, const struct ast_relation *r)
{
    uint32_t columns, count, step;
    fields_of(&r->rows[0], &columns, &step);
    struct node *n = values_new(q, r->offset, r->length, r->row_count, columns);
    enum status s = STATUS_OK;
    for (uint32_t i = 0; !s && i < r->row_count; i++) {
        struct ast_expr **fields = fields_of(&r->rows[i], &count, &step);
        if (count != columns)
            return BIND_ERROR(q->b, r->rows[i],
                              "[INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH] %u values here, %u in the first row", count,
                              columns);
        for (uint32_t k = 0; !s && k < columns; k++)
            s = bind_cell(q, fields[k * step], &n->values[i * columns + k]);
    }
    for (uint32_t k = 0; !s && k < columns; k++)
        s = meet(q, r, n, k, columns);
    n->attribute_count = columns;
    q->node = n;
    return s;
}
