#include "ops/gather.h"

#define GATHER(member)                                                                                                 \
    do {                                                                                                               \
        for (uint32_t k = 0; k < count; k++)                                                                           \
            if (!to->null[k])                                                                                          \
                to->member[k] = from->member[index[k] & mask];                                                         \
    } while (0)

static void gather_nulls(struct column *to, const struct column *from, const uint32_t *index, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++)
        to->null[k] = index[k] == GATHER_NULL || from->null[index[k] & from->mask];
}

void column_gather(struct column *to, const struct column *from, const uint32_t *index, uint32_t count)
{
    assert(to->type->id == from->type->id && count <= to->capacity);
    uint32_t mask = from->mask;
    gather_nulls(to, from, index, count);
    switch (to->type->id) {
    case TYPE_BOOLEAN:
    case TYPE_TINYINT:
        GATHER(boolean);
        break;
    case TYPE_SMALLINT:
        GATHER(i16);
        break;
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_INTERVAL_YM:
    case TYPE_FLOAT:
        GATHER(i32);
        break;
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_NTZ:
    case TYPE_INTERVAL_DT:
    case TYPE_DOUBLE:
        GATHER(i64);
        break;
    case TYPE_DECIMAL:
        GATHER(decimal);
        break;
    case TYPE_STRING:
    case TYPE_BINARY:
        GATHER(slice);
        break;
    case TYPE_ARRAY:
    case TYPE_MAP:
        GATHER(span);
        to->child = from->child;
        to->used = from->used;
        break;
    case TYPE_STRUCT:
        // Where the parent is NULL its fields are too, so no field's row is read that the parent does not have.
        for (uint32_t i = 0; i < to->type->field_count; i++)
            column_gather(&to->child[i], &from->child[i], index, count);
        break;
    case TYPE_NULL:
    case TYPE_COUNT:
        break;
    }
}

void gathered_init(struct gathered *g, const struct chunk *in, uint32_t more, struct arena *arena)
{
    g->columns = in->columns;
    g->own = ARENA_ARRAY(arena, struct column, in->columns);
    g->column = ARENA_ARRAY(arena, struct column *, in->columns + more);
    for (uint32_t k = 0; k < in->columns; k++)
        column_init(&g->own[k], in->column[k]->type, CHUNK_ROWS, arena);
}

void gathered_fill(struct gathered *g, const struct chunk *in, const uint32_t *index, uint32_t count)
{
    assert(g->columns == in->columns);
    for (uint32_t k = 0; k < g->columns; k++) {
        g->column[k] = in->column[k];
        if (in->column[k]->mask == 0)
            continue;
        g->column[k] = &g->own[k];
        column_gather(&g->own[k], in->column[k], index, count);
    }
}
