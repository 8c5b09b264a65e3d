#include "ops/zone.h"

#include "ops/datetime.h"
#include "ops/zone_rule.h"

#include <assert.h>

enum { OFFSET_MAX = 18 * 3600, NAME_MAX_BYTES = 64 };

struct zone_type {
    int32_t offset;
    struct slice abbreviation;
};

struct zone {
    struct slice name;
    struct zone_type fixed; // in force when there are no types
    uint32_t types, transitions;
    const struct zone_type *type; // type[0] is in force before the first transition
    const int64_t *at;            // seconds, ascending
    const uint8_t *becomes;       // type at and after at[i]
    bool has_rule;                // what holds after the last transition
    struct zone_rule rule;
};

const struct zone zone_utc = {.name = {"UTC", 3}, .fixed = {0, {"UTC", 3}}};

struct slice zone_name(const struct zone *z)
{
    return z->name;
}

// The number of transitions at or before t.
static uint32_t transitions_until(const struct zone *z, int64_t t)
{
    uint32_t low = 0, high = z->transitions;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (z->at[middle] <= t)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const struct zone_type *table_type(const struct zone *z, uint32_t passed)
{
    return passed ? &z->type[z->becomes[passed - 1]] : &z->type[0];
}

int32_t zone_offset(const struct zone *z, int64_t utc_seconds)
{
    if (z->types == 0)
        return z->fixed.offset;
    uint32_t passed = transitions_until(z, utc_seconds);
    if (passed == z->transitions && z->has_rule)
        return zone_rule_at(&z->rule, utc_seconds)->offset;
    return table_type(z, passed)->offset;
}

struct slice zone_abbreviation(const struct zone *z, int64_t utc_seconds)
{
    if (z->types == 0)
        return z->fixed.abbreviation;
    uint32_t passed = transitions_until(z, utc_seconds);
    if (passed == z->transitions && z->has_rule)
        return zone_rule_at(&z->rule, utc_seconds)->abbreviation;
    struct slice name = table_type(z, passed)->abbreviation;
    // Java has no name for local mean time.
    return z->has_rule && slice_equal(name, SLICE("LMT")) ? z->rule.standard.abbreviation : name;
}

// Of a transition at `t` that changes the offset, the first local second that is surely behind it: behind the gap, or
// behind the overlap's first passing.
static int64_t local_end(int64_t t, int32_t before, int32_t after)
{
    return t + (before > after ? before : after);
}

// A local time belongs to the offset before the first transition it does not lie behind: in an overlap that is the
// earlier offset, in a gap it moves the time later by the gap.
int64_t zone_to_utc(const struct zone *z, int64_t local_seconds)
{
    if (z->types == 0)
        return local_seconds - z->fixed.offset;
    uint32_t low = 0, high = z->transitions;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int32_t before = table_type(z, middle)->offset, after = table_type(z, middle + 1)->offset;
        if (local_end(z->at[middle], before, after) <= local_seconds)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < z->transitions || !z->has_rule)
        return local_seconds - table_type(z, low)->offset;
    int64_t last = z->transitions ? z->at[z->transitions - 1] : INT64_MIN;
    int64_t year = civil_from_days(floor_divide(local_seconds, SECONDS_PER_DAY)).year;
    int32_t before = 0;
    for (int64_t y = year - 1; y <= year + 1; y++) {
        struct zone_change change[2];
        uint32_t changes = zone_rule_changes(&z->rule, y, change);
        for (uint32_t i = 0; i < changes; i++) {
            before = change[i].before;
            if (change[i].at > last && local_seconds < local_end(change[i].at, before, change[i].after))
                return local_seconds - before;
            before = change[i].after;
        }
        if (changes == 0)
            before = z->rule.standard.offset;
    }
    return local_seconds - before;
}

// -- names --

static bool digit_pair(const char *at, int32_t *v)
{
    if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
        return false;
    *v = (at[0] - '0') * 10 + (at[1] - '0');
    return true;
}

// ZoneOffset.of: Z, +h, +hh, +hhmm, +hh:mm, +hhmmss, +hh:mm:ss.
static bool parse_offset(struct slice s, int32_t *seconds)
{
    *seconds = 0;
    if (s.size == 1)
        return s.data[0] == 'Z';
    if (s.size < 2 || s.size > 9 || (s.data[0] != '+' && s.data[0] != '-'))
        return false;
    const char *at = s.data + 1;
    int32_t h = 0, m = 0, sec = 0;
    bool ok;
    switch (s.size) {
    case 2:
        ok = *at >= '0' && *at <= '9';
        h = *at - '0';
        break;
    case 3:
        ok = digit_pair(at, &h);
        break;
    case 5:
        ok = digit_pair(at, &h) && digit_pair(at + 2, &m);
        break;
    case 6:
        ok = digit_pair(at, &h) && at[2] == ':' && digit_pair(at + 3, &m);
        break;
    case 7:
        ok = digit_pair(at, &h) && digit_pair(at + 2, &m) && digit_pair(at + 4, &sec);
        break;
    case 9:
        ok = digit_pair(at, &h) && at[2] == ':' && digit_pair(at + 3, &m) && at[5] == ':' && digit_pair(at + 6, &sec);
        break;
    default:
        ok = false;
    }
    int32_t total = h * 3600 + m * 60 + sec;
    if (!ok || m > 59 || sec > 59 || total > OFFSET_MAX)
        return false;
    *seconds = s.data[0] == '-' ? -total : total;
    return true;
}

// Spark still takes "+h:mm" and "+hh:m" (SparkDateTimeUtils.getZoneId). `to` has NAME_MAX_BYTES.
static bool widen(struct slice name, char *to, struct slice *out)
{
    if (name.size == 0 || name.size > NAME_MAX_BYTES - 2)
        return false;
    memcpy(to, name.data, name.size);
    uint32_t size = name.size;
    for (uint32_t i = 0; i + 2 < size; i++)
        if ((to[i] == '+' || to[i] == '-') && to[i + 1] >= '0' && to[i + 1] <= '9' && to[i + 2] == ':') {
            memmove(to + i + 2, to + i + 1, size - i - 1);
            to[i + 1] = '0';
            size++;
            break;
        }
    if (size >= 5) {
        const char *tail = to + size - 5;
        int32_t hour;
        if ((tail[0] == '+' || tail[0] == '-') && digit_pair(tail + 1, &hour) && tail[3] == ':' && tail[4] >= '0' &&
            tail[4] <= '9') {
            to[size] = to[size - 1];
            to[size - 1] = '0';
            size++;
        }
    }
    *out = (struct slice){to, size};
    return true;
}

// java.time.ZoneId.SHORT_IDS
static const char *const short_ids[][2] = {
    {"ACT", "Australia/Darwin"},
    {"AET", "Australia/Sydney"},
    {"AGT", "America/Argentina/Buenos_Aires"},
    {"ART", "Africa/Cairo"},
    {"AST", "America/Anchorage"},
    {"BET", "America/Sao_Paulo"},
    {"BST", "Asia/Dhaka"},
    {"CAT", "Africa/Harare"},
    {"CNT", "America/St_Johns"},
    {"CST", "America/Chicago"},
    {"CTT", "Asia/Shanghai"},
    {"EAT", "Africa/Addis_Ababa"},
    {"ECT", "Europe/Paris"},
    {"EST", "-05:00"},
    {"HST", "-10:00"},
    {"IET", "America/Indiana/Indianapolis"},
    {"IST", "Asia/Kolkata"},
    {"JST", "Asia/Tokyo"},
    {"MIT", "Pacific/Apia"},
    {"MST", "-07:00"},
    {"NET", "Asia/Yerevan"},
    {"NST", "Pacific/Auckland"},
    {"PLT", "Asia/Karachi"},
    {"PNT", "America/Phoenix"},
    {"PRT", "America/Puerto_Rico"},
    {"PST", "America/Los_Angeles"},
    {"SST", "Pacific/Guadalcanal"},
    {"VST", "Asia/Ho_Chi_Minh"},
};

static struct slice long_name(struct slice name)
{
    if (name.size == 3)
        for (size_t i = 0; i < sizeof short_ids / sizeof *short_ids; i++)
            if (memcmp(name.data, short_ids[i][0], 3) == 0)
                return slice_of(short_ids[i][1]);
    return name;
}

static bool starts_with(struct slice s, const char *prefix)
{
    size_t size = strlen(prefix);
    return s.size >= size && memcmp(s.data, prefix, size) == 0;
}

// Region names: letters first, then those of ZoneRegion; none of the files of a zoneinfo directory that are no zones.
static bool is_region(struct slice s)
{
    if (s.size < 2 || starts_with(s, "posix") || starts_with(s, "right/") || slice_equal(s, SLICE("localtime")) ||
        slice_equal(s, SLICE("Factory")) || slice_equal(s, SLICE("ROC")))
        return false;
    for (uint32_t i = 0; i < s.size; i++) {
        char c = s.data[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool other = (c >= '0' && c <= '9') || c == '~' || c == '/' || c == '_' || c == '+' || c == '-';
        if (!letter && (i == 0 || !other))
            return false;
    }
    return true;
}

// ZoneId.of: a fixed offset (and the length of the prefix before it), else STATUS_AGAIN: look the region up.
static enum status parse_name(struct slice s, uint32_t *prefix, int32_t *seconds)
{
    *prefix = 0;
    *seconds = 0;
    if (s.size <= 1 || s.data[0] == '+' || s.data[0] == '-')
        return parse_offset(s, seconds) ? STATUS_OK : STATUS_END;
    if (starts_with(s, "UTC") || starts_with(s, "GMT"))
        *prefix = 3;
    else if (starts_with(s, "UT"))
        *prefix = 2;
    if (*prefix == s.size)
        return STATUS_OK;
    if (*prefix && (s.data[*prefix] == '+' || s.data[*prefix] == '-')) {
        struct slice offset = {s.data + *prefix, s.size - *prefix};
        return parse_offset(offset, seconds) ? STATUS_OK : STATUS_END;
    }
    return is_region(s) ? STATUS_AGAIN : STATUS_END;
}

bool zone_resolve(struct slice name, const struct zones *zones, const struct zone **named, int32_t *seconds)
{
    char buffer[NAME_MAX_BYTES];
    uint32_t prefix;
    *named = NULL;
    if (!widen(name, buffer, &name))
        return false;
    name = long_name(name);
    enum status status = parse_name(name, &prefix, seconds);
    if (status == STATUS_AGAIN && zones)
        *named = zones->find(zones->self, name);
    return status == STATUS_OK || *named != NULL;
}

const struct zone *zone_region(struct slice name, const struct zones *zones)
{
    static const char *const left_out[] = {"EST", "HST", "MST"};
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
        if (slice_equal(name, slice_of(left_out[i])))
            return NULL;
    return is_region(name) ? zones->find(zones->self, name) : NULL;
}

static struct zone *make_fixed(struct slice prefix, int32_t seconds, struct arena *arena)
{
    struct zone *z = ARENA_NEW(arena, struct zone);
    int32_t magnitude = seconds < 0 ? -seconds : seconds;
    char text[NAME_MAX_BYTES];
    struct slice id = {text, 0};
    if (seconds == 0) {
        text[id.size++] = 'Z';
    } else {
        int32_t part[3] = {magnitude / 3600, magnitude / 60 % 60, magnitude % 60};
        text[id.size++] = seconds < 0 ? '-' : '+';
        for (int i = 0; i < 3 && (i < 2 || part[2]); i++) {
            if (i)
                text[id.size++] = ':';
            text[id.size++] = (char)('0' + part[i] / 10);
            text[id.size++] = (char)('0' + part[i] % 10);
        }
    }
    if (seconds == 0 && prefix.size)
        id = (struct slice){arena_copy(arena, prefix.data, prefix.size), prefix.size};
    else
        id = (struct slice){arena_printf(arena, "%.*s%.*s", (int)prefix.size, prefix.data, (int)id.size, id.data),
                            prefix.size + id.size};
    z->name = id;
    z->fixed = (struct zone_type){seconds, id};
    return z;
}

const struct zone *zone_fixed(int32_t seconds, struct arena *arena)
{
    assert(seconds >= -OFFSET_MAX && seconds <= OFFSET_MAX);
    return make_fixed((struct slice){"", 0}, seconds, arena);
}

const struct zone *zone_lookup(struct slice name, const struct zones *zones, struct arena *arena)
{
    char buffer[NAME_MAX_BYTES];
    uint32_t prefix;
    int32_t seconds;
    if (!widen(name, buffer, &name))
        return NULL;
    name = long_name(name);
    switch (parse_name(name, &prefix, &seconds)) {
    case STATUS_OK:
        if (seconds == 0 && slice_equal(name, SLICE("UTC")))
            return &zone_utc;
        return make_fixed((struct slice){name.data, prefix}, seconds, arena);
    case STATUS_AGAIN:
        return zones ? zones->find(zones->self, name) : NULL;
    default:
        return NULL;
    }
}

// -- TZif --

struct reader {
    const unsigned char *at, *end;
};

struct tzif_header {
    uint32_t utc, standard, leaps, transitions, types, characters;
};

enum { HEADER_BYTES = 44, TYPE_BYTES = 6, LEAP_BYTES = 8 };

static uint32_t big32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool read_header(struct reader *r, struct tzif_header *h)
{
    if (r->end - r->at < HEADER_BYTES || memcmp(r->at, "TZif", 4) != 0 || r->at[4] < '2')
        return false;
    const unsigned char *p = r->at + 20;
    *h = (struct tzif_header){big32(p), big32(p + 4), big32(p + 8), big32(p + 12), big32(p + 16), big32(p + 20)};
    r->at += HEADER_BYTES;
    const uint32_t most = 100000;
    return h->utc < most && h->standard < most && h->leaps < most && h->transitions < most && h->types <= 256 &&
           h->characters < most;
}

static uint32_t body_bytes(const struct tzif_header *h, uint32_t time_bytes)
{
    return h->transitions * (time_bytes + 1) + h->types * TYPE_BYTES + h->characters +
           h->leaps * (time_bytes + LEAP_BYTES - 4) + h->standard + h->utc;
}

static bool read_body(struct zone *z, struct reader *r, const struct tzif_header *h, struct arena *arena)
{
    if (h->types == 0 || r->end - r->at < (int64_t)body_bytes(h, 8))
        return false;
    const unsigned char *index = r->at + (size_t)h->transitions * 8, *types = index + h->transitions;
    const char *characters = arena_copy(arena, types + (size_t)h->types * TYPE_BYTES, h->characters);
    struct zone_type *type = ARENA_ARRAY(arena, struct zone_type, h->types);
    for (uint32_t i = 0; i < h->types; i++) {
        const unsigned char *p = types + (size_t)i * TYPE_BYTES;
        uint32_t offset = big32(p);
        memcpy(&type[i].offset, &offset, sizeof offset);
        if (p[5] > h->characters || type[i].offset < -OFFSET_MAX || type[i].offset > OFFSET_MAX)
            return false;
        type[i].abbreviation = slice_of(characters + p[5]);
    }
    int64_t *at = ARENA_ARRAY(arena, int64_t, h->transitions);
    for (uint32_t i = 0; i < h->transitions; i++) {
        uint64_t t = (uint64_t)big32(r->at + (size_t)i * 8) << 32 | big32(r->at + (size_t)i * 8 + 4);
        memcpy(&at[i], &t, sizeof t);
        if (index[i] >= h->types || (i && at[i] <= at[i - 1]))
            return false;
    }
    z->types = h->types;
    z->type = type;
    z->transitions = h->transitions;
    z->at = at;
    z->becomes = (const uint8_t *)arena_copy(arena, index, h->transitions);
    r->at += body_bytes(h, 8);
    return true;
}

static bool read_footer(struct zone *z, struct reader *r, struct arena *arena)
{
    if (r->at == r->end || *r->at++ != '\n')
        return false;
    const unsigned char *from = r->at;
    while (r->at < r->end && *r->at != '\n')
        r->at++;
    if (r->at == r->end)
        return false;
    struct slice text = {(const char *)from, (uint32_t)(r->at - from)};
    text.data = arena_copy(arena, text.data, text.size);
    z->has_rule = text.size > 0;
    return !z->has_rule || zone_rule_parse(text, &z->rule);
}

enum status zone_parse(struct slice tzif, struct slice name, struct arena *arena, const struct zone **out,
                       struct error *e)
{
    struct reader r = {(const unsigned char *)tzif.data, (const unsigned char *)tzif.data + tzif.size};
    struct tzif_header h;
    struct zone *z = ARENA_NEW(arena, struct zone);
    z->name = (struct slice){arena_copy(arena, name.data, name.size), name.size};
    bool ok = tzif.size > 0 && read_header(&r, &h) && r.end - r.at >= (int64_t)body_bytes(&h, 4);
    if (ok) {
        r.at += body_bytes(&h, 4); // the block of 32-bit times
        ok = read_header(&r, &h) && read_body(z, &r, &h, arena) && read_footer(z, &r, arena);
    }
    if (!ok)
        return error_set(e, STATUS_DAMAGED, "time zone %.*s: its table is no TZif file of version 2 or later",
                         (int)name.size, name.data);
    *out = z;
    return STATUS_OK;
}
