#include "hal/source/seen.h"

#include "hal/source/offsets.h"

static const char position_key[] = "\0position";

enum { POSITION_KEY_SIZE = sizeof(position_key) - 1, POSITION_VALUES = 3, VALUE_SIZE = 16, HASH_SIZE = 16 };

static struct slice position_slice(void)
{
    return (struct slice){position_key, POSITION_KEY_SIZE};
}

// FNV-1a from two beginnings: LMDB's keys are short, paths need not be.
static uint64_t hash(struct slice s, uint64_t h)
{
    for (uint32_t i = 0; i < s.size; i++)
        h = (h ^ (unsigned char)s.data[i]) * UINT64_C(0x100000001B3);
    return h;
}

static struct slice key_of(struct slice path, char room[SEEN_PATH_MAX + HASH_SIZE])
{
    if (path.size <= SEEN_PATH_MAX)
        return path;
    memcpy(room, path.data, SEEN_PATH_MAX);
    offsets_put(room + SEEN_PATH_MAX, (int64_t)hash(path, UINT64_C(0xCBF29CE484222325)));
    offsets_put(room + SEEN_PATH_MAX + 8, (int64_t)hash(path, UINT64_C(0x6C62272E07BB0142)));
    return (struct slice){room, SEEN_PATH_MAX + HASH_SIZE};
}

// Spark's lastPurgeTimestamp.
static int64_t horizon(const struct seen *s, const struct seen_position *p)
{
    return s->max_age > INT64_MAX / 2 ? INT64_MIN : p->newest - s->max_age;
}

enum status seen_open(struct seen *s, const struct state *state, int64_t max_age, struct error *e)
{
    *s = (struct seen){.state = state, .max_age = max_age};
    int64_t values[POSITION_VALUES];
    enum status status = offsets_load(state, position_slice(), values, POSITION_VALUES, e);
    if (status == STATUS_OK)
        s->committed = (struct seen_position){.newest = values[0], .swept = values[1], .batches = values[2]};
    s->next = s->committed;
    return status == STATUS_END ? STATUS_OK : status;
}

enum status seen_is_new(const struct seen *s, struct slice path, int64_t modified, bool *answer, struct error *e)
{
    char room[SEEN_PATH_MAX + HASH_SIZE];
    struct slice value;
    *answer = false;
    if (modified < horizon(s, &s->committed))
        return STATUS_OK;
    enum status status = state_get(s->state, key_of(path, room), &value, e);
    *answer = status == STATUS_END;
    return status == STATUS_END ? STATUS_OK : status;
}

void seen_begin(struct seen *s)
{
    s->next = s->committed;
}

enum status seen_put(struct seen *s, struct slice path, int64_t modified, struct error *e)
{
    char room[SEEN_PATH_MAX + HASH_SIZE], value[VALUE_SIZE];
    offsets_put(value, modified);
    offsets_put(value + 8, s->next.batches);
    if (modified > s->next.newest)
        s->next.newest = modified;
    return state_put(s->state, key_of(path, room), (struct slice){value, VALUE_SIZE}, e);
}

static enum visit sweep(void *visitor, struct slice key, struct slice value)
{
    const int64_t *oldest = visitor;
    if (key.size > 0 && key.data[0] == '\0')
        return VISIT_NEXT;
    return value.size == VALUE_SIZE && offsets_get(value.data) < *oldest ? VISIT_REMOVE : VISIT_NEXT;
}

// What is beyond the horizon is never new, so forgetting it may wait until it is worth a walk.
static enum status sweep_if_due(struct seen *s, struct error *e)
{
    int64_t oldest = horizon(s, &s->next);
    if (oldest <= 0 || oldest - s->next.swept < s->max_age / 8)
        return STATUS_OK;
    s->next.swept = oldest;
    return state_scan(s->state, (struct slice){NULL, 0}, sweep, &oldest, e);
}

enum status seen_save(struct seen *s, struct error *e)
{
    s->next.batches++;
    enum status status = sweep_if_due(s, e);
    if (status != STATUS_OK)
        return status;
    int64_t values[POSITION_VALUES] = {s->next.newest, s->next.swept, s->next.batches};
    return offsets_save(s->state, position_slice(), values, POSITION_VALUES, e);
}

void seen_committed(struct seen *s)
{
    s->committed = s->next;
}

uint64_t seen_count(const struct seen *s)
{
    uint64_t count = state_count(s->state);
    return count > 0 ? count - 1 : 0; // the position
}
