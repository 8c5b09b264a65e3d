#include "agent/store/walk.h"

#include "agent/store/bucket.h"

static struct slice without(struct slice s, uint32_t bytes)
{
    return (struct slice){s.data + bytes, s.size - bytes};
}

static enum status take_item(struct walk *w, struct error *e)
{
    struct slice rest;
    enum status status = bucket_next(&w->bucket, &rest, &w->value);
    if (status == STATUS_END)
        return STATUS_END;
    if (status != STATUS_OK)
        return part_damaged(w->part, text_view(&w->long_key), e);
    w->long_key.size = BUCKET_AT;
    text_slice(&w->long_key, rest);
    w->key = without(text_view(&w->long_key), w->part->prefix_size);
    w->valid = true;
    return STATUS_OK;
}

static enum status take_record(struct walk *w, struct slice key, struct slice record, struct error *e)
{
    const struct part *p = w->part;
    struct slice payload;
    if (key.size < p->prefix_size || memcmp(key.data, p->prefix, p->prefix_size) != 0)
        return STATUS_OK; // the next part of a shared database: the end of ours
    if (!frame_open(key, record, &payload))
        return part_damaged(w->part, key, e);
    if (key.size == BUCKET_AT) {
        text_clear(&w->long_key);
        text_slice(&w->long_key, key);
        w->bucket = payload;
        return take_item(w, e);
    }
    w->key = without(key, p->prefix_size);
    w->value = payload;
    w->valid = true;
    return STATUS_OK;
}

static enum status move(struct walk *w, enum env_step step, struct slice key, struct error *e)
{
    struct slice record;
    w->valid = false;
    enum status status = env_cursor_step(&w->cursor, step, &key, &record, e);
    if (status == STATUS_OK)
        status = take_record(w, key, record, e);
    w->part->parts->damaged = w->part->parts->damaged || status == STATUS_DAMAGED;
    return status == STATUS_END ? STATUS_OK : status;
}

enum status walk_next(struct walk *w, struct error *e)
{
    w->valid = false;
    if (w->bucket.size > 0)
        return take_item(w, e);
    return move(w, ENV_NEXT, (struct slice){0}, e);
}

enum status walk_open(struct walk *w, struct part *p, struct slice from, struct error *e)
{
    *w = (struct walk){.part = p};
    text_init(&w->long_key, p->parts->memory);
    if (p->emptied)
        return STATUS_OK;
    enum status status = env_cursor_open(p->parts->env, p->database, &w->cursor, e);
    if (status == STATUS_OK)
        status = move(w, ENV_AT_OR_AFTER, bucket_key(part_full_key(p, from)), e);
    while (status == STATUS_OK && w->valid && slice_compare(w->key, from) < 0)
        status = walk_next(w, e);
    return status;
}

void walk_close(struct walk *w)
{
    env_cursor_close(&w->cursor);
    text_free(&w->long_key);
}
