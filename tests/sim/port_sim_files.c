#include "tests/sim/port_sim_impl.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static struct inode *inode_new(struct port_sim *s)
{
    struct inode *i = mem_zalloc(&s->memory, sizeof(*i));
    text_init(&i->data, &s->memory);
    i->modified = s->monotonic + s->wall_offset;
    return i;
}

static struct inode *inode_hold(struct inode *i)
{
    if (i != NULL)
        i->links++;
    return i;
}

void sim_inode_drop(struct port_sim *s, struct inode *i)
{
    if (i == NULL || --i->links > 0)
        return;
    text_free(&i->data);
    mem_free(&s->memory, i, sizeof(*i));
}

static void set_link(struct port_sim *s, struct inode **link, struct inode *to)
{
    struct inode *old = *link;
    *link = inode_hold(to);
    sim_inode_drop(s, old);
}

static struct entry *find(struct port_sim *s, const char *path)
{
    for (uint32_t i = 0; i < s->entry_count; i++)
        if (strcmp(s->entries[i].path, path) == 0)
            return &s->entries[i];
    return NULL;
}

static bool is_there(const struct entry *x)
{
    return x != NULL && (x->directory || x->now != NULL);
}

static struct entry *make(struct port_sim *s, const char *path)
{
    struct entry *x = find(s, path);
    if (x != NULL)
        return x;
    if (s->entry_count == s->entry_capacity) {
        uint32_t more = s->entry_capacity == 0 ? 64 : s->entry_capacity * 2;
        s->entries =
            mem_resize(&s->memory, s->entries, s->entry_capacity * sizeof(*s->entries), more * sizeof(*s->entries));
        s->entry_capacity = more;
    }
    x = &s->entries[s->entry_count++];
    memset(x, 0, sizeof(*x));
    assert(strlen(path) < sizeof(x->path));
    snprintf(x->path, sizeof(x->path), "%s", path);
    return x;
}

static void make_parents(struct port_sim *s, const char *path)
{
    char part[SIM_NAME_MAX];
    for (size_t i = 1; path[i] != '\0'; i++) {
        if (path[i] != '/')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        struct entry *x = make(s, part);
        if (!x->directory) {
            x->directory = true;
            sim_watch_tell(s, part);
        }
    }
}

// The name below `directory` if the path is directly in it, else NULL.
static const char *name_in(const char *directory, const char *path)
{
    size_t length = strcmp(directory, "/") == 0 ? 0 : strlen(directory);
    if (strncmp(path, directory, length) != 0 || path[length] != '/' || path[length + 1] == '\0')
        return NULL;
    const char *name = path + length + 1;
    return strchr(name, '/') == NULL ? name : NULL;
}

static bool directory_there(struct port_sim *s, const char *path)
{
    struct entry *x = find(s, path);
    return strcmp(path, "/") == 0 || (x != NULL && x->directory);
}

static bool parent_there(struct port_sim *s, const char *path)
{
    char parent[SIM_NAME_MAX];
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path)
        return true;
    memcpy(parent, path, (size_t)(slash - path));
    parent[slash - path] = '\0';
    return directory_there(s, parent);
}

enum status sim_file_open(struct port *p, const char *path, enum port_open how, int *handle, struct error *e)
{
    struct port_sim *s = sim_of(p);
    enum status status = sim_enter(s, "open", how != PORT_READ, e);
    if (status != STATUS_OK)
        return status;
    struct entry *x = find(s, path);
    if (x != NULL && x->directory)
        return error_set(e, STATUS_FAILED, "open %s: it is a directory", path);
    if (how == PORT_READ && !is_there(x))
        return error_set(e, STATUS_END, "open %s: it is not there", path);
    if (!parent_there(s, path))
        return error_set(e, STATUS_FAILED, "open %s: its directory is not there", path);
    if (how == PORT_CREATE || !is_there(x)) {
        x = make(s, path);
        set_link(s, &x->now, inode_new(s));
    }
    *handle = sim_slot_new(s, SIM_FILE);
    s->slots[*handle].inode = inode_hold(x->now);
    s->slots[*handle].writable = how != PORT_READ;
    return STATUS_OK;
}

enum status sim_file_read(struct port *p, int handle, void *to, size_t room, size_t *got, struct error *e)
{
    struct port_sim *s = sim_of(p);
    *got = 0;
    enum status status = sim_enter(s, "read", false, e);
    struct sim_slot *slot = status == STATUS_OK ? sim_slot(s, handle, SIM_FILE) : NULL;
    if (slot == NULL)
        return error_set(e, STATUS_FAILED, "read: the handle is dead");
    size_t left = slot->inode->data.size - slot->at;
    size_t count = left < room ? left : room;
    if (count > 1 && sim_random(p) % 4 == 0) // the kernel may give less than was asked for
        count = 1 + (size_t)(sim_random(p) % count);
    if (count > 0)
        memcpy(to, slot->inode->data.data + slot->at, count);
    slot->at += count;
    *got = count;
    return STATUS_OK;
}

enum status sim_file_write(struct port *p, int handle, const void *bytes, size_t count, struct error *e)
{
    struct port_sim *s = sim_of(p);
    enum status status = sim_enter(s, "write", true, e);
    if (status != STATUS_OK)
        return status;
    struct sim_slot *slot = sim_slot(s, handle, SIM_FILE);
    assert(slot != NULL && slot->writable);
    size_t room = s->disk_room >= 0 && (uint64_t)s->disk_room < count ? (size_t)s->disk_room : count;
    text_bytes(&slot->inode->data, bytes, room);
    slot->inode->modified = s->monotonic + s->wall_offset;
    if (s->disk_room >= 0)
        s->disk_room -= (int64_t)room;
    return room < count ? error_set(e, STATUS_FULL, "write: the disk is full") : STATUS_OK;
}

enum status sim_file_sync(struct port *p, int handle, struct error *e)
{
    struct port_sim *s = sim_of(p);
    enum status status = sim_enter(s, "sync", true, e);
    if (status != STATUS_OK)
        return status;
    struct sim_slot *slot = sim_slot(s, handle, SIM_FILE);
    slot->inode->synced = slot->inode->data.size;
    return STATUS_OK;
}

enum status sim_file_stat(struct port *p, const char *path, struct port_stat *out, struct error *e)
{
    struct port_sim *s = sim_of(p);
    enum status status = sim_enter(s, "stat", false, e);
    if (status != STATUS_OK)
        return status;
    struct entry *x = find(s, path);
    if (!is_there(x) && strcmp(path, "/") != 0)
        return error_set(e, STATUS_END, "stat %s: it is not there", path);
    bool directory = x == NULL || x->directory;
    *out = (struct port_stat){.directory = directory};
    if (!directory) {
        out->size = (int64_t)x->now->data.size;
        out->modified = x->now->modified;
    }
    return STATUS_OK;
}

enum status sim_file_rename(struct port *p, const char *from, const char *to, struct error *e)
{
    struct port_sim *s = sim_of(p);
    enum status status = sim_enter(s, "rename", true, e);
    if (status != STATUS_OK)
        return status;
    struct entry *x = find(s, from);
    if (!is_there(x) || x->directory)
        return error_set(e, STATUS_END, "rename %s to %s: it is not there", from, to);
    if (!parent_there(s, to))
        return error_set(e, STATUS_FAILED, "rename %s to %s: no such directory", from, to);
    struct inode *moved = inode_hold(x->now);
    set_link(s, &x->now, NULL);
    set_link(s, &make(s, to)->now, moved);
    sim_inode_drop(s, moved);
    sim_watch_tell(s, from);
    sim_watch_tell(s, to);
    return STATUS_OK;
}

enum status sim_file_unlink(struct port *p, const char *path, struct error *e)
{
    struct port_sim *s = sim_of(p);
    enum status status = sim_enter(s, "unlink", true, e);
    if (status != STATUS_OK)
        return status;
    struct entry *x = find(s, path);
    if (!is_there(x))
        return error_set(e, STATUS_END, "remove %s: it is not there", path);
    set_link(s, &x->now, NULL);
    sim_watch_tell(s, path);
    return STATUS_OK;
}

enum status sim_file_make_directory(struct port *p, const char *path, struct error *e)
{
    struct port_sim *s = sim_of(p);
    enum status status = sim_enter(s, "make_directory", true, e);
    if (status != STATUS_OK)
        return status;
    struct entry *x = find(s, path);
    if (is_there(x) && !x->directory)
        return error_set(e, STATUS_FAILED, "make directory %s: it is there, but no directory", path);
    make_parents(s, path);
    make(s, path)->directory = true;
    sim_watch_tell(s, path);
    return STATUS_OK;
}

enum status sim_file_sync_directory(struct port *p, const char *path, struct error *e)
{
    struct port_sim *s = sim_of(p);
    enum status status = sim_enter(s, "sync_directory", true, e);
    if (status != STATUS_OK)
        return status;
    if (!directory_there(s, path))
        return error_set(e, STATUS_END, "sync %s: it is not there", path);
    for (uint32_t i = 0; i < s->entry_count; i++)
        if (name_in(path, s->entries[i].path) != NULL)
            set_link(s, &s->entries[i].durable, s->entries[i].now);
    return STATUS_OK;
}

enum status sim_file_list(struct port *p, const char *path,
                          bool (*visit)(void *arg, const char *name, const struct port_stat *s), void *arg,
                          struct error *e)
{
    struct port_sim *s = sim_of(p);
    enum status status = sim_enter(s, "list", false, e);
    if (status != STATUS_OK)
        return status;
    if (!directory_there(s, path))
        return error_set(e, STATUS_END, "list %s: it is not there", path);
    for (uint32_t i = 0; i < s->entry_count; i++) {
        struct port_stat what;
        const char *name = name_in(path, s->entries[i].path);
        if (name == NULL || sim_file_stat(p, s->entries[i].path, &what, e) != STATUS_OK)
            continue;
        if (!visit(arg, name, &what))
            break;
    }
    return STATUS_OK;
}

void sim_files_crash(struct port_sim *s)
{
    for (uint32_t i = 0; i < s->entry_count; i++) {
        struct entry *x = &s->entries[i];
        set_link(s, &x->now, x->durable);
        if (x->now == NULL)
            continue;
        size_t loose = x->now->data.size - x->now->synced;
        x->now->data.size = x->now->synced + (size_t)(sim_random(&s->port) % (loose + 1));
        x->now->synced = x->now->data.size;
    }
}

void sim_files_free(struct port_sim *s)
{
    for (uint32_t i = 0; i < s->entry_count; i++) {
        sim_inode_drop(s, s->entries[i].now);
        sim_inode_drop(s, s->entries[i].durable);
    }
    mem_free(&s->memory, s->entries, s->entry_capacity * sizeof(*s->entries));
}

void sim_put_file(struct port *p, const char *path, const void *bytes, size_t count, int64_t modified)
{
    struct port_sim *s = sim_of(p);
    make_parents(s, path);
    struct entry *x = make(s, path);
    struct inode *i = inode_new(s);
    text_bytes(&i->data, bytes, count);
    i->synced = count;
    i->modified = modified;
    set_link(s, &x->now, i);
    set_link(s, &x->durable, i);
    sim_watch_tell(s, path);
}

void sim_put_text(struct port *p, const char *path, const char *text, int64_t modified)
{
    sim_put_file(p, path, text, strlen(text), modified);
}

void sim_remove(struct port *p, const char *path)
{
    struct port_sim *s = sim_of(p);
    size_t length = strlen(path);
    for (uint32_t i = 0; i < s->entry_count; i++) {
        struct entry *x = &s->entries[i];
        if (strncmp(x->path, path, length) != 0 || (x->path[length] != '\0' && x->path[length] != '/'))
            continue;
        set_link(s, &x->now, NULL);
        set_link(s, &x->durable, NULL);
        x->directory = false;
        sim_watch_tell(s, x->path);
    }
}

bool sim_file(struct port *p, const char *path, struct slice *out)
{
    struct entry *x = find(sim_of(p), path);
    if (!is_there(x) || x->directory)
        return false;
    *out = text_view(&x->now->data);
    return true;
}

uint32_t sim_file_count(struct port *p, const char *directory)
{
    struct port_sim *s = sim_of(p);
    uint32_t count = 0;
    for (uint32_t i = 0; i < s->entry_count; i++)
        count += s->entries[i].now != NULL && name_in(directory, s->entries[i].path) != NULL;
    return count;
}

void sim_disk_room(struct port *p, int64_t bytes)
{
    sim_of(p)->disk_room = bytes;
}
