#include "xxh64.h"

#include <string.h>

static const uint64_t PRIME_1 = 0x9E3779B185EBCA87u;
static const uint64_t PRIME_2 = 0xC2B2AE3D27D4EB4Fu;
static const uint64_t PRIME_3 = 0x165667B19E3779F9u;
static const uint64_t PRIME_4 = 0x85EBCA77C2B2AE63u;
static const uint64_t PRIME_5 = 0x27D4EB2F165667C5u;

enum { STRIPE = 32 };

static uint64_t turned(uint64_t value, int bits)
{
    return (value << bits) | (value >> (64 - bits));
}

/* Every machine we are built for is little-endian, as the hash is. */
static uint64_t word64(const uint8_t *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static uint32_t word32(const uint8_t *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static uint64_t rounded(uint64_t lane, uint64_t input)
{
    return turned(lane + input * PRIME_2, 31) * PRIME_1;
}

Xxh64 xxh64_start(void)
{
    return (Xxh64){.lanes = {PRIME_1 + PRIME_2, PRIME_2, 0, 0 - PRIME_1}};
}

/* Whole stripes only; returns how many bytes these are. */
static size_t add_stripes(Xxh64 *hash, const uint8_t *bytes, size_t count)
{
    uint64_t a = hash->lanes[0], b = hash->lanes[1], c = hash->lanes[2], d = hash->lanes[3];
    size_t done = 0;
    for (; done + STRIPE <= count; done += STRIPE) {
        a = rounded(a, word64(bytes + done));
        b = rounded(b, word64(bytes + done + 8));
        c = rounded(c, word64(bytes + done + 16));
        d = rounded(d, word64(bytes + done + 24));
    }
    hash->lanes[0] = a;
    hash->lanes[1] = b;
    hash->lanes[2] = c;
    hash->lanes[3] = d;
    return done;
}

void xxh64_add(Xxh64 *hash, const void *given, size_t count)
{
    const uint8_t *bytes = given;
    hash->total += count;
    if (hash->resting > 0) {
        size_t missing = STRIPE - hash->resting;
        size_t taken = count < missing ? count : missing;
        memcpy(hash->rest + hash->resting, bytes, taken);
        hash->resting += taken;
        bytes += taken;
        count -= taken;
        if (hash->resting < STRIPE)
            return;
        add_stripes(hash, hash->rest, STRIPE);
        hash->resting = 0;
    }
    size_t done = add_stripes(hash, bytes, count);
    hash->resting = count - done;
    if (hash->resting > 0)
        memcpy(hash->rest, bytes + done, hash->resting);
}

static uint64_t joined(const Xxh64 *hash)
{
    static const int turns[4] = {1, 7, 12, 18};
    if (hash->total < STRIPE)
        return PRIME_5;
    uint64_t result = 0;
    for (int k = 0; k < 4; k++)
        result += turned(hash->lanes[k], turns[k]);
    for (int k = 0; k < 4; k++)
        result = (result ^ rounded(0, hash->lanes[k])) * PRIME_1 + PRIME_4;
    return result;
}

static uint64_t with_rest(uint64_t result, const uint8_t *bytes, size_t count)
{
    for (; count >= 8; bytes += 8, count -= 8)
        result = turned(result ^ rounded(0, word64(bytes)), 27) * PRIME_1 + PRIME_4;
    for (; count >= 4; bytes += 4, count -= 4)
        result = turned(result ^ word32(bytes) * PRIME_1, 23) * PRIME_2 + PRIME_3;
    for (; count > 0; bytes++, count--)
        result = turned(result ^ *bytes * PRIME_5, 11) * PRIME_1;
    return result;
}

uint64_t xxh64_end(const Xxh64 *hash)
{
    uint64_t result = with_rest(joined(hash) + hash->total, hash->rest, hash->resting);
    result = (result ^ (result >> 33)) * PRIME_2;
    result = (result ^ (result >> 29)) * PRIME_3;
    return result ^ (result >> 32);
}
