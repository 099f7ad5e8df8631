#include "xxh3.h"

#include <string.h>

static const uint64_t PRIME32_1 = 0x9E3779B1u, PRIME32_2 = 0x85EBCA77u, PRIME32_3 = 0xC2B2AE3Du;
static const uint64_t PRIME64_1 = 0x9E3779B185EBCA87u, PRIME64_2 = 0xC2B2AE3D27D4EB4Fu;
static const uint64_t PRIME64_3 = 0x165667B19E3779F9u, PRIME64_4 = 0x85EBCA77C2B2AE63u;
static const uint64_t PRIME64_5 = 0x27D4EB2F165667C5u, PRIME_MX1 = 0x165667919E3779F9u;

enum { SECRET_BYTES = 192, STRIPES_A_BLOCK = (SECRET_BYTES - XXH3_STRIPE) / 8, AHEAD = 8192 };

static const uint8_t SECRET[] = {
    0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c, 0xde, 0xd4,
    0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f, 0xcb, 0x79, 0xe6, 0x4e,
    0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21, 0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43,
    0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c, 0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb,
    0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3, 0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19,
    0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8, 0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7,
    0xc7, 0x0b, 0x4f, 0x1d, 0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78,
    0x73, 0x64, 0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
    0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e, 0x2b, 0x16,
    0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce, 0x45, 0xcb, 0x3a, 0x8f,
    0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
};

_Static_assert(sizeof SECRET == SECRET_BYTES, "the secret is whole");

/* Two lanes at a time: what every processor we are built for adds and multiplies at once. */
typedef uint64_t Pair __attribute__((vector_size(16)));

enum { PAIRS = XXH3_LANES / 2 };

static Pair pair_at(const uint8_t *bytes)
{
    Pair pair;
    memcpy(&pair, bytes, sizeof pair);
    return pair;
}

static uint64_t word_at(const uint8_t *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static inline void accumulate(Pair *lanes, const uint8_t *bytes, const uint8_t *secret)
{
    for (int k = 0; k < PAIRS; k++) {
        Pair value = pair_at(bytes + 16 * k), mixed = value ^ pair_at(secret + 16 * k);
        lanes[k] += __builtin_shufflevector(value, value, 1, 0) + (mixed & 0xFFFFFFFFu) * (mixed >> 32);
    }
}

static void scramble(Pair *lanes)
{
    for (int k = 0; k < PAIRS; k++) {
        Pair lane = lanes[k];
        lane ^= lane >> 47;
        lane ^= pair_at(SECRET + SECRET_BYTES - XXH3_STRIPE + 16 * k);
        lanes[k] = lane * PRIME32_1;
    }
}

static void add_stripes(Xxh3 *hash, const uint8_t *bytes, size_t count)
{
    Pair lanes[PAIRS];
    size_t nth = hash->stripes;
    memcpy(lanes, hash->lanes, sizeof lanes);
    for (size_t k = 0; k < count; k++, bytes += XXH3_STRIPE) {
        __builtin_prefetch(bytes + AHEAD, 0, 2);
        accumulate(lanes, bytes, SECRET + 8 * nth);
        if (++nth == STRIPES_A_BLOCK) {
            scramble(lanes);
            nth = 0;
        }
    }
    memcpy(hash->lanes, lanes, sizeof lanes);
    hash->stripes = nth;
}

Xxh3 xxh3_start(void)
{
    return (Xxh3){.lanes = {PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3, PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1}};
}

/* A stripe goes in once something follows it: the very last one is mixed in another way. */
void xxh3_add(Xxh3 *hash, const void *given, size_t count)
{
    const uint8_t *bytes = given;
    uint8_t *held = hash->kept + XXH3_STRIPE;
    hash->total += count;
    if (hash->held > 0) {
        size_t missing = XXH3_STRIPE - hash->held, taken = count < missing ? count : missing;
        memcpy(held + hash->held, bytes, taken);
        hash->held += taken;
        bytes += taken;
        count -= taken;
        if (count == 0)
            return;
        add_stripes(hash, held, 1);
        memcpy(hash->kept, held, XXH3_STRIPE);
        hash->held = 0;
    }
    if (count > XXH3_STRIPE) {
        size_t whole = (count - 1) / XXH3_STRIPE;
        add_stripes(hash, bytes, whole);
        bytes += whole * XXH3_STRIPE;
        count -= whole * XXH3_STRIPE;
        memcpy(hash->kept, bytes - XXH3_STRIPE, XXH3_STRIPE);
    }
    memcpy(held, bytes, count);
    hash->held = count;
}

static uint64_t folded(uint64_t one, uint64_t other)
{
    unsigned __int128 product = (unsigned __int128)one * other;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t xxh3_end(const Xxh3 *hash)
{
    Pair pairs[PAIRS];
    uint64_t lanes[XXH3_LANES];
    memcpy(pairs, hash->lanes, sizeof pairs);
    /* The last 64 bytes, some of which may have gone in already. */
    accumulate(pairs, hash->kept + hash->held, SECRET + SECRET_BYTES - XXH3_STRIPE - 7);
    memcpy(lanes, pairs, sizeof lanes);
    uint64_t result = hash->total * PRIME64_1;
    for (int k = 0; k < XXH3_LANES; k += 2)
        result += folded(lanes[k] ^ word_at(SECRET + 11 + 8 * k), lanes[k + 1] ^ word_at(SECRET + 19 + 8 * k));
    result = (result ^ (result >> 37)) * PRIME_MX1;
    return result ^ (result >> 32);
}
