#include "ops/slice.h"

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool slice_equal_fold(struct slice a, struct slice b)
{
    if (a.size != b.size)
        return false;
    for (uint32_t i = 0; i < a.size; i++)
        if (fold(a.data[i]) != fold(b.data[i]))
            return false;
    return true;
}

enum { NAME_MAX_COMPARED = 64 };

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

// Optimal string alignment: insert, delete, replace, swap of neighbours, each 1.
static uint32_t distance(struct slice a, struct slice b)
{
    uint32_t row[3][NAME_MAX_COMPARED + 1];
    for (uint32_t j = 0; j <= b.size; j++)
        row[0][j] = j;
    for (uint32_t i = 1; i <= a.size; i++) {
        uint32_t *now = row[i % 3], *up = row[(i - 1) % 3], *up2 = row[(i + 1) % 3];
        now[0] = i;
        for (uint32_t j = 1; j <= b.size; j++) {
            char x = fold(a.data[i - 1]), y = fold(b.data[j - 1]);
            now[j] = least(least(up[j], now[j - 1]) + 1, up[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == fold(b.data[j - 2]) && y == fold(a.data[i - 2]))
                now[j] = least(now[j], up2[j - 2] + 1);
        }
    }
    return row[a.size % 3][b.size];
}

// Letters that the two share at their ends: of two names as far away, a person meant the one that looks alike.
static uint32_t shared_ends(struct slice a, struct slice b)
{
    uint32_t most = least(a.size, b.size), front = 0, back = 0;
    while (front < most && fold(a.data[front]) == fold(b.data[front]))
        front++;
    while (back < most - front && fold(a.data[a.size - 1 - back]) == fold(b.data[b.size - 1 - back]))
        back++;
    return front + back;
}

int slice_nearest(struct slice wanted, const struct slice *names, uint32_t count)
{
    if (wanted.size > NAME_MAX_COMPARED)
        return -1;
    int best = -1;
    uint32_t best_distance = wanted.size / 3 + 1, best_shared = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (names[i].size > NAME_MAX_COMPARED)
            continue;
        uint32_t d = distance(wanted, names[i]), shared = shared_ends(wanted, names[i]);
        if (d < best_distance || (d == best_distance && (best < 0 || shared > best_shared))) {
            best_distance = d;
            best_shared = shared;
            best = (int)i;
        }
    }
    return best;
}
