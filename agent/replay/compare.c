#include "agent/replay/compare.h"

#include "agent/replay/scan.h"

#include <inttypes.h>

enum { SHOWN_MAX = 10 }; // rows of a batch that are shown

struct side {
    const struct case_row **row;
    uint32_t count;
};

struct comparison {
    const struct test_case *c;
    bool floats;
    struct arena *arena;
    struct text *out;
    struct compare_counts counts;
};

static struct side rows_of(struct comparison *k, const struct case_row *rows, uint32_t count, int64_t batch)
{
    struct side s = {.row = ARENA_ARRAY(k->arena, const struct case_row *, count + 1)};
    for (uint32_t i = 0; i < count; i++)
        if (k->c->whole || rows[i].batch == batch)
            s.row[s.count++] = &rows[i];
    return s;
}

// Takes out of both what is in both.
static void match_ordered(struct comparison *k, struct side *want, struct side *got)
{
    uint32_t left = 0, right = 0, most = want->count > got->count ? want->count : got->count;
    for (uint32_t i = 0; i < most; i++) {
        bool both = i < want->count && i < got->count;
        if (both && scan_same(want->row[i]->row, got->row[i]->row, k->floats)) {
            k->counts.same++;
            continue;
        }
        if (i < want->count)
            want->row[left++] = want->row[i];
        if (i < got->count)
            got->row[right++] = got->row[i];
    }
    want->count = left;
    got->count = right;
}

static void match_multiset(struct comparison *k, struct side *want, struct side *got)
{
    uint32_t left = 0;
    for (uint32_t i = 0; i < want->count; i++) {
        uint32_t j = 0;
        while (j < got->count && !scan_same(want->row[i]->row, got->row[j]->row, k->floats))
            j++;
        if (j == got->count) {
            want->row[left++] = want->row[i];
            continue;
        }
        k->counts.same++;
        memmove(&got->row[j], &got->row[j + 1], (got->count - j - 1) * sizeof *got->row); // the order stays
        got->count--;
    }
    want->count = left;
}

// ---- in words

// Members that both have and that say the same.
static uint32_t likeness(const struct comparison *k, struct slice a, struct slice b)
{
    uint32_t alike = 0;
    struct slice name, value, other_name, other_value;
    while (scan_member(&a, &name, &value)) {
        struct slice rest = b;
        while (scan_member(&rest, &other_name, &other_value))
            if (slice_equal(name, other_name)) {
                alike += scan_same(value, other_value, k->floats);
                break;
            }
    }
    return alike;
}

static bool member_of(struct slice row, struct slice wanted, struct slice *value)
{
    struct slice name;
    while (scan_member(&row, &name, value))
        if (slice_equal(name, wanted))
            return true;
    return false;
}

static void say_members(struct comparison *k, struct slice want, struct slice got)
{
    struct slice rest = want, name, value, other;
    while (scan_member(&rest, &name, &value)) {
        bool there = member_of(got, name, &other);
        if (there && scan_same(value, other, k->floats))
            continue;
        text_printf(k->out, "      %.*s: %.*s expected, ", (int)name.size, name.data, (int)value.size, value.data);
        if (there)
            text_printf(k->out, "%.*s came\n", (int)other.size, other.data);
        else
            text_string(k->out, "nothing (NULL) came\n");
    }
    for (rest = got; scan_member(&rest, &name, &value);)
        if (!member_of(want, name, &other))
            text_printf(k->out, "      %.*s: nothing (NULL) expected, %.*s came\n", (int)name.size, name.data,
                        (int)value.size, value.data);
}

// Beside each row that is missing, the one that came and is most like it.
static void say_difference(struct comparison *k, struct side *want, struct side *got)
{
    uint32_t shown = 0;
    for (uint32_t i = 0; i < want->count && shown < SHOWN_MAX; i++, shown++) {
        uint32_t best = 0, near = 0;
        for (uint32_t j = 0; j < got->count; j++) {
            uint32_t alike = k->c->ordered && i == j ? UINT32_MAX : likeness(k, want->row[i]->row, got->row[j]->row);
            if (alike > best) {
                best = alike;
                near = j;
            }
        }
        text_printf(k->out, "  - %.*s\n", (int)want->row[i]->row.size, want->row[i]->row.data);
        if (best == 0)
            continue;
        text_printf(k->out, "  + %.*s\n", (int)got->row[near]->row.size, got->row[near]->row.data);
        say_members(k, want->row[i]->row, got->row[near]->row);
        memmove(&got->row[near], &got->row[near + 1], (got->count - near - 1) * sizeof *got->row);
        got->count--;
    }
    for (uint32_t j = 0; j < got->count && shown < SHOWN_MAX; j++, shown++)
        text_printf(k->out, "  + %.*s\n", (int)got->row[j]->row.size, got->row[j]->row.data);
    if (shown == SHOWN_MAX)
        text_string(k->out, "  …\n");
}

static void compare_batch(struct comparison *k, const struct case_row *came, uint32_t count, int64_t batch)
{
    struct side want = rows_of(k, k->c->rows, k->c->row_count, batch), got = rows_of(k, came, count, batch);
    if (k->c->ordered)
        match_ordered(k, &want, &got);
    else
        match_multiset(k, &want, &got);
    k->counts.missing += want.count;
    k->counts.extra += got.count;
    if (want.count == 0 && got.count == 0)
        return;
    if (k->c->whole)
        text_string(k->out, "rows");
    else
        text_printf(k->out, "batch %" PRId64, batch);
    text_printf(k->out, ": %u missing (-), %u not expected (+)\n", want.count, got.count);
    say_difference(k, &want, &got);
}

static int64_t next_batch(const struct case_row *rows, uint32_t count, int64_t after, int64_t best)
{
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].batch > after && rows[i].batch < best)
            best = rows[i].batch;
    return best;
}

struct compare_counts compare_rows(const struct test_case *c, const struct case_row *came, uint32_t count, bool floats,
                                   struct arena *arena, struct text *out)
{
    struct comparison k = {.c = c, .floats = floats, .arena = arena, .out = out};
    if (c->whole) {
        compare_batch(&k, came, count, -1);
        return k.counts;
    }
    for (int64_t batch = -1;;) {
        batch = next_batch(c->rows, c->row_count, batch, next_batch(came, count, batch, INT64_MAX));
        if (batch == INT64_MAX)
            return k.counts;
        compare_batch(&k, came, count, batch);
    }
}
