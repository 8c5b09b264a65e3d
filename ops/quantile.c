#include "ops/quantile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_MAX = 50000, HEAD_LEAST = 16, SAMPLES_MAX = 10000 };

// NaN is the greatest.
static int compare_values(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    if (isnan(a) || isnan(b))
        return (isnan(a) != 0) - (isnan(b) != 0);
    return (a > b) - (a < b);
}

static void take_in_head(struct quantile *q, double error, struct arena *arena)
{
    if (q->heads == 0)
        return;
    struct quantile_sample *made = ARENA_ARRAY(arena, struct quantile_sample, q->samples + q->heads);
    double *head = ARENA_ARRAY(arena, double, q->heads);
    uint32_t count = 0, next = 0;
    memcpy(head, q->head, q->heads * sizeof *head);
    qsort(head, q->heads, sizeof *head, compare_values);
    for (uint32_t i = 0; i < q->heads; i++) {
        while (next < q->samples && q->sample[next].value <= head[i])
            made[count++] = q->sample[next++];
        q->count++;
        bool edge = count == 0 || (next == q->samples && i + 1 == q->heads);
        int64_t delta = edge ? 0 : (int64_t)floor(2 * error * (double)q->count);
        made[count++] = (struct quantile_sample){head[i], 1, delta};
    }
    while (next < q->samples)
        made[count++] = q->sample[next++];
    q->sample = made;
    q->samples = count;
    q->head = NULL;
    q->heads = q->head_room = 0;
}

// Neighbours become one where their span is below the limit; the first and the last stay. From the end, so that what
// is made grows downward in place.
static void merge_neighbours(struct quantile *q, double limit, struct arena *arena)
{
    if (q->samples == 0)
        return;
    struct quantile_sample *made = ARENA_ARRAY(arena, struct quantile_sample, q->samples + 1);
    uint32_t from = q->samples + 1;
    struct quantile_sample head = q->sample[q->samples - 1];
    for (uint32_t i = q->samples - 1; i-- > 1;) {
        const struct quantile_sample *s = &q->sample[i];
        if ((double)(s->gain + head.gain + head.delta) < limit) {
            head.gain += s->gain;
        } else {
            made[--from] = head;
            head = *s;
        }
    }
    made[--from] = head;
    if (q->samples > 1 && q->sample[0].value <= head.value)
        made[--from] = q->sample[0];
    q->samples = q->samples + 1 - from;
    q->sample = made + from;
}

void quantile_compress(struct quantile *q, double error, struct arena *arena)
{
    if (q->compressed)
        return;
    take_in_head(q, error, arena);
    merge_neighbours(q, 2 * error * (double)q->count, arena);
    q->compressed = 1;
}

void quantile_add(struct quantile *q, double v, double error, struct arena *arena)
{
    if (q->heads == q->head_room) {
        uint32_t room = q->head_room > 0 ? 2 * q->head_room : HEAD_LEAST;
        double *head = ARENA_ARRAY(arena, double, room);
        if (q->heads > 0)
            memcpy(head, q->head, q->heads * sizeof *head);
        q->head = head;
        q->head_room = room;
    }
    q->head[q->heads++] = v;
    q->compressed = 0;
    if (q->heads < HEAD_MAX)
        return;
    take_in_head(q, error, arena);
    if (q->samples >= SAMPLES_MAX)
        quantile_compress(q, error, arena);
}

void quantile_merge(struct quantile *into, const struct quantile *from, double error, struct arena *arena)
{
    struct quantile other = *from;
    quantile_compress(into, error, arena);
    quantile_compress(&other, error, arena);
    if (other.count == 0)
        return;
    if (into->count == 0) {
        *into = other;
        return;
    }
    struct quantile_sample *made = ARENA_ARRAY(arena, struct quantile_sample, into->samples + other.samples);
    int64_t own_delta = (int64_t)floor(2 * error * (double)other.count);
    int64_t other_delta = (int64_t)floor(2 * error * (double)into->count);
    uint32_t count = 0, i = 0, k = 0;
    while (i < into->samples && k < other.samples) {
        bool own = into->sample[i].value < other.sample[k].value;
        made[count] = own ? into->sample[i] : other.sample[k];
        made[count++].delta += own ? (k > 0 ? own_delta : 0) : (i > 0 ? other_delta : 0);
        i += own;
        k += !own;
    }
    while (i < into->samples)
        made[count++] = into->sample[i++];
    while (k < other.samples)
        made[count++] = other.sample[k++];
    into->sample = made;
    into->samples = count;
    into->count += other.count;
    merge_neighbours(into, 2 * error * (double)into->count, arena);
}

double quantile_query(const struct quantile *q, double at, double error)
{
    double last = q->sample[q->samples - 1].value;
    if (at <= error)
        return q->sample[0].value;
    if (at >= 1 - error)
        return last;
    int64_t rank = (int64_t)ceil(at * (double)q->count), span = 0, least = 0;
    for (uint32_t i = 0; i < q->samples; i++)
        if (q->sample[i].gain + q->sample[i].delta > span)
            span = q->sample[i].gain + q->sample[i].delta;
    for (uint32_t i = 0; i + 1 < q->samples; i++) {
        least += q->sample[i].gain;
        if (least + q->sample[i].delta - span / 2 <= rank && rank <= least + span / 2)
            return q->sample[i].value;
    }
    return last;
}
