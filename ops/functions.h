// The functions there are: one line a family, one word a function. A new one is its row `function_NAME` in a fn_*.c
// file and its word here.
#ifndef OPS_FUNCTIONS_H
#define OPS_FUNCTIONS_H

#include "ops/function.h"

// clang-format off
#define FUNCTIONS(X)                                                                                                   \
    X(add) X(subtract) X(multiply) X(divide) X(remainder) X(div) X(negative) X(positive)                               \
    X(try_add) X(try_subtract) X(try_multiply) X(try_divide) X(try_mod)                                                \
    X(equal) X(not_equal) X(less) X(less_equal) X(greater) X(greater_equal) X(not_distinct) X(distinct) X(in)          \
    X(and) X(or) X(not) X(is_null) X(is_not_null)                                                                      \
    X(bitwise_and) X(bitwise_or) X(bitwise_xor) X(bitwise_not) X(shift_left) X(shift_right) X(shift_right_unsigned)    \
    X(bit_count) X(bit_get) X(bitmap_bit_position) X(bitmap_bucket_number) X(bitmap_count)                                                                                            \
    X(is_true) X(is_not_true) X(is_false) X(is_not_false) X(is_unknown) X(is_not_unknown)                              \
    X(case) X(if) X(coalesce) X(nvl) X(nvl2) X(nullif) X(greatest) X(least)                                            \
    X(isnan) X(nanvl) X(nullifzero) X(zeroifnull) X(equal_null) X(typeof) X(current_timezone) X(is_valid_utf8)         \
    X(concat) X(concat_ws) X(repeat) X(lpad) X(rpad) X(replace) X(reverse)                                             \
    X(length) X(octet_length) X(ascii) X(startswith) X(endswith) X(contains) X(instr) X(locate)                        \
    X(substring) X(left) X(right) X(substring_index) X(trim) X(btrim) X(ltrim) X(rtrim)                                \
    X(upper) X(lower) X(initcap)                                                                                       \
    X(translate) X(overlay) X(split_part) X(find_in_set) X(space) X(bit_length) X(elt) X(luhn_check) X(levenshtein) X(jaro_winkler_similarity) X(hmac) X(current_catalog) X(current_schema)    \
    X(format_number)                                                                                                   \
    X(format_string)                                                                                                   \
    X(mask)                                                                                                            \
    X(soundex)                                                                                                         \
    X(hex) X(unhex) X(bin) X(base64) X(unbase64) X(conv) X(chr) X(encode) X(decode) X(to_binary)                       \
    X(md5) X(sha1) X(sha2) X(crc32) X(hash) X(xxhash64)                                                                \
    X(like) X(ilike) X(split) X(rlike) X(regexp_extract)                                                               \
    X(regexp_replace) X(regexp_extract_all) X(regexp_count) X(regexp_substr) X(regexp_instr)                           \
    X(abs) X(sign) X(pmod) X(sqrt) X(cbrt) X(exp) X(expm1) X(ln) X(log) X(log10) X(log2) X(log1p) X(pow) X(hypot)      \
    X(sin) X(cos) X(tan) X(asin) X(acos) X(atan) X(atan2) X(sinh) X(cosh) X(tanh) X(degrees) X(radians) X(e) X(pi)     \
    X(factorial) X(width_bucket) X(acosh) X(asinh) X(atanh) X(cot) X(csc) X(sec)                                                                                       \
    X(round) X(bround) X(rint) X(floor) X(ceil)                                                                        \
    X(year) X(quarter) X(month) X(day) X(dayofweek) X(weekday) X(dayofyear) X(weekofyear) X(last_day)                  \
    X(date_add) X(date_sub) X(add_months) X(datediff) X(make_date) X(trunc) X(date_trunc)                              \
    X(months_between) X(next_day) X(timestampadd) X(timestampdiff) X(unix_date) X(date_from_unix_date) X(dayname)      \
    X(monthname) X(make_timestamp) X(make_timestamp_ntz) X(from_utc_timestamp) X(to_utc_timestamp) X(convert_timezone) \
    X(hour) X(minute) X(second) X(extract) X(unix_seconds) X(unix_millis) X(unix_micros)                               \
    X(timestamp_seconds) X(timestamp_millis) X(timestamp_micros) X(current_timestamp) X(current_date)                  \
    X(date_format) X(from_unixtime) X(to_date) X(to_timestamp) X(unix_timestamp)                                       \
    X(array) X(struct) X(named_struct) X(map) X(field) X(item) X(element_at) X(size) X(array_contains)                 \
    X(to_json) X(from_json) X(get_json_object) X(json_array_length) X(json_object_keys) X(to_csv) X(from_csv)                                             \
    X(array_distinct) X(array_compact) X(array_position) X(array_remove) X(array_append) X(array_prepend)              \
    X(sequence) X(arrays_zip) X(array_join)                                                                            \
    X(array_insert) X(array_repeat) X(slice) X(flatten) X(array_size) X(get) X(array_union) X(array_intersect)         \
    X(array_except) X(arrays_overlap) X(sort_array) X(array_sort) X(array_max) X(array_min) X(map_keys) X(map_values)  \
    X(map_entries) X(map_from_arrays) X(map_from_entries) X(map_concat) X(map_contains_key) X(str_to_map)              \
    X(transform) X(filter) X(exists) X(forall) X(zip_with) X(aggregate) X(map_filter) X(transform_keys)                \
    X(transform_values) X(map_zip_with) X(make_dt_interval) X(make_ym_interval) X(url_encode) X(url_decode)            \
    X(parse_url) X(try_to_number) X(to_char) X(between) X(localtimestamp) X(to_timestamp_ntz) X(make_valid_utf8)           \
    X(validate_utf8) X(quote) X(to_base32) X(from_base32) X(inline) X(inline_outer) X(stack) X(json_tuple)             \
    X(explode) X(explode_outer) X(posexplode) X(posexplode_outer) X(window) X(session_window) X(window_time)
// clang-format on

#define FUNCTION_DECLARE(name) extern const struct function function_##name;
FUNCTIONS(FUNCTION_DECLARE)

#endif
