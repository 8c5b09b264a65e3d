#include "ops/group_key.h"

#include "ops/endian.h"

enum { WINDOW_END = 1, TIME_SIZE = 9 }; // the field of STRUCT<start, end>; a time's mark and bytes

static const struct slice no_keys = {"\1", 1};

void group_key_init(struct group_key *g, const struct type *const *type, uint32_t count, int32_t time_key,
                    struct arena *arena)
{
    *g = (struct group_key){.count = count};
    g->place = ARENA_ARRAY(arena, uint32_t, count);
    g->order = ARENA_ARRAY(arena, unsigned, count);
    g->writer = ARENA_ARRAY(arena, key_writer, count);
    uint32_t used = 0;
    if (time_key >= 0) {
        g->time_type = type[time_key];
        g->order[used] = KEY_NULLS_LAST;
        g->place[used++] = (uint32_t)time_key;
    }
    for (uint32_t k = 0; k < count; k++)
        if ((int32_t)k != time_key)
            g->place[used++] = k;
    for (uint32_t k = 0; k < count; k++) {
        g->writer[k] = key_writer_of(type[g->place[k]]);
        g->fixed += key_fixed_size(type[g->place[k]]);
    }
}

void group_keys_init(struct group_keys *keys, struct memory *memory, struct arena *arena)
{
    text_init(&keys->bytes, memory);
    keys->key = ARENA_ARRAY(arena, struct slice, CHUNK_ROWS);
    keys->hash = ARENA_ARRAY(arena, uint64_t, CHUNK_ROWS);
}

void group_keys_free(struct group_keys *keys)
{
    text_free(&keys->bytes);
}

// What the keys of all rows take at most.
static size_t keys_bound(const struct group_key *g, struct column *const *columns, const struct rows *rows)
{
    size_t bound = g->fixed * rows->count;
    for (uint32_t k = 0; k < g->count; k++) {
        const struct column *c = columns[g->place[k]];
        if (key_fixed_size(c->type) > 0)
            continue;
        if (c->type->id == TYPE_STRING) {
            FOR_EACH_ROW (i, rows) {
                bound += KEY_STRING_BOUND(is_null(c, i) ? 0 : c->slice[at(c, i)].size);
            }
        } else {
            FOR_EACH_ROW (i, rows) {
                bound += key_bound(c, i);
            }
        }
    }
    return bound;
}

void group_keys_write(const struct group_key *g, struct column *const *columns, const struct rows *rows,
                      struct group_keys *out)
{
    if (g->count == 0) {
        for (uint32_t k = 0; k < rows->count; k++) {
            out->key[k] = no_keys;
            out->hash[k] = 0;
        }
        return;
    }
    text_clear(&out->bytes);
    char *to = text_reserve(&out->bytes, keys_bound(g, columns, rows));
    FOR_EACH_ROW (i, rows) {
        char *begin = to;
        for (uint32_t k = 0; k < g->count; k++)
            to = g->writer[k](to, columns[g->place[k]], i, g->order[k]);
        out->key[i_k] = (struct slice){begin, (uint32_t)(to - begin)};
        out->hash[i_k] = key_hash(out->key[i_k]);
    }
}

bool group_key_read(const struct group_key *g, struct slice key, struct column *const *columns, uint32_t row,
                    struct arena *arena)
{
    if (g->count == 0)
        return slice_equal(key, no_keys);
    for (uint32_t k = 0; k < g->count; k++) {
        size_t used = key_read(key, columns[g->place[k]], row, g->order[k], arena);
        if (used == 0)
            return false;
        key.data += used;
        key.size -= (uint32_t)used;
    }
    return key.size == 0;
}

bool group_key_time(const struct group_key *g, struct slice key, int64_t *time)
{
    assert(g->time_type != NULL);
    size_t at_time = g->time_type->id == TYPE_STRUCT ? 1 + WINDOW_END * TIME_SIZE : 0;
    if (key.size < at_time + TIME_SIZE || key.data[0] != 1 || key.data[at_time] != 1)
        return false;
    *time = (int64_t)(load_big(key.data + at_time + 1, 8) ^ UINT64_C(1) << 63);
    return true;
}

void group_late_init(struct group_late *l, struct arena *arena)
{
    l->late = ARENA_ARRAY(arena, uint8_t, CHUNK_ROWS);
    l->kept_index = ARENA_ARRAY(arena, uint32_t, CHUNK_ROWS);
    l->late_index = ARENA_ARRAY(arena, uint32_t, CHUNK_ROWS);
}

static uint32_t mark_late(const struct column *time, const struct rows *rows, int64_t watermark, uint8_t *late)
{
    const struct column *value = time->type->id == TYPE_STRUCT ? &time->child[WINDOW_END] : time;
    uint32_t count = 0;
    FOR_EACH_ROW (i, rows) {
        uint32_t v = at(value, at(time, i));
        late[i_k] = !is_null(time, i) & !value->null[v] & (value->i64[v] <= watermark);
        count += late[i_k];
    }
    return count;
}

struct rows group_late_part(struct group_late *l, const struct column *time, int64_t watermark, struct rows *rows)
{
    struct rows late = {l->late_index, 0};
    if (mark_late(time, rows, watermark, l->late) == 0)
        return late;
    uint32_t kept = 0;
    FOR_EACH_ROW (i, rows) {
        if (l->late[i_k])
            l->late_index[late.count++] = i;
        else
            l->kept_index[kept++] = i;
    }
    *rows = (struct rows){l->kept_index, kept};
    return late;
}
