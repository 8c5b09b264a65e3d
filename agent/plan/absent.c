#include "agent/plan/absent.h"

#include <stddef.h>

#define RANDOM     "its values depend on how Spark splits a batch, so no two runs would agree; take hash(…) of a column"
#define PARTITION  "there are no partitions here"
#define ENDS_QUERY "it ends the query, and an agent does not stop at one row: let WHERE send such rows elsewhere"
#define NO_CIPHER  "no cipher is built in; hmac, sha2 and md5 are"
#define NO_USER    "there is no user of a session here"
#define NO_FILE    "a row does not know its file here"
#define INTERVALS  "an interval of months and days at once is no type here; take make_ym_interval or make_dt_interval"
#define NO_SCHEMA  "let Spark say the schema once, and write it into the query"
#define NO_VARIANT "VARIANT is no type here; take from_json or get_json_object"
#define NO_XML     "there is no XML here"

static const struct {
    const char *function, *reason;
} absent[] = {
    {"rand", RANDOM},
    {"random", RANDOM},
    {"randn", RANDOM},
    {"randstr", RANDOM},
    {"uniform", RANDOM},
    {"uuid", RANDOM},
    {"shuffle", RANDOM},
    {"monotonically_increasing_id", PARTITION},
    {"spark_partition_id", PARTITION},
    {"raise_error", ENDS_QUERY},
    {"assert_true", ENDS_QUERY},
    {"to_number", "it ends the query at a text that is no number; take try_to_number"},
    {"make_interval", INTERVALS},
    {"try_make_interval", INTERVALS},
    {"aes_encrypt", NO_CIPHER},
    {"aes_decrypt", NO_CIPHER},
    {"try_aes_decrypt", NO_CIPHER},
    {"current_user", NO_USER},
    {"session_user", NO_USER},
    {"user", NO_USER},
    {"version", "`runnel version` says ours"},
    {"input_file_name", NO_FILE},
    {"input_file_block_start", NO_FILE},
    {"input_file_block_length", NO_FILE},
    {"schema_of_json", NO_SCHEMA},
    {"schema_of_csv", NO_SCHEMA},
    {"time_bucket", "take window(time, '1 hour').start, or date_trunc"},
    {"parse_json", NO_VARIANT},
    {"try_parse_json", NO_VARIANT},
    {"variant_get", NO_VARIANT},
    {"try_variant_get", NO_VARIANT},
    {"from_xml", NO_XML},
    {"to_xml", NO_XML},
    {"xpath", NO_XML},
    {"xpath_string", NO_XML},
    {"java_method", "there is no Java here"},
    {"reflect", "there is no Java here"},
};

const char *absent_reason(struct slice function)
{
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        if (slice_equal_fold(function, slice_of(absent[i].function)))
            return absent[i].reason;
    return NULL;
}
