// The functions there are: one line a family, one word a function. A new one is its row `function_NAME` in a fn_*.c
// file and its word here.
#ifndef OPS_FUNCTIONS_H
#define OPS_FUNCTIONS_H

#include "ops/function.h"

// clang-format off
#define FUNCTIONS(X)                                                                                                   \
    X(add) X(subtract) X(multiply) X(divide) X(remainder) X(div) X(negative) X(positive)                               \
    X(equal) X(not_equal) X(less) X(less_equal) X(greater) X(greater_equal) X(not_distinct) X(distinct) X(in)          \
    X(and) X(or) X(not) X(is_null) X(is_not_null)                                                                      \
    X(bitwise_and) X(bitwise_or) X(bitwise_xor) X(bitwise_not) X(shift_left) X(shift_right) X(shift_right_unsigned)    \
    X(bit_count) X(bit_get)                                                                                            \
    X(is_true) X(is_not_true) X(is_false) X(is_not_false) X(is_unknown) X(is_not_unknown)                              \
    X(case) X(if) X(coalesce) X(nvl) X(nvl2) X(nullif) X(greatest) X(least)                                            \
    X(concat) X(concat_ws) X(repeat) X(lpad) X(rpad) X(replace) X(reverse)                                             \
    X(length) X(octet_length) X(ascii) X(startswith) X(endswith) X(contains) X(instr) X(locate)                        \
    X(substring) X(left) X(right) X(substring_index) X(trim) X(btrim) X(ltrim) X(rtrim)                                \
    X(upper) X(lower) X(initcap)                                                                                       \
    X(hex) X(unhex) X(bin) X(base64) X(unbase64) X(conv) X(chr) X(encode) X(decode) X(to_binary)                       \
    X(like) X(ilike) X(split) X(rlike) X(regexp_extract)                                                               \
    X(abs) X(sign) X(pmod) X(sqrt) X(cbrt) X(exp) X(expm1) X(ln) X(log) X(log10) X(log2) X(log1p) X(pow) X(hypot)      \
    X(sin) X(cos) X(tan) X(asin) X(acos) X(atan) X(atan2) X(sinh) X(cosh) X(tanh) X(degrees) X(radians) X(e) X(pi)     \
    X(round) X(bround) X(rint) X(floor) X(ceil)                                                                        \
    X(year) X(quarter) X(month) X(day) X(dayofweek) X(weekday) X(dayofyear) X(weekofyear) X(last_day)                  \
    X(date_add) X(date_sub) X(add_months) X(datediff) X(make_date) X(trunc) X(date_trunc)                              \
    X(hour) X(minute) X(second) X(extract) X(unix_seconds) X(unix_millis) X(unix_micros)                               \
    X(timestamp_seconds) X(timestamp_millis) X(timestamp_micros) X(current_timestamp) X(current_date)                  \
    X(date_format) X(from_unixtime) X(to_date) X(to_timestamp) X(unix_timestamp)                                       \
    X(array) X(struct) X(named_struct) X(map) X(field) X(item) X(element_at) X(size) X(array_contains)                 \
    X(explode) X(explode_outer) X(posexplode) X(posexplode_outer) X(window) X(window_time)
// clang-format on

#define FUNCTION_DECLARE(name) extern const struct function function_##name;
FUNCTIONS(FUNCTION_DECLARE)

#endif
