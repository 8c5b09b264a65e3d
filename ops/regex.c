#include "ops/regex.h"

#include "ops/regex_java.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum {
    MATCH_STEPS = 1000000,   // match() calls a match may take: about 20 ms
    MATCH_HEAP_KIB = 4096,   // and the backtracking memory
    PATTERN_MAX = 16 * 1024, // bytes
    SHOWN_MAX = 400,         // of those, in a message
};

struct regex {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *limits;
    uint32_t groups;
    bool utf;
};

static void *give(size_t size, void *arena)
{
    return arena_alloc(arena, size);
}

static void take(void *p, void *arena) // the arena takes all back at once
{
    (void)p;
    (void)arena;
}

// Reads one character of a plain text in a pattern; false: it means something else.
static bool read_plain(struct slice pattern, uint32_t *i, char *out)
{
    char c = pattern.data[(*i)++];
    if (strchr(".$|()[{^?*+", c) && c != '\0')
        return false;
    if (c == '\\') {
        if (*i == pattern.size)
            return false;
        c = pattern.data[(*i)++];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter || (unsigned char)c >= 0x80)
            return false;
    }
    *out = c;
    return true;
}

bool regex_is_plain(struct slice pattern, struct arena *arena, struct slice *plain)
{
    char *to = arena_alloc(arena, pattern.size + 1);
    uint32_t size = 0;
    for (uint32_t i = 0; i < pattern.size;)
        if (!read_plain(pattern, &i, &to[size++]))
            return false;
    *plain = (struct slice){to, size};
    return true;
}

// The pattern in PCRE2's words, compiled in `arena`; `scratch` is for the words.
static enum status compile(struct slice pattern, struct arena *scratch, pcre2_compile_context *context,
                           pcre2_code **out, struct error *e)
{
    struct slice words;
    enum status status = regex_from_java(pattern, scratch, &words, e);
    if (status != STATUS_OK)
        return status;
    // Bytes that are no UTF-8 match nothing but themselves: PCRE2_MATCH_INVALID_UTF.
    uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
    int code;
    PCRE2_SIZE place;
    *out = pcre2_compile((PCRE2_SPTR)words.data, words.size, options, &code, &place, context);
    if (*out)
        return STATUS_OK;
    char why[120];
    pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof(why));
    return error_set(e, STATUS_CONFIG, "[INVALID_PARAMETER_VALUE.PATTERN] '%.*s': %s",
                     (int)(pattern.size < SHOWN_MAX ? pattern.size : SHOWN_MAX), pattern.data, why);
}

enum status regex_compile(struct slice pattern, struct arena *arena, struct regex **out, struct error *e)
{
    if (pattern.size > PATTERN_MAX)
        return error_set(e, STATUS_CONFIG, "[INVALID_PARAMETER_VALUE.PATTERN] the pattern is longer than %d bytes",
                         PATTERN_MAX);
    struct regex *r = ARENA_NEW(arena, struct regex);
    pcre2_general_context *memory = pcre2_general_context_create(give, take, arena);
    pcre2_compile_context *context = pcre2_compile_context_create(memory);
    struct arena scratch;
    arena_init(&scratch, arena->memory, 4096);
    enum status status = compile(pattern, &scratch, context, &r->code, e);
    arena_free(&scratch);
    if (status != STATUS_OK)
        return status;
    pcre2_pattern_info(r->code, PCRE2_INFO_CAPTURECOUNT, &r->groups);
    r->match = pcre2_match_data_create_from_pattern(r->code, memory);
    r->limits = pcre2_match_context_create(memory);
    pcre2_set_match_limit(r->limits, MATCH_STEPS);
    pcre2_set_heap_limit(r->limits, MATCH_HEAP_KIB);
    *out = r;
    return STATUS_OK;
}

bool regex_find(struct regex *r, struct slice s, uint32_t from, struct regex_match *groups, uint32_t group_count)
{
    int found = pcre2_match(r->code, (PCRE2_SPTR)(s.data ? s.data : ""), s.size, from, 0, r->match, r->limits);
    if (found <= 0)
        return false;
    const PCRE2_SIZE *places = pcre2_get_ovector_pointer(r->match);
    for (uint32_t i = 0; i < group_count; i++) {
        bool there = i <= r->groups && places[2 * i] != PCRE2_UNSET;
        groups[i].from = there ? (uint32_t)places[2 * i] : UINT32_MAX;
        groups[i].to = there ? (uint32_t)places[2 * i + 1] : UINT32_MAX;
    }
    return true;
}

uint32_t regex_groups(const struct regex *r)
{
    return r->groups;
}
