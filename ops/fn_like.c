// LIKE and ILIKE: % any characters, _ one, the escape character before either makes it itself
// (regexpExpressions.scala).
#include "ops/casefold.h"
#include "ops/character.h"
#include "ops/kernel.h"

// A pattern, read once: what is literal, and where the wildcards are.
enum mark { MARK_LITERAL, MARK_ONE, MARK_ANY };
struct piece {
    enum mark mark;
    struct slice text; // MARK_LITERAL: one character
};
struct like {
    struct piece *pieces;
    uint32_t count;
    // of a pattern that each row makes anew:
    struct slice escape;
    bool fold; // ILIKE
};

// The classical walk with one way back: to the last %, one character further.
static bool matches(const struct like *p, struct slice s)
{
    uint32_t at_piece = 0, at_byte = 0, retry_piece = UINT32_MAX, retry_byte = 0;
    while (at_byte < s.size) {
        uint32_t next = character_next(s, at_byte);
        const struct piece *piece = at_piece < p->count ? &p->pieces[at_piece] : NULL;
        if (piece && piece->mark == MARK_ANY) {
            retry_piece = ++at_piece;
            retry_byte = at_byte;
        } else if (piece && (piece->mark == MARK_ONE || slice_equal(piece->text, slice_part(s, at_byte, next)))) {
            at_piece++;
            at_byte = next;
        } else if (retry_piece != UINT32_MAX) {
            at_piece = retry_piece;
            at_byte = retry_byte = character_next(s, retry_byte);
        } else {
            return false;
        }
    }
    while (at_piece < p->count && p->pieces[at_piece].mark == MARK_ANY)
        at_piece++;
    return at_piece == p->count;
}

// false: the escape character stands before something else than % _ or itself, or at the end.
static bool read_pattern(struct slice pattern, struct slice escape, struct arena *arena, struct like *out)
{
    out->pieces = ARENA_ARRAY(arena, struct piece, pattern.size + 1);
    for (uint32_t i = 0, next; i < pattern.size; i = next) {
        next = character_next(pattern, i);
        struct piece *piece = &out->pieces[out->count++];
        piece->text = slice_part(pattern, i, next);
        if (slice_equal(piece->text, escape)) {
            if (next == pattern.size)
                return false;
            i = next;
            next = character_next(pattern, i);
            piece->text = slice_part(pattern, i, next);
            if (piece->text.data[0] != '%' && piece->text.data[0] != '_' && !slice_equal(piece->text, escape))
                return false;
        } else if (piece->text.data[0] == '%') {
            piece->mark = MARK_ANY;
        } else if (piece->text.data[0] == '_') {
            piece->mark = MARK_ONE;
        }
    }
    return true;
}

static void like(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->boolean[i] = matches(c->state, slice_at(c->in[0], i));
    }
}

static void ilike(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->boolean[i] = matches(c->state, text_lower(slice_at(c->in[0], i), c->arena));
    }
}

// A pattern that is none gives NULL.
static void like_of_row(const struct call *c, const struct rows *rows)
{
    const struct like *constant = c->state;
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        bool fold = constant->fold;
        struct slice s = slice_at(c->in[0], i), pattern = slice_at(c->in[1], i);
        struct like p = {0};
        if (!read_pattern(fold ? text_lower(pattern, c->arena) : pattern, constant->escape, c->arena, &p))
            column_set_null(c->out, i);
        else
            c->out->boolean[i] = matches(&p, fold ? text_lower(s, c->arena) : s);
    }
}

static enum status bind_like(struct binding *b, struct error *e)
{
    enum status status = binding_wants(b, (const enum want[]){WANT_STRING, WANT_STRING, WANT_STRING}, 3, e);
    if (status != STATUS_OK)
        return status;
    b->type = type_simple(TYPE_BOOLEAN);
    b->kernel = b->function == &function_like ? like : ilike;
    if (is_null_literal(b->arg[1]))
        return STATUS_OK;
    struct slice text[2] = {{NULL, 0}, SLICE("\\")}; // pattern, escape
    for (uint32_t i = 1; i < b->argc; i++) {
        struct expr *literal = NULL;
        status = expr_cast(b->arena, b->session, b->arg[i], type_simple(TYPE_STRING), &literal, e);
        if (status != STATUS_OK)
            return status;
        if (is_literal(literal))
            text[i - 1] = literal->literal.bytes;
        else if (i == 1)
            b->kernel = like_of_row;
        else
            return binding_not_literal(b, i, e);
    }
    struct slice pattern = text[0], escape = text[1];
    struct like *state = ARENA_NEW(b->arena, struct like);
    state->escape = escape;
    state->fold = b->function == &function_ilike;
    b->state = state;
    if (b->kernel == like_of_row) {
        b->nullable = true;
        return STATUS_OK;
    }
    if (state->fold)
        pattern = text_lower(pattern, b->arena);
    if (!read_pattern(pattern, escape, b->arena, state))
        return error_set(e, STATUS_CONFIG,
                         "[INVALID_FORMAT.ESC_IN_THE_MIDDLE] %s: in the pattern '%.*s' the escape character must stand "
                         "before %%, _ or itself",
                         b->function->name, (int)pattern.size, pattern.data);
    return STATUS_OK;
}

const struct function function_like = {
    .name = "like",
    .min_args = 2,
    .max_args = 3,
    .bind = bind_like,
    .usage = "str LIKE pattern [ESCAPE escape]",
    .summary = "Does the whole string fit the pattern? % is any characters, _ one. LIKE ANY (a, b, ...) and LIKE ALL: "
               "one of them, all.",
    .example = "'Spark' LIKE '_park%'",
    .gives = "true",
};
const struct function function_ilike = {
    .name = "ilike",
    .min_args = 2,
    .max_args = 3,
    .bind = bind_like,
    .usage = "str ILIKE pattern [ESCAPE escape]",
    .summary = "As LIKE, upper and lower case being the same.",
    .example = "'SPARK' ILIKE '_park%'",
    .gives = "true",
};
