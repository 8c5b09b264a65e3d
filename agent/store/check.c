#include "agent/store/check.h"

#include "agent/store/bucket.h"
#include "agent/store/frame.h"
#include "agent/store/meta.h"
#include "agent/store/part.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FINDINGS_SHOWN = 20, PAGE_LEAST = 4096 };

void tallies_free(struct tallies *t)
{
    if (t->memory)
        mem_free(t->memory, t->at, t->room * sizeof *t->at);
    *t = (struct tallies){0};
}

struct tally *tally_of(struct tallies *t, const char *name, size_t size)
{
    for (uint32_t i = t->count; i-- > 0;) { // the last is the likeliest
        if (strlen(t->at[i].name) == size && memcmp(t->at[i].name, name, size) == 0)
            return &t->at[i];
    }
    if (t->count == t->room) {
        uint32_t room = t->room > 0 ? t->room * 2 : 16;
        t->at = mem_resize(t->memory, t->at, t->room * sizeof *t->at, room * sizeof *t->at);
        t->room = room;
    }
    struct tally *made = &t->at[t->count++];
    memset(made, 0, sizeof *made);
    memcpy(made->name, name, size);
    return made;
}

// The part a key belongs to: the database, or what stands before the NUL in a shared one. False: none.
static bool part_of(struct tallies *t, const char *database, struct slice key, struct tally **out, uint32_t *prefix)
{
    if (strncmp(database, "state:", 6) == 0) {
        *prefix = 1;
        *out = tally_of(t, database, strlen(database));
        return true;
    }
    const char *colon = memchr(key.data, ':', key.size), *nul = memchr(key.data, '\0', key.size);
    if (!nul || !colon || colon > nul || nul - key.data > PART_NAME_MAX)
        return false;
    *prefix = (uint32_t)(nul - key.data) + 1;
    *out = tally_of(t, key.data, *prefix - 1);
    return true;
}

bool tally_record(struct tallies *t, const char *database, struct slice key, struct slice record)
{
    struct slice payload, rest, value;
    struct tally *part;
    uint32_t prefix;
    if (key.size == 0 || !frame_open(key, record, &payload))
        return false;
    if (!part_of(t, database, key, &part, &prefix))
        return true;
    if (key.size != BUCKET_AT) {
        part->entries++;
        part->bytes += (uint64_t)key.size - prefix + payload.size;
        return true;
    }
    enum status status;
    while ((status = bucket_next(&payload, &rest, &value)) == STATUS_OK) {
        part->entries++;
        part->bytes += (uint64_t)BUCKET_AT - prefix + rest.size + value.size;
    }
    return status == STATUS_END;
}

struct pass {
    struct env *env;
    struct text *said;
    struct tallies tallies;
    uint64_t records, findings;
};

// The record before: where its key and its value stand.
struct border {
    const char *key, *record;
};

static void found(struct pass *p, const char *database, struct slice key, const char *what)
{
    if (p->findings++ >= FINDINGS_SHOWN)
        return;
    text_printf(p->said, "%s: record ", database);
    for (uint32_t i = 0; i < key.size && i < 40; i++)
        text_printf(p->said, "%02x", (unsigned char)key.data[i]);
    text_printf(p->said, ": %s\n", what);
}

// A branch that is damaged may still lead through all records in order, and yet none to the one that is looked for.
static bool leads_to(struct pass *p, unsigned database, struct slice key, const char *record)
{
    struct slice found;
    return env_get(p->env, database, key, &found, NULL) == STATUS_OK && found.data == record;
}

// At the borders of a page, where what the branches say of it ends.
static bool is_found(struct pass *p, unsigned database, struct slice before, const struct border *b, struct slice key,
                     struct slice record)
{
    if (((uintptr_t)b->key ^ (uintptr_t)key.data) / PAGE_LEAST == 0)
        return true;
    return (before.size == 0 || leads_to(p, database, before, b->record)) && leads_to(p, database, key, record.data);
}

static enum status check_database(struct pass *p, unsigned database, struct error *e)
{
    const char *name = env_database_name(p->env, database);
    struct env_cursor c;
    struct slice key = {0}, record;
    char last[ENV_KEY_MAX];
    struct slice before = {last, 0};
    struct border border = {NULL, NULL};
    enum status status = env_cursor_open(p->env, database, &c, e);
    for (enum env_step step = ENV_FIRST; status == STATUS_OK; step = ENV_NEXT) {
        status = env_cursor_step(&c, step, &key, &record, e);
        if (status != STATUS_OK)
            break;
        p->records++;
        if (key.size > ENV_KEY_MAX || (before.size > 0 && slice_compare(before, key) >= 0))
            found(p, name, key, "not in order");
        else if (!tally_record(&p->tallies, name, key, record))
            found(p, name, key, "damaged (its CRC32C differs)");
        else if (!is_found(p, database, before, &border, key, record))
            found(p, name, key, "not to be found by its key");
        border = (struct border){key.data, record.data};
        before.size = key.size > ENV_KEY_MAX ? 0 : key.size;
        memcpy(last, key.data, before.size);
    }
    env_cursor_close(&c);
    if (status == STATUS_DAMAGED) {
        p->findings++;
        text_printf(p->said, "%s: %s\n", name, e->text);
    }
    return status == STATUS_END || status == STATUS_DAMAGED ? STATUS_OK : status;
}

static enum status compare_count(void *arg, const char *name, uint64_t entries, uint64_t bytes, struct error *e)
{
    (void)e;
    struct pass *p = arg;
    const struct tally *t = tally_of(&p->tallies, name, strlen(name));
    if (t->entries == entries && t->bytes == bytes)
        return STATUS_OK;
    p->findings++;
    text_printf(p->said,
                "%s: %" PRIu64 " entries of %" PRIu64 " bytes, but the last commit counted %" PRIu64 " of %" PRIu64
                "\n",
                name, t->entries, t->bytes, entries, bytes);
    return STATUS_OK;
}

static enum status open_to_check(const struct check *check, struct env **env, struct error *e)
{
    struct env_setup setup = {.directory = check->directory, .read_only = true, .memory = check->memory};
    enum status status = env_open(&setup, env, e);
    if (status == STATUS_OK)
        status = env_discover(*env, e);
    if (status == STATUS_OK) {
        env_database(*env, "meta");
        env_database(*env, "progress");
    }
    return status;
}

static enum status walk_databases(struct pass *p, struct error *e)
{
    enum status status = env_read_begin(p->env, e);
    if (status != STATUS_OK)
        return status;
    for (unsigned i = 0; i < env_database_count(p->env) && status == STATUS_OK; i++)
        status = check_database(p, i, e);
    if (status == STATUS_OK && p->findings == 0)
        status = meta_parts(p->env, compare_count, p, e);
    env_read_end(p->env);
    return status;
}

enum status check_all(void *arg, struct text *said, struct error *e)
{
    const struct check *check = arg;
    struct pass p = {.said = said, .tallies = {.memory = check->memory}};
    struct meta meta;
    struct store_position position;
    enum status status = open_to_check(check, &p.env, e);
    if (status == STATUS_OK)
        status = env_check_pages(p.env, e);
    if (status == STATUS_OK)
        status = meta_read(p.env, &meta, e);
    if (status == STATUS_OK)
        status = walk_databases(&p, e);
    if (status == STATUS_OK && (status = env_read_begin(p.env, e)) == STATUS_OK) {
        status = meta_read_position(p.env, &position, e);
        env_read_end(p.env);
    }
    if (status == STATUS_OK && p.findings > 0)
        status = error_set(e, STATUS_DAMAGED, "%" PRIu64 " of %" PRIu64 " records are damaged", p.findings, p.records);
    if (status == STATUS_OK)
        text_printf(said, "%" PRIu64 " records are sound\n", p.records);
    env_close(p.env);
    tallies_free(&p.tallies);
    return status;
}

static enum status nothing(void *arg, const char *name, uint64_t entries, uint64_t bytes, struct error *e)
{
    (void)arg, (void)name, (void)entries, (void)bytes, (void)e;
    return STATUS_OK;
}

enum status check_head(void *arg, struct text *said, struct error *e)
{
    struct env *env = NULL;
    struct meta meta;
    struct store_position position;
    enum status status = open_to_check(arg, &env, e);
    if (status == STATUS_OK)
        status = meta_read(env, &meta, e);
    if (status == STATUS_OK && (status = env_read_begin(env, e)) == STATUS_OK) {
        status = meta_read_position(env, &position, e);
        if (status == STATUS_OK)
            status = meta_parts(env, nothing, NULL, e);
        if (status == STATUS_OK)
            status = progress_read(env, 1, said, e);
        env_read_end(env);
    }
    env_close(env);
    return status;
}
