#include "ops/big.h"

#include <assert.h>
#include <string.h>

static void trim(struct big *x)
{
    while (x->size && x->limb[x->size - 1] == 0)
        x->size--;
}

struct big big_of(uint64_t low, uint64_t high)
{
    struct big x = {4, {(uint32_t)low, (uint32_t)(low >> 32), (uint32_t)high, (uint32_t)(high >> 32)}};
    trim(&x);
    return x;
}

static uint64_t limb_at(const struct big *x, uint32_t i)
{
    return i < x->size ? x->limb[i] : 0;
}

void big_low128(const struct big *x, uint64_t *low, uint64_t *high)
{
    *low = limb_at(x, 0) | limb_at(x, 1) << 32;
    *high = limb_at(x, 2) | limb_at(x, 3) << 32;
}

int big_compare(const struct big *x, const struct big *y)
{
    if (x->size != y->size)
        return x->size < y->size ? -1 : 1;
    for (uint32_t i = x->size; i-- > 0;)
        if (x->limb[i] != y->limb[i])
            return x->limb[i] < y->limb[i] ? -1 : 1;
    return 0;
}

static void push(struct big *x, uint32_t limb)
{
    assert(x->size < BIG_LIMBS);
    x->limb[x->size++] = limb;
}

void big_add(struct big *x, const struct big *y)
{
    uint32_t size = x->size > y->size ? x->size : y->size;
    uint64_t carry = 0;
    struct big sum = {0};
    for (uint32_t i = 0; i < size; i++) {
        carry += limb_at(x, i) + limb_at(y, i);
        push(&sum, (uint32_t)carry);
        carry >>= 32;
    }
    if (carry)
        push(&sum, (uint32_t)carry);
    *x = sum;
}

// x * by + add
static void multiply_add(struct big *x, uint32_t by, uint32_t add)
{
    uint64_t carry = add;
    for (uint32_t i = 0; i < x->size; i++) {
        carry += (uint64_t)x->limb[i] * by;
        x->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry)
        push(x, (uint32_t)carry);
}

void big_add_small(struct big *x, uint32_t v)
{
    multiply_add(x, 1, v);
}

void big_push_digit(struct big *x, uint32_t digit)
{
    multiply_add(x, 10, digit);
}

void big_subtract(struct big *x, const struct big *y)
{
    assert(big_compare(x, y) >= 0);
    int64_t borrow = 0;
    for (uint32_t i = 0; i < x->size; i++) {
        borrow += (int64_t)x->limb[i] - (int64_t)limb_at(y, i);
        x->limb[i] = (uint32_t)(borrow & 0xFFFFFFFF);
        borrow = borrow < 0 ? -1 : 0;
    }
    trim(x);
}

void big_multiply(const struct big *x, const struct big *y, struct big *out)
{
    assert(x->size + y->size <= BIG_LIMBS);
    *out = (struct big){.size = x->size + y->size};
    for (uint32_t i = 0; i < x->size; i++) {
        uint64_t carry = 0;
        for (uint32_t k = 0; k < y->size; k++) {
            carry += (uint64_t)x->limb[i] * y->limb[k] + out->limb[i + k];
            out->limb[i + k] = (uint32_t)carry;
            carry >>= 32;
        }
        out->limb[i + y->size] = (uint32_t)carry;
    }
    trim(out);
}

static uint32_t divide_small(struct big *x, uint32_t by)
{
    uint64_t rest = 0;
    for (uint32_t i = x->size; i-- > 0;) {
        rest = rest << 32 | x->limb[i];
        x->limb[i] = (uint32_t)(rest / by);
        rest %= by;
    }
    trim(x);
    return (uint32_t)rest;
}

static uint32_t shifted(const struct big *x, uint32_t i, unsigned shift)
{
    uint64_t pair = limb_at(x, i) << 32 | (i ? limb_at(x, i - 1) : 0);
    return (uint32_t)(pair >> (32 - shift));
}

// Knuth, The Art of Computer Programming, volume 2, 4.3.1, algorithm D.
void big_divide(const struct big *x, const struct big *y, struct big *quotient, struct big *rest)
{
    assert(y->size > 0);
    if (big_compare(x, y) < 0) {
        *rest = *x;
        *quotient = (struct big){0};
        return;
    }
    if (y->size == 1) {
        *quotient = *x;
        *rest = big_of(divide_small(quotient, y->limb[0]), 0);
        return;
    }
    uint32_t n = y->size, m = x->size - n;
    unsigned shift = (unsigned)__builtin_clz(y->limb[n - 1]);
    uint32_t u[BIG_LIMBS + 1], v[BIG_LIMBS];
    for (uint32_t i = 0; i <= x->size; i++)
        u[i] = shifted(x, i, shift);
    for (uint32_t i = 0; i < n; i++)
        v[i] = shifted(y, i, shift);
    *quotient = (struct big){.size = m + 1};
    for (uint32_t j = m + 1; j-- > 0;) {
        uint64_t top = (uint64_t)u[j + n] << 32 | u[j + n - 1];
        uint64_t guess = top / v[n - 1], left = top % v[n - 1];
        while (guess >> 32 || guess * v[n - 2] > (left << 32 | u[j + n - 2])) {
            guess--;
            left += v[n - 1];
            if (left >> 32)
                break;
        }
        int64_t borrow = 0;
        uint64_t carry = 0;
        for (uint32_t i = 0; i < n; i++) {
            carry += guess * v[i];
            borrow += (int64_t)u[i + j] - (int64_t)(carry & 0xFFFFFFFF);
            u[i + j] = (uint32_t)(borrow & 0xFFFFFFFF);
            borrow = borrow < 0 ? -1 : 0;
            carry >>= 32;
        }
        borrow += (int64_t)u[j + n] - (int64_t)carry;
        u[j + n] = (uint32_t)(borrow & 0xFFFFFFFF);
        if (borrow < 0) { // guessed one too many
            guess--;
            carry = 0;
            for (uint32_t i = 0; i < n; i++) {
                carry += (uint64_t)u[i + j] + v[i];
                u[i + j] = (uint32_t)carry;
                carry >>= 32;
            }
            u[j + n] += (uint32_t)carry;
        }
        quotient->limb[j] = (uint32_t)guess;
    }
    trim(quotient);
    *rest = (struct big){.size = n};
    for (uint32_t i = 0; i < n; i++)
        rest->limb[i] = (uint32_t)(((uint64_t)u[i + 1] << 32 | u[i]) >> shift);
    trim(rest);
}

static const uint32_t power_of_ten[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

void big_scale_up(struct big *x, unsigned digits)
{
    if (x->size == 0)
        return;
    for (; digits >= 9; digits -= 9)
        multiply_add(x, power_of_ten[9], 0);
    if (digits)
        multiply_add(x, power_of_ten[digits], 0);
}

void big_scale_down(struct big *x, unsigned digits, enum big_rounding how)
{
    if (digits == 0 || x->size == 0)
        return;
    // All but the last digit are cut, remembering whether anything was cut; the last one decides.
    bool below = false;
    unsigned first = digits - 1;
    for (; first >= 9 && x->size; first -= 9)
        below |= divide_small(x, power_of_ten[9]) != 0;
    if (first && x->size)
        below |= divide_small(x, power_of_ten[first < 9 ? first : 9]) != 0;
    uint32_t last = divide_small(x, 10);
    bool odd = x->size && (x->limb[0] & 1);
    bool up = (how == BIG_UP && (last || below)) || (how == BIG_HALF_UP && last >= 5) ||
              (how == BIG_HALF_EVEN && (last > 5 || (last == 5 && (below || odd))));
    if (up)
        big_add_small(x, 1);
}

unsigned big_digits(const struct big *x)
{
    struct big rest = *x;
    unsigned count = 0;
    uint32_t last = 0;
    while (rest.size > 1) {
        divide_small(&rest, power_of_ten[9]);
        count += 9;
    }
    last = rest.size ? rest.limb[0] : 0;
    if (last == 0)
        return count ? count : 1;
    for (; last; last /= 10)
        count++;
    return count;
}

uint32_t big_print(const struct big *x, char *to)
{
    char reversed[BIG_DIGITS + 20];
    uint32_t count = 0;
    struct big rest = *x;
    do {
        uint32_t nine = divide_small(&rest, power_of_ten[9]);
        for (unsigned i = 0; i < 9 && (rest.size || nine); i++) {
            reversed[count++] = (char)('0' + nine % 10);
            nine /= 10;
        }
    } while (rest.size);
    if (count == 0)
        reversed[count++] = '0';
    assert(count <= 40);
    for (uint32_t i = 0; i < count; i++)
        to[i] = reversed[count - 1 - i];
    return count;
}
