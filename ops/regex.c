#include "ops/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum {
    MATCH_STEPS = 1000000,   // match() calls a match may take: about 20 ms
    MATCH_HEAP_KIB = 4096,   // and the backtracking memory
    PATTERN_MAX = 16 * 1024, // bytes
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

// {Alpha} is ASCII to Java and any alphabet to PCRE2, {IsLatin} and {javaLowerCase} are Java's own; {L} and {Nd} agree.
static bool names_a_property(struct slice p, uint32_t i)
{
    uint32_t size = 0;
    if (i == p.size || p.data[i] != '{')
        return false;
    while (i + 1 + size < p.size && p.data[i + 1 + size] != '}')
        size++;
    return size > 2;
}

// What Java and PCRE2 read differently: class intersection and union, blocks, java properties, and PCRE2 escapes that
// Java has not. Found by looking, so that nothing is answered wrongly.
static const char *read_differently(struct slice p)
{
    uint32_t depth = 0;
    for (uint32_t i = 0; i < p.size; i++) {
        if (p.data[i] == '\\' && i + 1 < p.size) {
            char c = p.data[++i];
            if ((c == 'p' || c == 'P') && names_a_property(p, i + 1))
                return "\\p{..} of more than a category such as L or Nd";
            if (c == 'N' || c == 'G' || c == 'K' || c == 'C' || c == 'g')
                return "\\N, \\G, \\K, \\C or \\g";
            continue;
        }
        if (p.data[i] == '[' && depth++ > 0)
            return "a class inside a class";
        if (p.data[i] == ']' && depth > 0)
            depth--;
        if (depth > 0 && p.data[i] == '&' && i + 1 < p.size && p.data[i + 1] == '&')
            return "&& inside a class";
        if (p.data[i] == '(' && i + 1 < p.size && p.data[i + 1] == '*')
            return "(*VERB)";
    }
    return NULL;
}

enum status regex_compile(struct slice pattern, struct arena *arena, struct regex **out, struct error *e)
{
    if (pattern.size > PATTERN_MAX)
        return error_set(e, STATUS_CONFIG, "[INVALID_PARAMETER_VALUE.PATTERN] the pattern is longer than %d bytes",
                         PATTERN_MAX);
    const char *different = read_differently(pattern);
    if (different)
        return error_set(e, STATUS_CONFIG,
                         "[INVALID_PARAMETER_VALUE.PATTERN] '%.*s': %s means something else in Java's regular "
                         "expressions and is not supported",
                         (int)pattern.size, pattern.data, different);
    struct regex *r = ARENA_NEW(arena, struct regex);
    pcre2_general_context *memory = pcre2_general_context_create(give, take, arena);
    pcre2_compile_context *context = pcre2_compile_context_create(memory);
    pcre2_set_newline(context, PCRE2_NEWLINE_ANY);
    pcre2_set_compile_extra_options(context, PCRE2_EXTRA_ALT_BSUX);
    // Bytes that are no UTF-8 match nothing but themselves: PCRE2_MATCH_INVALID_UTF.
    uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
    int code;
    PCRE2_SIZE place;
    r->code = pcre2_compile((PCRE2_SPTR)pattern.data, pattern.size, options, &code, &place, context);
    if (!r->code) {
        char words[120];
        pcre2_get_error_message(code, (PCRE2_UCHAR *)words, sizeof(words));
        return error_set(e, STATUS_CONFIG, "[INVALID_PARAMETER_VALUE.PATTERN] '%.*s': %s, at character %u",
                         (int)pattern.size, pattern.data, words, (unsigned)place + 1);
    }
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
