#include "agent/store/check.h"
#include "agent/store/guard.h"
#include "agent/store/inside.h"
#include "ops/endian.h"

#include <inttypes.h>
#include <time.h>

enum { PROGRESS_SHOWN = 3 };

static void append_time(struct text *out, const char *label, int64_t micros)
{
    time_t seconds = (time_t)(micros / 1000000 - (micros % 1000000 < 0));
    struct tm t;
    char words[64];
    if (!gmtime_r(&seconds, &t) || strftime(words, sizeof words, "%Y-%m-%d %H:%M:%S", &t) == 0)
        return;
    text_printf(out, "%-12s %s.%03d UTC\n", label, words, (int)((micros - (int64_t)seconds * 1000000) / 1000));
}

static enum status show_part(void *arg, const char *name, uint64_t entries, uint64_t bytes, struct error *e)
{
    (void)e;
    text_printf(arg, "  %-30s %12" PRIu64 " entries %14" PRIu64 " bytes\n", name, entries, bytes);
    return STATUS_OK;
}

static void show_position(const struct store *s, struct text *out)
{
    const struct store_position *p = &s->position;
    if (!p->any) {
        text_string(out, "batch        none yet\n");
        return;
    }
    text_printf(out, "batch        %" PRId64 "\n", p->batch);
    append_time(out, "committed", p->committed_at);
    if (p->watermark > INT64_MIN && p->watermark != 0)
        append_time(out, "watermark", p->watermark);
    else
        text_string(out, "watermark    none\n");
    text_printf(out, "next seq     %" PRIu64 "\n", p->next_seq);
}

enum status store_parts(struct store *s,
                        enum status (*visit)(void *arg, const char *name, uint64_t entries, uint64_t bytes,
                                             struct error *e),
                        void *arg, struct error *e)
{
    enum status status = env_read_begin(s->env, e);
    if (status != STATUS_OK)
        return status;
    status = meta_parts(s->env, visit, arg, e);
    env_read_end(s->env);
    return status;
}

static enum visit show_cursor(void *visitor, struct slice sink, struct slice place)
{
    if (place.size >= 8)
        text_printf(visitor, "  %-30.*s acknowledged up to seq %" PRIu64 "\n", (int)sink.size, sink.data,
                    load_big(place.data, 8));
    return VISIT_NEXT;
}

static enum status show_cursors(struct store *s, struct text *out, struct error *e)
{
    struct part *cursors = store_part(s, "cursors:log", e);
    if (!cursors)
        return STATUS_FAILED;
    if (state_count(&cursors->state) == 0)
        return STATUS_OK;
    text_string(out, "sinks\n");
    return state_scan(&cursors->state, (struct slice){0}, show_cursor, out, e);
}

enum status store_show(struct store *s, struct text *out, struct error *e)
{
    struct env_usage usage = {0};
    text_printf(out,
                "checkpoint   %s\nquery        %s\ndevice       %s\nepoch        %s\nformat       %" PRIu32
                ", written by %s\n",
                s->directory, s->meta.query, s->meta.device, s->meta.epoch, s->meta.format, s->meta.build);
    if (s->read_only && s->lock.file >= 0)
        text_printf(out, "stopped      %s\n", s->lock.clean ? "cleanly" : "uncleanly: the next start checks it");
    show_position(s, out);
    enum status status = env_usage(s->env, &usage, e);
    if (status != STATUS_OK)
        return status;
    text_printf(out, "size         %" PRIu64 " bytes, %" PRIu64 " of them in use\nparts\n", usage.file, usage.used);
    status = env_read_begin(s->env, e);
    if (status != STATUS_OK)
        return status;
    status = meta_parts(s->env, show_part, out, e);
    if (status == STATUS_OK) {
        text_string(out, "last batches\n");
        status = progress_read(s->env, PROGRESS_SHOWN, out, e);
    }
    env_read_end(s->env);
    return status == STATUS_OK ? show_cursors(s, out, e) : status;
}

enum status store_check(struct store *s, struct text *out, struct error *e)
{
    struct check check = {.directory = s->directory, .memory = s->memory};
    enum status status = guard_run(check_all, &check, 0, s->lock.file, out, e);
    if (status == STATUS_DAMAGED)
        error_prefix(e, "%s is damaged", s->directory);
    return status;
}
