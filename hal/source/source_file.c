#include "hal/source/source_file.h"

#include "hal/port/path.h"
#include "hal/source/file_reader.h"
#include "hal/source/listing.h"
#include "hal/source/seen.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    KEPT_MAX = 10000,           // Spark's MAX_CACHED_UNSEEN_FILES
    WATCH_MAX = 64,             // directories; what is in more of them is found by the scans
    SCAN_PERIOD = 5000000,      // microseconds between scans that nobody asked for
    MISSING_PERIOD = 1000000,   // while the directory is not there
    SCAN_SHARE = 4,             // a scan is followed by at least this many times its length without one
    WHOLE_FILE_MAX = 64 << 20,  // multiLine
    LINE_MAX_DEFAULT = 1 << 20, // maxLineBytes
    NAMES_BLOCK = 16384,
};

#define FILE_AGE_DEFAULT INT64_C(604800000000) // seven days

enum clean { CLEAN_OFF, CLEAN_ARCHIVE, CLEAN_DELETE };

struct found {
    const char *path;
    int64_t modified, size;
};

struct watch {
    struct source *source;
    char *path; // NULL: free
    int handle;
};

struct source {
    struct source_setup setup;
    struct source_counters counters;
    // options
    int64_t max_files, max_bytes; // a batch; INT64_MAX: no limit
    bool latest_first;
    enum clean clean;
    struct text archive; // directory
    // what there is to read: new files in the order they are read
    struct listing listing;
    struct seen seen;
    struct arena names[2]; // of `files`; the other one is for making room
    unsigned names_used;
    struct found *files;
    uint32_t count, capacity;
    uint32_t taken, planned, cursor; // committed; end of the batch; being read
    bool listed;                     // once at least
    bool more;                       // there were more than KEPT_MAX
    bool frozen;
    bool planned_once; // is_static
    bool adopting;     // what is not newer than adopt_until is taken as read
    int64_t adopt_until;
    uint64_t adopted;
    enum status scan_status;
    struct error *scan_error;
    // when to look again
    struct watch watches[WATCH_MAX];
    bool changed;
    bool missing;                // said
    bool partitioned;            // said
    int64_t scan_due, scan_free; // monotonic: a scan must be, may be
    struct file_reader reader;
};

static void close_watch(struct watch *w)
{
    if (w->path == NULL)
        return;
    struct source *s = w->source;
    s->setup.port->class->close(s->setup.port, w->handle);
    mem_free(s->setup.memory, w->path, strlen(w->path) + 1);
    w->path = NULL;
}

static void directory_changed(void *arg, int handle, unsigned events)
{
    struct watch *w = arg;
    (void)handle;
    w->source->changed = true;
    if (events & PORT_CLOSED)
        close_watch(w);
}

// Before a directory is listed: what comes in after is told.
static void watch_directory(void *self, const char *path)
{
    struct source *s = self;
    struct watch *free_one = NULL;
    if (s->setup.is_static || s->frozen)
        return;
    for (unsigned i = 0; i < WATCH_MAX; i++) {
        struct watch *w = &s->watches[i];
        if (w->path == NULL)
            free_one = free_one != NULL ? free_one : w;
        else if (strcmp(w->path, path) == 0)
            return;
    }
    if (free_one == NULL)
        return;
    struct error ignored; // then it is scanned only
    if (s->setup.port->class->watch_directory(s->setup.port, path, directory_changed, free_one, &free_one->handle,
                                              &ignored) != STATUS_OK)
        return;
    size_t size = strlen(path) + 1;
    free_one->source = s;
    free_one->path = mem_alloc(s->setup.memory, size);
    memcpy(free_one->path, path, size);
}

// ---------------------------------------------------------------- listing

static int by_time(const struct found *a, const struct found *b)
{
    return (a->modified > b->modified) - (a->modified < b->modified);
}

static int oldest_first(const void *a, const void *b)
{
    int order = by_time(a, b);
    return order != 0 ? order : strcmp(((const struct found *)a)->path, ((const struct found *)b)->path);
}

static int latest_first(const void *a, const void *b)
{
    int order = by_time(b, a);
    return order != 0 ? order : strcmp(((const struct found *)a)->path, ((const struct found *)b)->path);
}

// A table's files, as Spark packs them into a partition.
static int largest_first(const void *a, const void *b)
{
    int64_t x = ((const struct found *)a)->size, y = ((const struct found *)b)->size;
    int order = (x < y) - (x > y);
    return order != 0 ? order : strcmp(((const struct found *)a)->path, ((const struct found *)b)->path);
}

static void sort_files(struct source *s)
{
    if (s->setup.is_static && s->count > 1) {
        qsort(s->files, s->count, sizeof(*s->files), largest_first);
        return;
    }
    if (s->count > 1)
        qsort(s->files, s->count, sizeof(*s->files), s->latest_first ? latest_first : oldest_first);
}

// Keeps the first KEPT_MAX; the rest is found again when these are read.
static void make_room(struct source *s)
{
    sort_files(s);
    s->count = KEPT_MAX;
    s->more = true;
    struct arena *to = &s->names[s->names_used ^ 1];
    for (uint32_t i = 0; i < s->count; i++)
        s->files[i].path = arena_copy(to, s->files[i].path, strlen(s->files[i].path));
    arena_reset(&s->names[s->names_used]);
    s->names_used ^= 1;
}

static bool found_file(void *self, struct slice path, const struct port_stat *what)
{
    struct source *s = self;
    bool is_new = true;
    if (!s->setup.is_static)
        s->scan_status = seen_is_new(&s->seen, path, what->modified, &is_new, s->scan_error);
    if (s->scan_status != STATUS_OK)
        return false;
    if (!is_new)
        return true;
    if (s->adopting) {
        if (what->modified <= s->adopt_until) {
            s->scan_status = seen_put(&s->seen, path, what->modified, s->scan_error);
            s->adopted++;
        }
        return s->scan_status == STATUS_OK;
    }
    if (s->count == 2 * KEPT_MAX && !s->frozen && !s->setup.is_static)
        make_room(s);
    if (s->count == s->capacity) {
        uint32_t more = s->capacity == 0 ? 128 : s->capacity * 2;
        s->files = mem_resize(s->setup.memory, s->files, s->capacity * sizeof(*s->files), more * sizeof(*s->files));
        s->capacity = more;
    }
    s->files[s->count++] = (struct found){
        .path = arena_copy(&s->names[s->names_used], path.data, path.size),
        .modified = what->modified,
        .size = what->size,
    };
    return true;
}

// Spark would read what is below it, and make a column of its name.
static void found_partition(void *self, const char *path)
{
    struct source *s = self;
    if (!s->partitioned)
        log_say(s->setup.log, LOG_LEVEL_WARNING,
                "source %s: %s is left alone: directories of partitions are not read, their names are no columns "
                "(recursiveFileLookup reads the files)",
                s->setup.name, path);
    s->partitioned = true;
}

static void say_missing(struct source *s, const struct error *e)
{
    if (!s->missing)
        log_say(s->setup.log, LOG_LEVEL_WARNING, "source %s: %s; waiting for it", s->setup.name, e->text);
    s->missing = true;
}

// Lists what is new. STATUS_END: the directory is not there.
static enum status scan(struct source *s, struct error *e)
{
    struct port *port = s->setup.port;
    int64_t began = port->class->monotonic(port);
    arena_reset(&s->names[0]);
    arena_reset(&s->names[1]);
    s->count = s->taken = s->planned = s->cursor = 0;
    s->changed = s->more = false;
    s->scan_status = STATUS_OK;
    s->scan_error = e;
    enum status status = listing_scan(&s->listing, e);
    s->scan_error = NULL;
    if (s->scan_status != STATUS_OK)
        return s->scan_status;
    sort_files(s);
    int64_t ended = port->class->monotonic(port);
    s->listed = true;
    s->scan_due = ended + (status == STATUS_OK ? SCAN_PERIOD : MISSING_PERIOD);
    s->scan_free = ended + (ended - began) * SCAN_SHARE;
    if (status != STATUS_OK)
        return STATUS_END; // not there, or not ours to read: both may change
    if (s->missing)
        log_say(s->setup.log, LOG_LEVEL_INFO, "source %s: %s is there again", s->setup.name,
                text_cstring(&s->listing.path));
    s->missing = false;
    return STATUS_OK;
}

// ---------------------------------------------------------------- a batch

// What is left of the last listing is as good as a new one, unless it is little: then there may be more by now (Spark's
// DISCARD_UNSEEN_FILES_RATIO), or the newest are wanted.
static bool wants_scan(const struct source *s)
{
    if (s->frozen || s->setup.is_static)
        return !s->listed;
    uint32_t left = s->count - s->taken;
    bool limited = s->max_files != INT64_MAX || s->max_bytes != INT64_MAX;
    if (left > 0 && limited && !s->latest_first && (s->max_files == INT64_MAX || left >= s->max_files / 5))
        return false;
    if (left == 0 && s->more)
        return true;
    int64_t now = s->setup.port->class->monotonic(s->setup.port);
    return !s->listed || now >= s->scan_due || (s->changed && now >= s->scan_free);
}

static void plan_files(struct source *s)
{
    int64_t bytes = 0;
    bool limited = !s->setup.is_static && !s->setup.once;
    while (s->planned < s->count) {
        const struct found *f = &s->files[s->planned];
        bool first = s->planned == s->taken;
        if (limited && s->planned - s->taken >= s->max_files)
            break;
        if (limited && !first && f->size > s->max_bytes - bytes)
            break;
        bytes = bytes > INT64_MAX - f->size ? INT64_MAX : bytes + f->size;
        s->planned++;
    }
}

static enum status file_plan(struct source *s, int64_t *next, struct error *e)
{
    file_reader_close(&s->reader);
    s->planned = s->cursor = s->taken;
    *next = INT64_MAX;
    if (wants_scan(s)) {
        struct error why = {0};
        enum status status = scan(s, &why);
        if (status == STATUS_END && s->setup.is_static) {
            return error_set(e, STATUS_FAILED, "source %s: %s", s->setup.name, why.text);
        } else if (status == STATUS_END) {
            say_missing(s, &why);
        } else if (status != STATUS_OK) {
            return error_set(e, status, "%s", why.text);
        }
    }
    plan_files(s);
    seen_begin(&s->seen);
    s->counters.waiting = s->count - s->taken;
    if (s->planned > s->taken)
        return STATUS_OK;
    if (!s->frozen && !s->setup.is_static)
        *next = s->changed && s->scan_free < s->scan_due ? s->scan_free : s->scan_due;
    return STATUS_END;
}

static enum status file_read(struct source *s, struct chunk *rows, struct block *out, struct error *e)
{
    (void)rows;
    for (;;) {
        if (!file_reader_is_open(&s->reader)) {
            if (s->cursor == s->planned)
                return STATUS_END;
            enum status status = file_reader_open(&s->reader, s->files[s->cursor].path, e);
            if (status == STATUS_END) {
                log_say(s->setup.log, LOG_LEVEL_WARNING, "source %s: %s is gone before it was read; left out",
                        s->setup.name, s->files[s->cursor].path);
                s->cursor++;
                continue;
            }
            if (status != STATUS_OK)
                return status;
        }
        uint64_t bytes = s->reader.bytes, oversized = s->reader.lines.oversized;
        enum status status = file_reader_next(&s->reader, out, e);
        s->counters.bytes += s->reader.bytes - bytes;
        oversized = s->reader.lines.oversized - oversized;
        s->counters.oversized += oversized;
        if (oversized > 0)
            log_say(s->setup.log, LOG_LEVEL_WARNING, "source %s: %s: %" PRIu64 " record(s) over %zu bytes rejected",
                    s->setup.name, s->reader.path, oversized, s->reader.lines.limit);
        if (status != STATUS_END)
            return status;
        file_reader_close(&s->reader);
        s->counters.records++;
        s->cursor++;
    }
}

static enum status file_save(struct source *s, struct error *e)
{
    if (s->setup.is_static || s->planned == s->taken)
        return STATUS_OK;
    seen_begin(&s->seen);
    for (uint32_t i = s->taken; i < s->planned; i++) {
        enum status status = seen_put(&s->seen, slice_of(s->files[i].path), s->files[i].modified, e);
        if (status != STATUS_OK)
            return status;
    }
    return seen_save(&s->seen, e);
}

// The archive keeps the whole path below its directory, as Spark's FileStreamSourceCleaner does.
static enum status archive_file(struct source *s, const char *path, struct error *e)
{
    size_t length = s->archive.size;
    if (path[0] != '/')
        text_char(&s->archive, '/');
    text_string(&s->archive, path);
    struct slice parent = path_parent(text_view(&s->archive));
    char *directory = arena_copy(&s->names[s->names_used], parent.data, parent.size);
    enum status status = s->setup.port->class->make_directory(s->setup.port, directory, e);
    if (status == STATUS_OK)
        status = s->setup.port->class->rename(s->setup.port, path, text_cstring(&s->archive), e);
    s->archive.size = length;
    return status;
}

static enum status file_committed(struct source *s, struct error *e)
{
    (void)e;
    file_reader_close(&s->reader);
    for (uint32_t i = s->taken; s->clean != CLEAN_OFF && i < s->planned; i++) {
        struct error why;
        enum status status = s->clean == CLEAN_DELETE
                                 ? s->setup.port->class->unlink(s->setup.port, s->files[i].path, &why)
                                 : archive_file(s, s->files[i].path, &why);
        if (status != STATUS_OK && status != STATUS_END)
            log_say(s->setup.log, LOG_LEVEL_WARNING, "source %s: cleanSource: %s", s->setup.name, why.text);
    }
    s->taken = s->planned;
    s->counters.waiting = s->count - s->taken;
    seen_committed(&s->seen);
    return STATUS_OK;
}

// Files come in the order of their times, so what is not newer than the newest one read was read, all but latecomers.
static enum status file_adopt(struct source *s, int64_t committed_at, struct error *e)
{
    if (s->setup.is_static)
        return STATUS_OK;
    struct error why = {0};
    s->adopting = true;
    s->adopt_until = s->seen.committed.newest > 0 ? s->seen.committed.newest : committed_at;
    seen_begin(&s->seen);
    enum status status = scan(s, &why);
    s->adopting = s->listed = false;
    if (status == STATUS_OK || status == STATUS_END)
        status = seen_save(&s->seen, &why);
    if (status != STATUS_OK)
        return error_set(e, status, "%s", why.text);
    seen_committed(&s->seen);
    log_say(s->setup.log, LOG_LEVEL_WARNING,
            "source %s: offsets are lost: %" PRIu64
            " files that are not newer than the %s are taken as read, though the "
            "checkpoint does not know them; touch what was not read",
            s->setup.name, s->adopted, s->adopt_until == committed_at ? "last commit" : "newest file read");
    return STATUS_OK;
}

static enum status file_freeze(struct source *s, struct error *e)
{
    s->frozen = true;
    struct error why = {0};
    enum status status = scan(s, &why);
    if (status == STATUS_END && s->setup.fresh && !s->listing.pattern)
        return error_set(e, STATUS_FAILED, "source %s: %s [PATH_NOT_FOUND]", s->setup.name, why.text);
    if (status == STATUS_END) {
        say_missing(s, &why);
        return STATUS_OK;
    }
    return status == STATUS_OK ? STATUS_OK : error_set(e, status, "%s", why.text);
}

// ---------------------------------------------------------------- opening

static enum status read_clean(struct source *s, const struct options *o, struct error *e)
{
    struct slice how = option_text(o, "cleanSource"), directory = option_text(o, "sourceArchiveDir");
    if (slice_equal_fold(how, SLICE("delete")))
        s->clean = CLEAN_DELETE;
    else if (slice_equal_fold(how, SLICE("archive")))
        s->clean = CLEAN_ARCHIVE;
    if (s->clean != CLEAN_ARCHIVE)
        return STATUS_OK;
    if (directory.size == 0)
        return error_set(e, STATUS_CONFIG, "source %s: cleanSource archive needs sourceArchiveDir", s->setup.name);
    path_resolve(&s->archive, o->directory, directory);
    struct slice from = text_view(&s->listing.path), to = text_view(&s->archive);
    if (to.size >= from.size && memcmp(from.data, to.data, from.size) == 0 &&
        (to.size == from.size || to.data[from.size] == '/'))
        return error_set(e, STATUS_CONFIG,
                         "source %s: sourceArchiveDir lies inside path, its files would be read again", s->setup.name);
    return STATUS_OK;
}

static enum status read_options(struct source *s, struct error *e)
{
    const struct options *o = s->setup.options;
    s->max_files = option_integer(o, "maxFilesPerTrigger", INT64_MAX);
    s->max_bytes = option_integer(o, "maxBytesPerTrigger", INT64_MAX);
    if (s->max_files != INT64_MAX && s->max_bytes != INT64_MAX)
        return error_set(e, STATUS_CONFIG, "source %s: maxFilesPerTrigger and maxBytesPerTrigger exclude each other",
                         s->setup.name);
    s->latest_first = option_boolean(o, "latestFirst");
    s->listing.recursive = option_boolean(o, "recursiveFileLookup");
    s->listing.name_filter = option_text(o, "pathGlobFilter");
    s->listing.file = found_file;
    s->listing.directory = watch_directory;
    s->listing.partition = found_partition;
    s->listing.self = s;
    enum status status =
        listing_open(&s->listing, s->setup.port, s->setup.memory, o->directory, option_text(o, "path"), e);
    if (status != STATUS_OK) {
        error_prefix(e, "source %s", s->setup.name);
        return status;
    }
    return read_clean(s, o, e);
}

static void file_close(struct source *s)
{
    if (s == NULL)
        return;
    struct memory *memory = s->setup.memory;
    for (unsigned i = 0; i < WATCH_MAX; i++)
        close_watch(&s->watches[i]);
    file_reader_free(&s->reader);
    listing_close(&s->listing);
    text_free(&s->archive);
    arena_free(&s->names[0]);
    arena_free(&s->names[1]);
    mem_free(memory, s->files, s->capacity * sizeof(*s->files));
    mem_free(memory, s, sizeof(*s));
}

static enum status file_open(const struct source_setup *setup, struct source **out, struct error *e)
{
    struct source *s = mem_zalloc(setup->memory, sizeof(*s));
    s->setup = *setup;
    text_init(&s->archive, setup->memory);
    arena_init(&s->names[0], setup->memory, NAMES_BLOCK);
    arena_init(&s->names[1], setup->memory, NAMES_BLOCK);
    size_t limit =
        setup->multi_line ? WHOLE_FILE_MAX : (size_t)option_integer(setup->options, "maxLineBytes", LINE_MAX_DEFAULT);
    file_reader_init(&s->reader, setup->port, setup->memory, limit, setup->multi_line);
    lines_separate(&s->reader.lines, setup->line_end);
    enum status status = read_options(s, e);
    // As Spark: with the newest first and a limit, old files come last and must not be too old then.
    bool ageless = s->latest_first && (s->max_files != INT64_MAX || s->max_bytes != INT64_MAX);
    int64_t age = ageless ? INT64_MAX : option_integer(setup->options, "maxFileAge", FILE_AGE_DEFAULT);
    if (status == STATUS_OK && !setup->is_static)
        status = seen_open(&s->seen, setup->state, age, e);
    if (status != STATUS_OK) {
        file_close(s);
        return status;
    }
    *out = s;
    return STATUS_OK;
}

static const struct source_counters *file_counters(const struct source *s)
{
    return &s->counters;
}

static void file_describe(const struct source *s, struct text *out)
{
    if (!s->setup.is_static)
        text_printf(out, "%" PRIu64 " files read before, ", seen_count(&s->seen));
    text_printf(out, "%" PRIu64 " waiting", s->counters.waiting);
    if (s->missing)
        text_string(out, "; the path is not there");
    else if (file_reader_is_open(&s->reader))
        text_printf(out, "; reading %s", s->reader.path);
}

static const char *const clean_choices[] = {"off", "archive", "delete", NULL};

static const struct option_spec file_options[] = {
    {.name = "path",
     .kind = OPTION_STRING,
     .required = true,
     .summary = "A directory, a pattern (*.json), or one file"},
    {.name = "maxFilesPerTrigger",
     .kind = OPTION_INTEGER,
     .least = 1,
     .most = INT32_MAX,
     .summary = "At most so many new files a batch"},
    {.name = "maxBytesPerTrigger",
     .kind = OPTION_SIZE,
     .least = 1,
     .most = INT64_MAX,
     .summary = "At most so many bytes of new files a batch, but one file at least"},
    {.name = "latestFirst", .kind = OPTION_BOOLEAN, .fallback = "false", .summary = "The newest files first"},
    {.name = "maxFileAge",
     .kind = OPTION_AGE,
     .fallback = "7 days",
     .summary = "Files older than the newest one read by more than this are not read"},
    {.name = "cleanSource",
     .kind = OPTION_CHOICE,
     .fallback = "off",
     .choices = clean_choices,
     .summary = "What becomes of a file after the batch that read it is committed"},
    {.name = "sourceArchiveDir",
     .kind = OPTION_STRING,
     .summary = "Where cleanSource archive moves files, by their path"},
    {.name = "pathGlobFilter", .kind = OPTION_STRING, .summary = "Only files whose name matches"},
    {.name = "recursiveFileLookup", .kind = OPTION_BOOLEAN, .fallback = "false", .summary = "Subdirectories too"},
    {.name = "maxLineBytes",
     .kind = OPTION_SIZE,
     .fallback = "1MB",
     .least = 1,
     .most = 1 << 30,
     .summary = "A longer line is one rejected row"},
    {.name = NULL},
};

#define FILE_SOURCE(format_name)                                                                                       \
    {                                                                                                                  \
        .format = (format_name), .options = file_options, .decodes = true, .open = file_open, .close = file_close,     \
        .adopt = file_adopt, .freeze = file_freeze, .plan = file_plan, .read = file_read, .save = file_save,           \
        .committed = file_committed, .counters = file_counters, .describe = file_describe,                             \
    }

const struct source_class source_json = FILE_SOURCE("json");
const struct source_class source_csv = FILE_SOURCE("csv");
const struct source_class source_text = FILE_SOURCE("text");
