#include "agent/store/repair.h"

#include "agent/store/rebuild.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// The order of steps, each of which a crash may be the last of: build DIR.recovering; rename it DIR.recovered; rename
// DIR to DIR.damaged-N; rename DIR.recovered to DIR. Without DIR, DIR.recovered is the checkpoint.
enum { PATH_ROOM = 4096 + 64 };

static const char *const FILES[] = {"data.mdb", "lock.mdb", "runnel.lock", "data.mdb.probe"};

static bool exists(const char *path)
{
    struct stat s;
    return lstat(path, &s) == 0;
}

void repair_remove(const char *directory)
{
    char path[PATH_ROOM + 16];
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, FILES[i]);
        unlink(path);
    }
    rmdir(directory);
}

static void sync_parent(const char *directory)
{
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "%s", directory);
    char *slash = strrchr(path, '/');
    snprintf(slash ? slash + (slash == path) : path, 2, "%s", slash ? "" : ".");
    int file = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0)
        return;
    (void)!fsync(file);
    close(file);
}

static enum status move(const char *from, const char *to, struct error *e)
{
    if (rename(from, to) != 0)
        return error_set(e, STATUS_FAILED, "cannot rename %s to %s: %s", from, to, strerror(errno));
    sync_parent(to);
    return STATUS_OK;
}

enum status repair_finish(const char *directory, struct error *e)
{
    char recovered[PATH_ROOM];
    snprintf(recovered, sizeof recovered, "%s.recovered", directory);
    if (exists(directory) || !exists(recovered))
        return STATUS_OK;
    return move(recovered, directory, e);
}

static enum status swap_in(const char *directory, const char *recovering, const char *recovered, struct lock *lock,
                           char aside[PATH_ROOM], struct error *e)
{
    for (int n = 1; n == 1 || exists(aside); n++)
        snprintf(aside, PATH_ROOM, "%s.damaged-%d", directory, n);
    repair_remove(recovered);
    enum status status = move(recovering, recovered, e);
    if (status == STATUS_OK)
        status = move(directory, aside, e);
    if (status == STATUS_OK)
        status = move(recovered, directory, e);
    if (status != STATUS_OK)
        return status;
    lock_release(lock, false); // it went with the damaged one
    return lock_take(lock, directory, e);
}

// Nothing but a checkpoint's own files: a path that was given by mistake is not moved away.
static enum status is_ours(const char *directory, struct error *e)
{
    DIR *dir = opendir(directory);
    const char *strange = NULL;
    for (struct dirent *entry; dir && !strange && (entry = readdir(dir));) {
        bool known = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
            known = known || strcmp(entry->d_name, FILES[i]) == 0;
        if (!known)
            strange = entry->d_name;
    }
    enum status status = STATUS_OK;
    if (strange)
        status =
            error_set(e, STATUS_DAMAGED,
                      "%s is damaged, or no checkpoint, and holds other things too (%s): move it away yourself, or "
                      "give the pipeline another checkpointLocation",
                      directory, strange);
    if (dir)
        closedir(dir);
    return status;
}

enum status repair(const char *directory, const char *why, struct lock *lock, struct memory *memory, struct text *said,
                   struct error *e)
{
    char recovering[PATH_ROOM], recovered[PATH_ROOM], aside[PATH_ROOM] = "", reason[ERROR_TEXT_MAX];
    struct text losses;
    snprintf(reason, sizeof reason, "%s", why); // it may be e's own words
    snprintf(recovering, sizeof recovering, "%s.recovering", directory);
    snprintf(recovered, sizeof recovered, "%s.recovered", directory);
    text_init(&losses, memory);
    enum status status = is_ours(directory, e);
    if (status == STATUS_OK)
        status = rebuild(directory, recovering, lock->file, memory, &losses, e);
    if (status == STATUS_OK)
        status = swap_in(directory, recovering, recovered, lock, aside, e);
    if (status == STATUS_OK) {
        text_printf(
            said,
            "%s was damaged (%s): set aside as %s, its bytes unchanged; the pipeline goes on with what could be read\n",
            directory, reason, aside);
        text_bytes(said, losses.data, losses.size);
    } else {
        error_prefix(e, "%s is damaged (%s), and could not be set aside", directory, reason);
    }
    text_free(&losses);
    return status;
}
