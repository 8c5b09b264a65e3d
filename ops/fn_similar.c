// How near strings are: levenshtein, soundex (UTF8String.levenshteinDistance, UTF8String.soundex).
#include "ops/character.h"
#include "ops/kernel.h"
#include "ops/result.h"

enum { DISTANCE_MAX = 1 << 14 }; // characters of the shorter one; what is longer is NULL: the work is their product

static uint32_t *code_points(struct slice s, struct arena *arena, uint32_t *count)
{
    uint32_t *codes = ARENA_ARRAY(arena, uint32_t, s.size + 1);
    *count = 0;
    for (uint32_t i = 0; i < s.size; i = character_next(s, i)) {
        uint32_t end = character_next(s, i), code = 0;
        while (i + 1 < end)
            code = code << 8 | (unsigned char)s.data[i++];
        codes[(*count)++] = code << 8 | (unsigned char)s.data[i];
    }
    return codes;
}

static int32_t distance(const uint32_t *x, uint32_t m, const uint32_t *y, uint32_t n, struct arena *arena)
{
    int32_t *row = ARENA_ARRAY(arena, int32_t, n + 1);
    for (uint32_t k = 0; k <= n; k++)
        row[k] = (int32_t)k;
    for (uint32_t i = 0; i < m; i++) {
        int32_t diagonal = row[0];
        row[0] = (int32_t)i + 1;
        for (uint32_t k = 0; k < n; k++) {
            int32_t best = diagonal + (x[i] != y[k]);
            diagonal = row[k + 1];
            best = best < diagonal + 1 ? best : diagonal + 1;
            row[k + 1] = best < row[k] + 1 ? best : row[k] + 1;
        }
    }
    return row[n];
}

// With a threshold, -1 for what is farther.
static void levenshtein(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct arena_mark mark = arena_mark(c->arena);
        uint32_t m, n;
        const uint32_t *x = code_points(slice_at(c->in[0], i), c->arena, &m);
        const uint32_t *y = code_points(slice_at(c->in[1], i), c->arena, &n);
        c->out->null[i] = m > DISTANCE_MAX || n > DISTANCE_MAX;
        if (!c->out->null[i])
            c->out->i32[i] = distance(x, m, y, n, c->arena);
        if (c->argc > 2 && c->out->i32[i] > int_at(c->in[2], i))
            c->out->i32[i] = -1;
        arena_rewind(c->arena, mark);
    }
}

static enum status bind_levenshtein(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_INT);
    b->nullable = true;
    b->kernel = levenshtein;
    return binding_wants(b, (const enum want[]){WANT_STRING, WANT_STRING, WANT_INT}, 3, e);
}

// ---- jaro_winkler_similarity

// The characters that both have at nearly the same place; `hit` of each side says which.
static uint32_t jaro_matches(const uint32_t *x, uint32_t m, const uint32_t *y, uint32_t n, uint8_t *hit_x,
                             uint8_t *hit_y)
{
    uint32_t most = m > n ? m : n, reach = most / 2 > 0 ? most / 2 - 1 : 0, matches = 0;
    for (uint32_t i = 0; i < m; i++) {
        uint32_t from = i > reach ? i - reach : 0, to = i + reach + 1 < n ? i + reach + 1 : n;
        for (uint32_t k = from; k < to; k++) {
            if (hit_y[k] || x[i] != y[k])
                continue;
            hit_x[i] = hit_y[k] = 1;
            matches++;
            break;
        }
    }
    return matches;
}

static double jaro_winkler(const uint32_t *x, uint32_t m, const uint32_t *y, uint32_t n, struct arena *arena)
{
    uint8_t *hit_x = arena_zalloc(arena, m + 1u), *hit_y = arena_zalloc(arena, n + 1u);
    uint32_t matches = jaro_matches(x, m, y, n, hit_x, hit_y), turned = 0, prefix = 0;
    if (m == 0 && n == 0)
        return 1;
    if (matches == 0)
        return 0;
    for (uint32_t i = 0, k = 0; i < m; i++) {
        if (!hit_x[i])
            continue;
        while (!hit_y[k])
            k++;
        turned += x[i] != y[k++];
    }
    double hits = matches, jaro = (hits / m + hits / n + (hits - turned / 2.0) / hits) / 3.0;
    while (prefix < 4 && prefix < m && prefix < n && x[prefix] == y[prefix])
        prefix++;
    return jaro + prefix * 0.1 * (1 - jaro);
}

static void jaro_winkler_similarity(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct arena_mark mark = arena_mark(c->arena);
        uint32_t m, n;
        const uint32_t *x = code_points(slice_at(c->in[0], i), c->arena, &m);
        const uint32_t *y = code_points(slice_at(c->in[1], i), c->arena, &n);
        c->out->null[i] = m > DISTANCE_MAX || n > DISTANCE_MAX;
        if (!c->out->null[i])
            c->out->f64[i] = jaro_winkler(x, m, y, n, c->arena);
        arena_rewind(c->arena, mark);
    }
}

static enum status bind_jaro_winkler(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_DOUBLE);
    b->nullable = true;
    b->kernel = jaro_winkler_similarity;
    return binding_wants(b, (const enum want[]){WANT_STRING, WANT_STRING}, 2, e);
}

static char upper_letter(char ch)
{
    ch = ch >= 'a' && ch <= 'z' ? (char)(ch - 32) : ch;
    return ch >= 'A' && ch <= 'Z' ? ch : 0;
}

// What does not begin with a letter stays as it is; H and W do not part equal codes, vowels do.
static struct slice soundex_of(struct slice s, char *to)
{
    static const char codes[] = "01230120022455012623010202"; // A to Z
    char first = s.size > 0 ? upper_letter(s.data[0]) : 0;
    if (first == 0)
        return s;
    memcpy(to, "0000", 4);
    to[0] = first;
    char last = codes[first - 'A'];
    for (uint32_t i = 1, k = 1; i < s.size && k < 4; i++) {
        char ch = upper_letter(s.data[i]);
        if (ch == 'H' || ch == 'W')
            continue;
        char code = ch != 0 ? codes[ch - 'A'] : '0';
        if (code != '0' && code != last)
            to[k++] = code;
        last = code;
    }
    return (struct slice){to, 4};
}

static void soundex(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->slice[i] = soundex_of(slice_at(c->in[0], i), arena_alloc(c->arena, 4));
    }
}

static enum status bind_soundex(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_STRING);
    b->kernel = soundex;
    enum type_id id = b->arg[0]->type->id;
    if (id != TYPE_STRING && id != TYPE_NULL)
        return binding_mismatch(b, 0, "STRING", e);
    return binding_want(b, 0, WANT_STRING, e);
}

const struct function function_levenshtein = {
    .name = "levenshtein",
    .min_args = 2,
    .max_args = 3,
    .bind = bind_levenshtein,
    .usage = "levenshtein(a, b[, threshold])",
    .summary = "How many characters must change to make one of the other; -1 if more than threshold.",
    .example = "levenshtein('kitten', 'sitting')",
    .gives = "3",
};
const struct function function_soundex = {
    .name = "soundex",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_soundex,
    .usage = "soundex(str)",
    .summary = "The code of how an English name sounds.",
    .example = "soundex('Miller')",
    .gives = "\"M460\"",
};
const struct function function_jaro_winkler_similarity = {
    .name = "jaro_winkler_similarity",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_jaro_winkler,
    .usage = "jaro_winkler_similarity(a, b)",
    .summary = "How alike two texts are, from 0 to 1; a common beginning counts more.",
    .example = "jaro_winkler_similarity('MARTHA', 'MARHTA')",
    .gives = "0.9611111111111111",
};
