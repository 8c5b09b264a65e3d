// The outbox on a simulated clock: a real store, a receiver that errs, and exact accounting at its end.
#include "agent/engine/outbox.h"

#include "agent/engine/deadletter.h"
#include "tests/agent/store_fixture.h"
#include "tests/sim/port_sim.h"
#include "tests/sim/sink_sim.h"

#include <inttypes.h>

enum { SECOND = 1000000, SINKS = 2 };

struct bench {
    struct fixture fixture;
    struct port *port;
    struct receiver_sim *receiver[SINKS];
    const char *name[SINKS];
    unsigned sinks;
    struct store *store;
    struct outbox *outbox;
    struct sink *sink[SINKS];
    const struct record_log *records[SINKS];
    struct options options;
    struct option_value option;
    struct outbox_setup setup;
    struct identity who;
    struct store_position position;
    const struct field *fields;
    uint32_t value_size;
    uint64_t commits_own, resent;
};

static struct bench b;

static void must(enum status s, const struct error *e)
{
    if (s != STATUS_OK)
        fail_msg("%s", e->text);
}

static void make_directory(struct fixture *f)
{
    fixture_make(f);
    char shm[64] = "/dev/shm/runnel-outbox-XXXXXX";
    if (access("/dev/shm", W_OK) != 0 || !mkdtemp(shm))
        return;
    rmdir(f->parent);
    snprintf(f->parent, sizeof f->parent, "%s", shm);
    snprintf(f->directory, sizeof f->directory, "%s/checkpoint", f->parent);
}

static void begin_process(void)
{
    struct error e = {0};
    b.store = fixture_open(&b.fixture);
    b.position = store_position(b.store);
    b.who = (struct identity){
        .device = SLICE("device-1"), .query = SLICE("query-1"), .epoch = store_epoch(b.store), .batch = 0};
    b.setup.store = b.store;
    b.setup.port = b.port;
    b.setup.memory = &b.fixture.memory;
    b.setup.who = &b.who;
    b.setup.sinks = b.sinks;
    must(outbox_open(&b.setup, &b.outbox, &e), &e);
    for (unsigned i = 0; i < b.sinks; i++) {
        struct sink_setup sink = {.name = b.name[i], .port = b.port, .memory = &b.fixture.memory};
        must(outbox_add(b.outbox, b.name[i], &sink_sim, &b.options, &sink.records, &e), &e);
        must(sink_sim.open(&sink, &b.sink[i], &e), &e);
        outbox_attach(b.outbox, b.sink[i]);
        b.records[i] = sink.records;
    }
}

static void end_process(void)
{
    for (unsigned i = 0; i < b.sinks; i++)
        sink_sim.close(b.sink[i]);
    outbox_close(b.outbox);
    store_close(b.store);
}

static void crash(void)
{
    store_rollback(b.store);
    end_process();
    begin_process();
}

static void start(unsigned sinks, enum output_mode mode, enum outbox_full full, int64_t limit, uint64_t seed)
{
    static const char *const names[SINKS] = {"one", "two"};
    memset(&b, 0, sizeof b);
    make_directory(&b.fixture);
    b.port = sim_open(seed);
    b.sinks = sinks;
    b.value_size = 80;
    for (unsigned i = 0; i < sinks; i++) {
        b.name[i] = names[i];
        b.receiver[i] = receiver_sim_new(b.port, names[i], seed + i);
    }
    b.setup = (struct outbox_setup){.mode = mode, .full = full, .limit = limit};
    begin_process();
}

static void stop(void)
{
    end_process();
    for (unsigned i = 0; i < b.sinks; i++)
        receiver_sim_free(b.receiver[i]);
    sim_close(b.port);
    fixture_remove(&b.fixture);
}

static int64_t now(void)
{
    return b.port->class->monotonic(b.port);
}

struct counting {
    struct log_place behind;
    uint64_t count;
};

static bool count_one(void *arg, struct log_place place, struct slice payload)
{
    struct counting *c = arg;
    (void)payload;
    c->count += place.seq > c->behind.seq || (place.seq == c->behind.seq && place.turn > c->behind.turn);
    return true;
}

// Of every sink at every commit: logged = acknowledged + superseded + dropped + dead + waiting, and what waits is what
// the log has behind the cursor.
static void must_hold(void)
{
    for (unsigned i = 0; i < b.sinks; i++) {
        struct error e = {0};
        const struct outbox_counters *c = outbox_counters(b.outbox, b.name[i]);
        struct counting behind = {.count = 0};
        enum status s = store_log_cursor(b.store, b.name[i], &behind.behind, &e);
        bool all = s == STATUS_END; // nothing has arrived yet: the first row, {0, 0}, waits too
        if (b.position.next_seq < 10000)
            must(store_log_read(b.store, b.name[i], (struct log_place){0}, count_one, &behind, &e), &e);
        uint64_t records, bytes;
        must(store_log_size(b.store, b.name[i], &records, &bytes, &e), &e);
        assert_int_equal(c->logged, c->acknowledged + c->superseded + c->dropped + c->dead + c->waiting);
        if (b.position.next_seq < 10000)
            assert_int_equal(all ? records : behind.count, c->waiting);
    }
}

static void render_rows(unsigned sink, uint32_t rows)
{
    struct error e = {0};
    char value[512];
    assert(b.value_size < sizeof value);
    for (uint32_t i = 0; i < rows; i++) {
        uint64_t seq = b.position.next_seq + i;
        int size = snprintf(value, sizeof value, "{\"batch\":%" PRId64 ",\"seq\":%" PRIu64 ",\"sink\":%u,\"fill\":\"",
                            b.position.batch, seq, sink);
        while (size < (int)b.value_size)
            value[size++] = 'x';
        const struct slice header[] = {SLICE("seq"), {value, (uint32_t)size}};
        struct sink_record r = {.seq = seq,
                                .has_key = true,
                                .topic = SLICE("counts"),
                                .key = SLICE("k"),
                                .value = {value, (uint32_t)size},
                                .header = header,
                                .header_count = 1};
        must(b.records[sink]->append(b.records[sink]->self, &r, &e), &e);
    }
}

// A batch as the engine makes one. `give_up`: it fails just before its commit.
static void batch(uint32_t rows, bool give_up)
{
    struct error e = {0};
    struct store_position p = b.position;
    p.batch = p.any ? p.batch + 1 : 0;
    p.any = true;
    b.who.first_seq = p.next_seq;
    b.who.batch = p.batch;
    for (unsigned i = 0; i < b.sinks; i++)
        render_rows(i, rows);
    must(outbox_prepare(b.outbox, true, rows, &e), &e);
    if (give_up) {
        store_rollback(b.store);
        outbox_abandoned(b.outbox);
        return;
    }
    p.next_seq += rows;
    must(store_commit(b.store, &p, (struct slice){0}, &e), &e);
    outbox_committed(b.outbox);
    b.position = p;
    must_hold();
}

static void commit_own(void)
{
    struct error e = {0};
    must(outbox_prepare(b.outbox, false, 0, &e), &e);
    must(store_commit(b.store, &b.position, (struct slice){0}, &e), &e);
    outbox_committed(b.outbox);
    b.commits_own++;
    must_hold();
}

// The dead letters into the log again, while it runs.
static void resend(void)
{
    struct error e = {0};
    uint64_t count;
    for (bool more = true; b.position.next_seq > 0 && more;) {
        must(outbox_prepare(b.outbox, false, 0, &e), &e);
        must(outbox_resend(b.outbox, &count, &more, &e), &e);
        b.resent += count;
        must(store_commit(b.store, &b.position, (struct slice){0}, &e), &e);
        outbox_committed(b.outbox);
        must_hold();
    }
}

// One turn, as the engine's; what it does between two waits.
static int64_t turn(void)
{
    struct error e = {0};
    int64_t next;
    must(outbox_turn(b.outbox, &next, &e), &e);
    if (!outbox_commit_due(b.outbox))
        return next;
    commit_own();
    return now();
}

static void serve(int64_t until)
{
    struct error e = {0};
    while (now() < until) {
        int64_t next = turn();
        enum status s = b.port->class->wait(b.port, next < until ? next : until, &e);
        assert_true(s == STATUS_OK || s == STATUS_END);
    }
}

static void quiet(unsigned sink)
{
    struct receiver_faults *f = receiver_sim_faults(b.receiver[sink]);
    f->down = f->all_undecided = false;
    f->again = f->lost_answer = f->undecided = 0;
}

static void drain(void)
{
    for (unsigned i = 0; i < b.sinks; i++)
        quiet(i);
    int64_t end = now() + INT64_C(3600) * SECOND;
    while (outbox_waiting(b.outbox) > 0 && now() < end)
        serve(now() + SECOND);
    assert_int_equal(outbox_waiting(b.outbox), 0);
    serve(now() + 20 * SECOND);
    assert_false(outbox_pending(b.outbox));
}

static void must_account(uint64_t excused)
{
    for (unsigned i = 0; i < b.sinks; i++) {
        const char *wrong = receiver_sim_check(b.receiver[i], b.position.next_seq, excused);
        if (wrong)
            fail_msg("%s", wrong);
    }
}

static uint64_t letters(void)
{
    struct text out;
    uint64_t count;
    struct error e = {0};
    text_init(&out, &b.fixture.memory);
    must(deadletter_list(b.store, SIZE_MAX, &out, &count, &e), &e);
    text_free(&out);
    return count;
}

// ----------------------------------------------------------------

static void test_delivers(void **state)
{
    (void)state;
    start(1, OUTPUT_APPEND, OUTBOX_BLOCK, 1 << 20, 1);
    for (int i = 0; i < 20; i++) {
        batch(50, i % 7 == 3);
        serve(now() + SECOND);
    }
    drain();
    must_account(0);
    assert_int_equal(receiver_sim_arrived(b.receiver[0]), 17 * 50);
    assert_int_equal(receiver_sim_repeats(b.receiver[0]), 0);
    uint64_t records, bytes;
    assert_int_equal(store_log_size(b.store, "one", &records, &bytes, NULL), STATUS_OK);
    assert_int_equal(records, 0);
    // An idle pipeline writes nothing.
    uint64_t commits = store_counters(b.store)->commits;
    serve(now() + INT64_C(86400) * SECOND);
    assert_int_equal(store_counters(b.store)->commits, commits);
    stop();
}

static void test_restart_sends_from_the_cursor(void **state)
{
    (void)state;
    start(1, OUTPUT_APPEND, OUTBOX_BLOCK, 1 << 20, 2);
    batch(100, false);
    serve(now() + 5000); // sent, not answered
    assert_int_equal(receiver_sim_arrived(b.receiver[0]), 0);
    crash();
    assert_int_equal(outbox_waiting(b.outbox), 100);
    drain();
    must_account(0);
    crash(); // what was acknowledged is not sent again
    uint64_t sends = receiver_sim_sends(b.receiver[0]);
    serve(now() + 60 * SECOND);
    assert_int_equal(receiver_sim_sends(b.receiver[0]), sends);
    stop();
}

static void test_back_off(void **state)
{
    (void)state;
    start(1, OUTPUT_APPEND, OUTBOX_BLOCK, 1 << 20, 3);
    struct receiver_faults *f = receiver_sim_faults(b.receiver[0]);
    f->again = 1000;
    batch(10, false);
    uint64_t sends = 0;
    int64_t last = now(), longest = 0, bound = SECOND;
    for (int failures = 0; failures < 40;) {
        serve(now() + 1000);
        if (receiver_sim_sends(b.receiver[0]) == sends)
            continue;
        sends++;
        int64_t waited = receiver_sim_last_send(b.receiver[0]) - last;
        last = receiver_sim_last_send(b.receiver[0]);
        if (failures++ > 0) {
            assert_true(waited <= bound + f->latency + 2000);
            bound = bound * 2 > 60 * (int64_t)SECOND ? 60 * (int64_t)SECOND : bound * 2;
        }
        longest = waited > longest ? waited : longest;
    }
    assert_true(longest > 30 * (int64_t)SECOND); // it has grown
    f->retry_after = 300 * (int64_t)SECOND;
    while (receiver_sim_sends(b.receiver[0]) == sends)
        serve(now() + 1000);
    last = receiver_sim_last_send(b.receiver[0]);
    serve(last + 299 * (int64_t)SECOND);
    assert_int_equal(receiver_sim_last_send(b.receiver[0]), last);
    serve(last + 302 * (int64_t)SECOND);
    assert_true(receiver_sim_last_send(b.receiver[0]) > last);
    drain();
    must_account(0);
    stop();
}

static void keep_line(void *self, enum log_level level, const char *line)
{
    (void)level;
    snprintf(self, LOG_LINE_MAX, "%s", line);
}

static void test_refused_goes_to_the_dead_letters_and_back(void **state)
{
    (void)state;
    char said[LOG_LINE_MAX] = "";
    const struct log log = {keep_line, said};
    start(1, OUTPUT_APPEND, OUTBOX_BLOCK, 1 << 20, 4);
    b.setup.log = &log;
    receiver_sim_faults(b.receiver[0])->refused_seq = 7;
    batch(20, false);
    drain();
    must_account(1);
    assert_false(receiver_sim_has(b.receiver[0], 7));
    assert_int_equal(outbox_counters(b.outbox, "one")->dead, 1);
    struct text out;
    uint64_t count;
    struct error e = {0};
    text_init(&out, &b.fixture.memory);
    must(deadletter_list(b.store, SIZE_MAX, &out, &count, &e), &e);
    assert_int_equal(count, 1);
    assert_non_null(strstr(text_cstring(&out), "one  seq 7  422: too large"));
    assert_non_null(strstr(text_cstring(&out), "topic counts"));
    end_process();
    b.store = fixture_open(&b.fixture);
    must(deadletter_resend(b.store, &count, &e), &e);
    assert_int_equal(count, 1);
    store_close(b.store);
    begin_process();
    assert_int_equal(outbox_waiting(b.outbox), 1);
    drain(); // refused again, under its own number
    assert_string_equal(said, "sink \"one\": record 7 goes to the dead letters: 422: too large");
    assert_false(receiver_sim_has(b.receiver[0], 7));
    end_process();
    b.store = fixture_open(&b.fixture);
    must(deadletter_resend(b.store, &count, &e), &e);
    assert_int_equal(count, 1);
    store_close(b.store);
    receiver_sim_faults(b.receiver[0])->refused_seq = UINT64_MAX;
    begin_process();
    batch(5, false);
    drain();
    assert_true(receiver_sim_has(b.receiver[0], 7));
    assert_int_equal(receiver_sim_arrived(b.receiver[0]), 25);
    text_clear(&out);
    must(deadletter_list(b.store, SIZE_MAX, &out, &count, &e), &e);
    assert_int_equal(count, 0);
    text_free(&out);
    stop();
}

// What is sent again is judged again.
static void test_a_refusal_behind_a_failure_is_forgotten(void **state)
{
    (void)state;
    start(1, OUTPUT_APPEND, OUTBOX_BLOCK, 1 << 20, 12);
    struct receiver_faults *f = receiver_sim_faults(b.receiver[0]);
    f->again = 1000;
    f->refused_seq = 7;
    f->retry_after = 60 * (int64_t)SECOND;
    batch(20, false);
    serve(now() + SECOND);
    f->refused_seq = UINT64_MAX;
    drain();
    must_account(0);
    assert_int_equal(letters(), 0);
    stop();
}

static void undecided(uint32_t window)
{
    start(1, OUTPUT_APPEND, OUTBOX_BLOCK, 1 << 20, 5);
    struct receiver_faults *f = receiver_sim_faults(b.receiver[0]);
    f->window = window;
    f->all_undecided = true;
    batch(20, false);
    serve(now() + 6 * INT64_C(3600) * SECOND); // an ill receiver condemns nobody
    assert_int_equal(outbox_counters(b.outbox, "one")->dead, 0);
    f->all_undecided = false;
    f->undecided_seq = 3;
    serve(now() + 1800 * INT64_C(1000000));
    assert_int_equal(outbox_counters(b.outbox, "one")->dead, 1);
    drain();
    must_account(1);
    assert_false(receiver_sim_has(b.receiver[0], 3));
    stop();
}

static void test_undecided(void **state)
{
    (void)state;
    undecided(100);
}

static void test_undecided_one_at_a_time(void **state)
{
    (void)state;
    undecided(1);
}

static void test_dead_sink_delays_no_other(void **state)
{
    (void)state;
    start(2, OUTPUT_APPEND, OUTBOX_DROP_OLDEST, 40000, 6);
    receiver_sim_faults(b.receiver[1])->down = true;
    for (int i = 0; i < 100; i++) {
        batch(10, false);
        serve(now() + SECOND);
        assert_int_equal(receiver_sim_arrived(b.receiver[0]), b.position.next_seq);
    }
    const struct outbox_counters *c = outbox_counters(b.outbox, "two");
    assert_true(c->dropped > 0 && c->waiting < 200);
    drain();
    must_account(0);
    assert_int_equal(receiver_sim_told_missing(b.receiver[1]), outbox_counters(b.outbox, "two")->dropped);
    stop();
}

static void test_block(void **state)
{
    (void)state;
    start(2, OUTPUT_APPEND, OUTBOX_BLOCK, 40000, 7);
    receiver_sim_faults(b.receiver[1])->down = true;
    uint32_t made = 0;
    for (int i = 0; i < 100; i++) {
        if (!outbox_blocks(b.outbox)) {
            batch(10, false);
            made++;
        }
        serve(now() + SECOND);
    }
    assert_true(made < 20);
    assert_int_equal(receiver_sim_arrived(b.receiver[0]), b.position.next_seq);
    quiet(1);
    serve(now() + 70 * SECOND);
    assert_false(outbox_blocks(b.outbox));
    drain();
    must_account(0);
    assert_int_equal(receiver_sim_told_missing(b.receiver[1]), 0);
    stop();
}

static void test_complete_supersedes(void **state)
{
    (void)state;
    start(1, OUTPUT_COMPLETE, OUTBOX_BLOCK, 1 << 20, 8);
    batch(10, false);
    serve(now() + SECOND);
    receiver_sim_faults(b.receiver[0])->down = true;
    for (int i = 0; i < 1000; i++) {
        batch(10, false);
        serve(now() + 8 * SECOND);
    }
    // The newest result, one gap record; and what may have been tried before the outage was seen.
    assert_true(outbox_waiting(b.outbox) <= 21);
    drain();
    must_account(0);
    assert_true(receiver_sim_told_missing(b.receiver[0]) >= 9900);
    stop();
}

// Records that a former process may have sent are not dropped by this one: the receiver may have them.
static void test_tried_is_not_dropped_after_a_restart(void **state)
{
    (void)state;
    start(1, OUTPUT_APPEND, OUTBOX_DROP_OLDEST, 8000, 9);
    batch(40, false);
    serve(now() + 5000);
    receiver_sim_faults(b.receiver[0])->down = true;
    crash();
    for (int i = 0; i < 50; i++) {
        batch(10, false);
        serve(now() + SECOND);
    }
    drain();
    must_account(0);
    assert_true(receiver_sim_told_missing(b.receiver[0]) > 0);
    stop();
}

// Every dead letter is a row that has not arrived; sent again, now that nothing is refused, they do.
static void must_account_with_letters(void)
{
    struct error e = {0};
    uint64_t dead = letters(), missing = 0;
    if (b.resent == 0) // what was sent again comes behind what followed it
        must_account(dead);
    for (unsigned i = 0; i < b.sinks; i++)
        missing += b.position.next_seq - receiver_sim_arrived(b.receiver[i]) - receiver_sim_told_missing(b.receiver[i]);
    assert_int_equal(missing, dead);
    end_process();
    b.store = fixture_open(&b.fixture);
    must(deadletter_resend(b.store, &missing, &e), &e);
    assert_int_equal(missing, dead);
    store_close(b.store);
    begin_process();
    drain();
    for (unsigned i = 0; i < b.sinks; i++)
        assert_null(receiver_sim_check_counts(b.receiver[i], b.position.next_seq));
    assert_int_equal(letters(), 0);
}

static void weather(struct receiver_faults *f, uint32_t *seed)
{
    f->down = chance(seed) % 3 == 0;
    f->again = chance(seed) % 4 == 0 ? chance(seed) % 300 : 0;
    f->lost_answer = chance(seed) % 4 == 0 ? chance(seed) % 300 : 0;
    f->undecided = chance(seed) % 5 == 0 ? chance(seed) % 100 : 0;
    f->refused_seq = chance(seed) % 3 == 0 ? b.position.next_seq + chance(seed) % 60 : f->refused_seq;
    f->window = 1 + chance(seed) % 200;
    f->latency = 1000 + chance(seed) % 2000000;
    f->retry_after = chance(seed) % 9 == 0 ? (int64_t)(chance(seed) % 120) * SECOND : 0;
}

// Hours of bad weather, the power cut at any step, then a quiet end: every row has arrived or is in one gap.
static void storm(uint32_t seed, enum output_mode mode, enum outbox_full full)
{
    uint32_t s = seed * 2654435761u | 1;
    start(1 + seed % 2, mode, full, 30000 * (1 + (int64_t)seed % 2), seed);
    for (int step = 0; step < 300; step++) {
        for (unsigned i = 0; i < b.sinks; i++) {
            if (chance(&s) % 20 == 0)
                weather(receiver_sim_faults(b.receiver[i]), &s);
            if (chance(&s) % 30 == 0)
                receiver_sim_cut(b.receiver[i]);
        }
        if (!outbox_blocks(b.outbox) && chance(&s) % 3 != 0)
            batch(chance(&s) % 60, chance(&s) % 15 == 0);
        uint32_t turns = chance(&s) % 8;
        for (uint32_t i = 0; i < turns; i++) { // between a send, its answer and its commit, too
            turn();
            if (chance(&s) % 2)
                b.port->class->wait(b.port, now() + chance(&s) % 100000, NULL);
        }
        if (chance(&s) % 25 == 0)
            crash();
        if (seed % 2 && chance(&s) % 40 == 0)
            resend();
        if (chance(&s) % 4 == 0)
            serve(now() + (int64_t)(chance(&s) % 600) * SECOND);
    }
    for (unsigned i = 0; i < b.sinks; i++)
        receiver_sim_faults(b.receiver[i])->refused_seq = UINT64_MAX;
    drain();
    must_account_with_letters();
    stop();
}

static uint32_t seed_now; // of the storm at hand, for who has to repeat it

static int say_seed(void **state)
{
    (void)state;
    if (seed_now > 0) // it did not come to its end
        print_message("seed %u: RUNNEL_SEED=%u does it again\n", seed_now, seed_now);
    return 0;
}

static void test_storms(void **state)
{
    (void)state;
    const char *one = getenv("RUNNEL_SEED"), *more = getenv("RUNNEL_SEEDS");
    uint32_t first = one ? (uint32_t)atoi(one) : 1, last = one ? first : more ? (uint32_t)atoi(more) : 12;
    for (seed_now = first; seed_now <= last; seed_now++) {
        uint32_t seed = seed_now;
        storm(seed, OUTPUT_APPEND, OUTBOX_BLOCK);
        storm(seed, OUTPUT_APPEND, OUTBOX_DROP_OLDEST);
        storm(seed, OUTPUT_COMPLETE, OUTBOX_BLOCK);
        storm(seed, OUTPUT_UPDATE, OUTBOX_LATEST); // without groups: as block
    }
    seed_now = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delivers),
        cmocka_unit_test(test_restart_sends_from_the_cursor),
        cmocka_unit_test(test_back_off),
        cmocka_unit_test(test_refused_goes_to_the_dead_letters_and_back),
        cmocka_unit_test(test_a_refusal_behind_a_failure_is_forgotten),
        cmocka_unit_test(test_undecided),
        cmocka_unit_test(test_undecided_one_at_a_time),
        cmocka_unit_test(test_dead_sink_delays_no_other),
        cmocka_unit_test(test_block),
        cmocka_unit_test(test_complete_supersedes),
        cmocka_unit_test(test_tried_is_not_dropped_after_a_restart),
        cmocka_unit_test_teardown(test_storms, say_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
