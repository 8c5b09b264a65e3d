// json_member(json, name): what a JSON object has under a name, as a STRING; json_tuple is made of it.
#ifndef OPS_JSON_MEMBER_H
#define OPS_JSON_MEMBER_H

#include "ops/function.h"

extern const struct function function_json_member;

#endif
