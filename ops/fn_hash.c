// hash and xxhash64 (hash.scala): the arguments in turn, each seeded by the one before.
#include "ops/hash_value.h"
#include "ops/kernel.h"

static void murmur3_of_rows(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        uint32_t hash = HASH_SEED;
        for (uint32_t k = 0; k < c->argc; k++)
            hash = hash_murmur3(c->in[k], i, hash);
        c->out->null[i] = 0;
        c->out->i32[i] = (int32_t)hash;
    }
}

static void xx64_of_rows(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        uint64_t hash = HASH_SEED;
        for (uint32_t k = 0; k < c->argc; k++)
            hash = hash_xx64(c->in[k], i, hash);
        c->out->null[i] = 0;
        c->out->i64[i] = (int64_t)hash;
    }
}

static bool has_map(const struct type *t)
{
    if (t->id == TYPE_ARRAY)
        return has_map(t->element);
    for (uint32_t i = 0; t->id == TYPE_STRUCT && i < t->field_count; i++)
        if (has_map(t->fields[i].type))
            return true;
    return t->id == TYPE_MAP;
}

static enum status bind_hash(struct binding *b, struct error *e)
{
    bool wide = b->function == &function_xxhash64;
    for (uint32_t i = 0; i < b->argc; i++)
        if (has_map(b->arg[i]->type))
            return error_set(e, STATUS_CONFIG,
                             "[DATATYPE_MISMATCH.HASH_MAP_TYPE] %s: argument %u has a MAP in it, which has no order to "
                             "be hashed in",
                             b->function->name, i + 1);
    b->type = type_simple(wide ? TYPE_BIGINT : TYPE_INT);
    b->nullable = false;
    b->kernel = wide ? xx64_of_rows : murmur3_of_rows;
    return STATUS_OK;
}

const struct function function_hash = {
    .name = "hash",
    .min_args = 1,
    .max_args = FUNCTION_ANY_ARGS,
    .bind = bind_hash,
    .usage = "hash(expr, ...)",
    .summary = "A hash of the values (Murmur3, seed 42): an INT, never NULL.",
    .example = "hash('Spark', array(123), 2)",
    .gives = "-1321691492",
};
const struct function function_xxhash64 = {
    .name = "xxhash64",
    .min_args = 1,
    .max_args = FUNCTION_ANY_ARGS,
    .bind = bind_hash,
    .usage = "xxhash64(expr, ...)",
    .summary = "A hash of the values (xxHash64, seed 42): a BIGINT, never NULL.",
    .example = "xxhash64('Spark', array(123), 2)",
    .gives = "5602566077635097486",
};
