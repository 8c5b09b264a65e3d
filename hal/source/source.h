// A source brings bytes and their offsets in. It knows nothing of rows' types: the engine calls the decoder.
//
// A batch of a source goes: plan (what is there, within the limits) → read until STATUS_END → save (offsets into the
// batch's transaction) → committed (acknowledge, clean up). After a crash the source starts from what save last wrote:
// a batch that was not committed has not been.
#ifndef HAL_SOURCE_SOURCE_H
#define HAL_SOURCE_SOURCE_H

#include "hal/port/log.h"
#include "hal/port/port.h"
#include "ops/chunk.h"
#include "ops/memory.h"
#include "ops/option.h"
#include "ops/state.h"
#include "ops/status.h"
#include "ops/type.h"

// One message of a source that carries messages. Fields that the source does not have are NULL slices or 0.
struct message {
    struct slice value, key, topic;
    int64_t timestamp; // microseconds
    int64_t offset;
    int32_t partition;
    uint8_t qos;
    bool retain;
    bool no_timestamp;          // the peer gave none
    const struct slice *header; // name, value, name, value, …
    uint32_t header_count;      // pairs
};

enum block_kind {
    BLOCK_BYTES,    // whole lines (or, multiLine, a whole file) for the decoder
    BLOCK_MESSAGES, // each for decode_one, or as rows of the source's own columns
    BLOCK_ROWS,     // the source filled the chunk itself (rate, sensors)
};

// What read hands over, borrowed until the next read or the end of the batch.
struct block {
    enum block_kind kind;
    struct slice bytes;
    bool last;          // no more bytes follow of this file: an unterminated line counts
    bool first;         // bytes begin a new file: the decoder restarts
    const char *origin; // file path or peer, for messages
    const struct message *messages;
    uint32_t message_count;
};

struct source_setup {
    const char *name; // the table's name in the query
    const struct options *options;
    struct port *port;
    struct memory *memory;
    const struct state *state;  // the source's own corner of the checkpoint: offsets
    bool is_static;             // read once, nothing is saved
    bool multi_line;            // hand over whole files
    struct slice line_end;      // what ends a record; empty: \n, \r, \r\n
    bool fresh;                 // no batch was ever committed on this checkpoint
    bool once;                  // trigger once: one batch takes all there is, limits a trigger do not count
    bool needs_timestamp;       // the watermark is on the source's own column `timestamp`: without one it never moves
    const char *device, *query; // who we are, for client ids
    const struct log *log;      // may be NULL
};

struct source_counters {
    uint64_t records, bytes; // read
    uint64_t lost;           // by a live source that could not wait, told as a gap
    uint64_t oversized;      // lines longer than maxLineBytes: rejected
    uint64_t waiting;        // known to be there, not yet read (files, lines)
};

// What a source's rows have of this machine's wall clock. Such rows are not read before the clock is trusted.
enum source_clock {
    CLOCK_NOT,
    CLOCK_TIMESTAMP, // their own column `timestamp`
    CLOCK_ROWS,      // which rows there are
};

struct source;

struct source_class {
    const char *format;
    const struct option_spec
        *options; // terminated by a NULL name; watermark, schema, payload and the like are the engine's
    bool live;    // true: refuses availableNow and once (socket)
    enum source_clock clock;
    bool decodes; // true: BLOCK_BYTES / BLOCK_MESSAGES go to the decoder of its format or payload
    // The columns that Spark gives the source (socket: value STRING[, timestamp]); NULL where the schema gives them.
    const struct type *(*columns)(const struct options *options, struct arena *arena);
    // Before anything is opened: what open would refuse, of the options. NULL: nothing.
    enum status (*check)(const struct options *options, struct memory *memory, struct error *e);
    enum status (*open)(const struct source_setup *setup, struct source **out, struct error *e);
    void (*close)(struct source *s); // NULL is fine
    // The checkpoint was damaged, and offsets of this source are lost: what is there now and looks read, by what is
    // left of them or by the time of the last commit (wall clock, microseconds), is taken as read, and put into
    // setup.state, so that nothing counts twice. NULL: the source cannot tell.
    enum status (*adopt)(struct source *s, int64_t committed_at, struct error *e);
    // availableNow, once: from now on nothing counts that was not there at this call.
    enum status (*freeze)(struct source *s, struct error *e);
    // Fixes the next batch's range. Called again without `committed` in between (the batch was given up, its puts
    // rolled back), it begins where the lost batch began. STATUS_OK: there is a batch (it may have no rows, as rate's
    // and socket's first); STATUS_END: there is nothing new; STATUS_AGAIN (frozen sources only): what there is has been
    // asked for and is not known yet. *next: monotonic time of the next look, INT64_MAX if the reactor will tell.
    enum status (*plan)(struct source *s, int64_t *next, struct error *e);
    // The reactor woke, perhaps between two triggers: takes what has come, asks for more. NULL: nothing to do. Answers
    // the monotonic time of the next look, INT64_MAX if the reactor will tell.
    int64_t (*tend)(struct source *s);
    // The next block of the planned range; STATUS_END at its end. `rows`: for BLOCK_ROWS, the chunk to fill (the wanted
    // columns, in the order of columns(); NULL entries are not wanted).
    enum status (*read)(struct source *s, struct chunk *rows, struct block *out, struct error *e);
    // Must a batch be made and committed now, whatever the trigger says? (The sender waits for our answer and sends no
    // more.) NULL: never.
    bool (*urgent)(struct source *s);
    enum status (*save)(struct source *s, struct error *e);      // through setup.state, in the batch's transaction
    enum status (*committed)(struct source *s, struct error *e); // the batch is safe
    const struct source_counters *(*counters)(const struct source *s);
    void (*describe)(const struct source *s, struct text *out); // where it stands, for status and why
};

const struct source_class *source_find(struct slice format);
const struct source_class *const *source_list(uint32_t *count);

#endif
