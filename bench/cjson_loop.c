// The peer of bench/run: what a program made of cJSON and a loop costs on the same lines. It parses each line, looks at
// the three fields, and counts purchases by district and minute; no offsets, no state, no windows that close.
#include <cJSON.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 4096, DISTRICT_MAX = 32 };

struct slot {
    char district[DISTRICT_MAX];
    int64_t minute;
    uint64_t count;
};

static struct slot slots[SLOTS];

static void count(const char *district, int64_t minute)
{
    uint64_t hash = (uint64_t)minute * UINT64_C(0x9E3779B97F4A7C15);
    for (const char *c = district; *c; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001B3);
    for (uint64_t i = hash >> 20;; i++) {
        struct slot *s = &slots[i % SLOTS];
        if (s->count == 0) {
            snprintf(s->district, sizeof s->district, "%s", district);
            s->minute = minute;
        }
        if (s->minute == minute && strcmp(s->district, district) == 0) {
            s->count++;
            return;
        }
    }
}

static void take(const char *line, size_t size)
{
    cJSON *row = cJSON_ParseWithLength(line, size);
    const cJSON *time = cJSON_GetObjectItemCaseSensitive(row, "eventTime");
    const cJSON *action = cJSON_GetObjectItemCaseSensitive(row, "action");
    const cJSON *district = cJSON_GetObjectItemCaseSensitive(row, "district");
    if (cJSON_IsNumber(time) && cJSON_IsString(action) && cJSON_IsString(district) &&
        strcmp(action->valuestring, "purchase") == 0)
        count(district->valuestring, (int64_t)time->valuedouble / 60);
    cJSON_Delete(row);
}

int main(int argc, char **argv)
{
    uint64_t rows = 0, purchases = 0;
    char *line = NULL;
    size_t room = 0;
    for (int i = 1; i < argc; i++) {
        FILE *f = fopen(argv[i], "re");
        if (!f) {
            perror(argv[i]);
            return 1;
        }
        for (ssize_t size; (size = getline(&line, &room, f)) > 0; rows++)
            take(line, (size_t)size);
        fclose(f);
    }
    free(line);
    for (unsigned i = 0; i < SLOTS; i++)
        purchases += slots[i].count;
    printf("%llu rows, %llu purchases\n", (unsigned long long)rows, (unsigned long long)purchases);
    return 0;
}
