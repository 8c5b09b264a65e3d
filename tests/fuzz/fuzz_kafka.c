// What a REST bridge answers, read in each of the ways there are. The first byte says how many records the request had.
#include "tests/fuzz/fuzz.h"

#include "hal/source/kafka_answer.h"
#include "sinks/kafka_answer.h"

static uint32_t sum; // so that everything is looked at

static void found_partition(void *arg, int32_t number)
{
    (void)arg;
    FUZZ_CHECK(number >= 0);
}

static void look(struct slice s)
{
    for (uint32_t i = 0; i < s.size; i++)
        sum += (uint8_t)s.data[i];
}

static void found_record(void *arg, const struct message *record)
{
    (void)arg;
    look(record->value);
    look(record->key);
    look(record->topic);
    for (uint32_t i = 0; i < 2 * record->header_count; i++)
        look(record->header[i]);
}

static void found_entry(void *arg, uint32_t index, enum sink_outcome outcome, const char *reason)
{
    uint32_t *next = arg;
    FUZZ_CHECK(index == (*next)++);
    if (outcome != SINK_ARRIVED)
        look(slice_of(reason));
}

static void read_produced(struct slice body, uint32_t records)
{
    static const char *const names[] = {"", "confluent", "strimzi", "karapace"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct kafka_shape shape = {0};
        uint32_t next = 0;
        bool read =
            kafka_answer_read(body, records, kafka_dialect_find(slice_of(names[i])), found_entry, &next, &shape);
        FUZZ_CHECK(next == (read ? records : 0));
        (void)kafka_dialect_of_shape(&shape);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f;
    struct kafka_answers answers;
    struct slice text = {0};
    int64_t begin, end;
    char words[200];
    fuzz_begin(&f, data, size);
    uint32_t records = fuzz_byte(&f) % 8;
    kafka_answers_init(&answers, &f.memory);
    (void)kafka_answer_partitions(&answers, f.input, found_partition, NULL);
    (void)kafka_answer_offsets(&answers, f.input, &begin, &end);
    if (kafka_answer_text(&answers, f.input, SLICE("message"), &text))
        look(text);
    (void)kafka_answer_records(&answers, f.input, &f.arena, true, found_record, NULL);
    kafka_answers_free(&answers);
    read_produced(f.input, records);
    kafka_answer_words(500, f.input, words, sizeof(words));
    look(slice_of(words));
    (void)kafka_dialect_of_root(200, f.input);
    fuzz_end(&f);
    return 0;
}
