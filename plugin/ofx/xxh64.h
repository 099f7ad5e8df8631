/* XXH64, the hash of little: of names put together, and of bands too small for XXH3.
 *
 * Written from the algorithm's description: https://github.com/Cyan4973/xxHash, doc/xxhash_spec.md ("XXH64
 * Algorithm Description"). Seed 0.
 */
#ifndef REELMEND_XXH64_H
#define REELMEND_XXH64_H

#include <stddef.h>
#include <stdint.h>

typedef struct Xxh64 {
    uint64_t lanes[4];
    uint64_t total;
    uint8_t rest[32]; /* what did not fill a stripe yet */
    size_t resting;
} Xxh64;

Xxh64 xxh64_start(void);
void xxh64_add(Xxh64 *hash, const void *bytes, size_t count);
uint64_t xxh64_end(const Xxh64 *hash);

#endif
