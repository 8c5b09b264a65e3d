#include "agent/store/salvage.h"

#include "agent/store/env.h"
#include "agent/store/frame.h"
#include "agent/store/guard.h"
#include "ops/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// A damaged tree is walked from its beginning up to where that ends, then from its end back to there.
// What comes through the pipe: key size (4), record size (4), key, record. No key: a record that was damaged, or, with
// size LAST_WORD, the end.
enum { HEAD = 8, RECORD_MOST = 1 << 30, SILENCE_MS = 60000, LAST_WORD = 1 };

struct reader {
    const struct salvage *salvage;
    const char *database;
    bool names;    // the database of the names: its records have no frame
    bool backward; // from the end, until `last`
    bool whole;    // it came to the end
    struct text last;
};

static bool put_all(int out, const void *bytes, size_t count)
{
    const char *at = bytes;
    while (count > 0) {
        ssize_t done = write(out, at, count); // a page beyond the file's end is an error here, not a signal
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        at += done;
        count -= (size_t)done;
    }
    return true;
}

static bool pass_on(const struct reader *r, int out, struct slice key, struct slice record)
{
    struct slice payload;
    char head[HEAD];
    bool sound = key.size > 0 && key.size <= ENV_KEY_MAX && (r->names || frame_open(key, record, &payload));
    put_u32(head, sound ? key.size : 0);
    put_u32(head + 4, sound && !r->names ? record.size : 0);
    if (!put_all(out, head, HEAD) || !sound)
        return !sound;
    return put_all(out, key.data, key.size) && (r->names || put_all(out, record.data, record.size));
}

// In the child. True: it came to the end.
static bool read_all(const struct reader *r, int out)
{
    struct env_setup setup = {.directory = r->salvage->directory, .read_only = true, .memory = r->salvage->memory};
    struct env *env;
    struct env_cursor c;
    struct slice key = {0}, record, before;
    char last[ENV_KEY_MAX];
    uint32_t last_size = 0;
    if (env_open(&setup, &env, NULL) != STATUS_OK)
        return false;
    unsigned database = env_database(env, r->database);
    if (env_read_begin(env, NULL) != STATUS_OK || env_cursor_open(env, database, &c, NULL) != STATUS_OK)
        return false;
    enum status status = env_cursor_step(&c, r->backward ? ENV_LAST : ENV_FIRST, &key, &record, NULL);
    while (status == STATUS_OK) {
        if (r->backward && r->last.size > 0 && slice_compare(key, text_view(&r->last)) <= 0)
            return true;
        // A branch that leads elsewhere: what stands there may be old, or another database's.
        before = (struct slice){last, last_size};
        if (last_size > 0 && (r->backward ? slice_compare(before, key) <= 0 : slice_compare(before, key) >= 0))
            return false;
        if (!pass_on(r, out, key, record))
            return false;
        last_size = key.size <= ENV_KEY_MAX ? key.size : 0;
        memcpy(last, key.data, last_size);
        status = env_cursor_step(&c, r->backward ? ENV_PREVIOUS : ENV_NEXT, &key, &record, NULL);
    }
    return status == STATUS_END;
}

static void child(const struct reader *r, int out)
{
    guard_in_child();
    char head[HEAD];
    put_u32(head, 0);
    put_u32(head + 4, LAST_WORD);
    _exit(read_all(r, out) && put_all(out, head, HEAD) ? 0 : 1);
}

// False: the child ended in the middle, or was silent too long.
static bool get_all(int in, char *to, size_t count)
{
    while (count > 0) {
        struct pollfd p = {.fd = in, .events = POLLIN};
        int ready = poll(&p, 1, SILENCE_MS);
        if (ready < 0 && errno == EINTR)
            continue;
        ssize_t got = ready > 0 ? read(in, to, count) : 0;
        if (got <= 0)
            return false;
        to += got;
        count -= (size_t)got;
    }
    return true;
}

static enum status take_records(struct salvage *s, struct reader *r, int in, struct error *e)
{
    char head[HEAD], key[ENV_KEY_MAX];
    struct text record;
    enum status status = STATUS_OK;
    text_init(&record, s->memory);
    while (status == STATUS_OK && get_all(in, head, HEAD)) {
        uint32_t key_size = get_u32(head), size = get_u32(head + 4);
        r->whole = key_size == 0 && size == LAST_WORD;
        s->bad += key_size == 0 && !r->whole;
        if (key_size == 0)
            continue;
        if (key_size > ENV_KEY_MAX || size > RECORD_MOST)
            break;
        text_clear(&record);
        text_reserve(&record, size);
        if (!get_all(in, key, key_size) || !get_all(in, record.data, size))
            break;
        record.size = size;
        if (!r->backward) {
            text_clear(&r->last);
            text_bytes(&r->last, key, key_size);
        }
        status = s->record(s->arg, r->database, (struct slice){key, key_size}, text_view(&record), e);
    }
    text_free(&record);
    return status;
}

// One walk in one direction.
static enum status walk(struct salvage *s, struct reader *r, struct error *e)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set(e, STATUS_FAILED, "no pipe for a child process: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        if (s->close_in_child >= 0)
            close(s->close_in_child);
        child(r, ends[1]);
    }
    close(ends[1]);
    enum status status = STATUS_OK;
    if (pid < 0)
        status = error_set(e, STATUS_FAILED, "no child process: %s", strerror(errno));
    else
        status = take_records(s, r, ends[0], e);
    close(ends[0]);
    if (pid > 0) {
        kill(pid, SIGKILL); // it has said all it will, or is stuck; one that is done already does not feel it
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    return status;
}

static enum status read_database(struct salvage *s, const char *name, bool names, struct error *e)
{
    struct reader r = {.salvage = s, .database = name, .names = names};
    uint64_t bad = s->bad, broken = s->broken;
    text_init(&r.last, s->memory);
    enum status status = walk(s, &r, e);
    if (status == STATUS_OK && !r.whole) {
        s->broken++;
        r.backward = true;
        status = walk(s, &r, e);
    }
    text_free(&r.last);
    if (s->done && status == STATUS_OK)
        s->done(s->arg, name, s->bad > bad || s->broken > broken);
    return status;
}

struct names {
    char (*at)[ENV_NAME_MAX + 1];
    unsigned count;
};

static enum status take_name(void *arg, const char *database, struct slice key, struct slice record, struct error *e)
{
    (void)database, (void)record, (void)e;
    struct names *n = arg;
    if (n->count == ENV_DATABASES_MAX || key.size > ENV_NAME_MAX || memchr(key.data, '\0', key.size))
        return STATUS_OK;
    memcpy(n->at[n->count], key.data, key.size);
    n->at[n->count++][key.size] = '\0';
    return STATUS_OK;
}

enum status salvage_run(struct salvage *s, struct error *e)
{
    size_t bytes = sizeof(char[ENV_NAME_MAX + 1]) * ENV_DATABASES_MAX;
    struct names names = {.at = mem_zalloc(s->memory, bytes)};
    struct salvage lister = *s;
    uint64_t before = s->broken;
    lister.record = take_name;
    lister.arg = &names;
    lister.done = NULL;
    enum status status = read_database(&lister, "", true, e);
    s->broken = lister.broken;
    if (s->done && status == STATUS_OK)
        s->done(s->arg, "", lister.bad > s->bad || lister.broken > before);
    for (unsigned i = 0; i < names.count && status == STATUS_OK; i++)
        status = read_database(s, names.at[i], false, e);
    mem_free(s->memory, names.at, bytes);
    return status;
}
