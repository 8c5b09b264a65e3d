#include "agent/store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { WORDS_ROOM = 512, BOOT_ROOM = 64, ORPHAN_TRIES = 200, ORPHAN_PAUSE = 10 * 1000 * 1000 /* nanoseconds */ };

struct words {
    int pid; // 0: nobody
    bool clean;
    bool held;
    unsigned starts;
    char boot[BOOT_ROOM];
    char address[LOCK_ADDRESS_ROOM];
};

static void read_text(int file, char *to, size_t room)
{
    ssize_t got = pread(file, to, room - 1, 0);
    to[got > 0 ? got : 0] = '\0';
}

static void boot_id(char to[BOOT_ROOM])
{
    int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    to[0] = '\0';
    if (file < 0)
        return;
    read_text(file, to, BOOT_ROOM);
    to[strcspn(to, "\n")] = '\0';
    close(file);
}

static const char *line_of(const char *text, const char *key)
{
    size_t size = strlen(key);
    for (const char *at = text; at; at = strchr(at, '\n'), at = at ? at + 1 : NULL) {
        if (strncmp(at, key, size) == 0 && at[size] == ' ')
            return at + size + 1;
    }
    return "";
}

static void copy_line(const char *text, const char *key, char *to, size_t room)
{
    const char *line = line_of(text, key);
    snprintf(to, room, "%.*s", (int)strcspn(line, "\n"), line);
}

// Whatever is not ours to the letter counts as an unclean stop.
static struct words read_words(int file)
{
    char text[WORDS_ROOM];
    struct words w = {0};
    read_text(file, text, sizeof text);
    w.pid = (pid_t)strtol(line_of(text, "pid"), NULL, 10);
    w.clean = strncmp(line_of(text, "state"), "clean\n", 6) == 0;
    w.held = strncmp(line_of(text, "held"), "yes\n", 4) == 0;
    w.starts = (unsigned)strtoul(line_of(text, "starts"), NULL, 10);
    copy_line(text, "boot", w.boot, sizeof w.boot);
    copy_line(text, "control", w.address, sizeof w.address);
    return w;
}

// In one piece, so that a reader sees all of it.
static bool write_words(int file, const struct words *w)
{
    char text[WORDS_ROOM];
    int size = snprintf(text, sizeof text, "pid %d\nstate %s\nstarts %u\nheld %s\nboot %s\n", w->pid,
                        w->clean ? "clean" : "running", w->starts, w->held ? "yes" : "no", w->boot);
    if (w->address[0])
        size += snprintf(text + size, sizeof text - (size_t)size, "control %s\n", w->address);
    return pwrite(file, text, (size_t)size, 0) == size && ftruncate(file, size) == 0;
}

// A child that walks the checkpoint has the lock from its parent until it lets go of it, which it does first of all: if
// the parent is killed just then, the lock outlives it for a moment.
static bool take(int file, int how)
{
    for (int i = 0;; i++) {
        if (flock(file, how | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK)
            return how == LOCK_SH; // a copy on a file system without locks
        struct words w = read_words(file);
        bool dead = w.pid > 0 && kill(w.pid, 0) != 0 && errno == ESRCH;
        errno = EWOULDBLOCK;
        if (!dead || i == ORPHAN_TRIES)
            return false;
        nanosleep(&(struct timespec){.tv_nsec = ORPHAN_PAUSE}, NULL);
    }
}

static enum status refuse(struct lock *l, const char *directory, struct error *e)
{
    struct words w = read_words(l->file);
    close(l->file);
    l->file = -1;
    if (w.pid == 0 || w.clean)
        return error_set(e, STATUS_FAILED, "%s is in use by another process; wait until it is done, or stop it",
                         directory);
    return error_set(e, STATUS_FAILED,
                     "%s is in use by process %d: one process a checkpoint; stop that one (kill %d), or give this "
                     "pipeline another checkpointLocation",
                     directory, w.pid, w.pid);
}

enum status lock_take(struct lock *l, const char *directory, struct error *e)
{
    *l = LOCK_NONE;
    snprintf(l->path, sizeof l->path, "%s/runnel.lock", directory);
    l->file = open(l->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (l->file < 0)
        return error_set(e, STATUS_FAILED, "%s: %s", l->path, strerror(errno));
    if (!take(l->file, LOCK_EX))
        return refuse(l, directory, e);
    struct words was = read_words(l->file), now = {.pid = (int)getpid()};
    boot_id(now.boot);
    l->clean = was.clean;
    l->held = now.held = was.held;
    // A power cut is no death of ours: it happens to pipelines that have nothing to commit.
    l->starts = was.clean || strcmp(was.boot, now.boot) != 0 ? 0 : was.starts;
    now.starts = l->starts + 1;
    if (write_words(l->file, &now) && fsync(l->file) == 0)
        return STATUS_OK;
    enum status status =
        error_set(e, errno == ENOSPC ? STATUS_FULL : STATUS_FAILED, "%s: %s", l->path, strerror(errno));
    close(l->file);
    l->file = -1;
    return status;
}

enum status lock_share(struct lock *l, const char *directory, struct error *e)
{
    *l = LOCK_NONE;
    snprintf(l->path, sizeof l->path, "%s/runnel.lock", directory);
    l->file = open(l->path, O_RDONLY | O_CLOEXEC);
    if (l->file < 0)
        return STATUS_OK;
    if (!take(l->file, LOCK_SH))
        return refuse(l, directory, e);
    l->clean = read_words(l->file).clean;
    return STATUS_OK;
}

void lock_say_address(struct lock *l, const char *address)
{
    if (l->file < 0)
        return;
    struct words w = read_words(l->file);
    if (snprintf(w.address, sizeof w.address, "%s", address) >= (int)sizeof w.address)
        return;
    (void)!write_words(l->file, &w); // at worst nobody finds us
}

bool lock_held(const char *directory, int *pid, char address[LOCK_ADDRESS_ROOM])
{
    char path[LOCK_PATH_ROOM];
    snprintf(path, sizeof path, "%s/runnel.lock", directory);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    bool held = flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    struct words w = read_words(file);
    close(file);
    held = held && w.pid != 0 && !w.clean;
    *pid = w.pid;
    snprintf(address, LOCK_ADDRESS_ROOM, "%s", w.address);
    return held;
}

void lock_settled(struct lock *l)
{
    struct words w = read_words(l->file);
    w.starts = 0;
    w.held = l->held = true;
    (void)!write_words(l->file, &w); // at worst the next start looks more closely than it would have to
}

void lock_release(struct lock *l, bool clean)
{
    if (l->file < 0)
        return;
    if (clean) {
        struct words w = {.clean = true, .held = l->held};
        if (write_words(l->file, &w))
            (void)!fsync(l->file);
    }
    close(l->file);
    l->file = -1;
}
