/* XXH3, 64 bits, for more than 240 bytes: the hash that names what a picture holds, as fast as memory is read.
 *
 * Written from the algorithm's description: https://github.com/Cyan4973/xxHash, doc/xxhash_spec.md ("XXH3
 * Algorithm Description", large inputs). Seed 0, the default secret.
 */
#ifndef REELMEND_XXH3_H
#define REELMEND_XXH3_H

#include <stddef.h>
#include <stdint.h>

enum { XXH3_STRIPE = 64, XXH3_LANES = 8, XXH3_LEAST = 241 };

typedef struct Xxh3 {
    uint64_t lanes[XXH3_LANES];
    uint64_t total;
    size_t stripes;             /* of the block at hand */
    uint8_t kept[2 * XXH3_STRIPE]; /* the last stripe that went in, and what is held back behind it */
    size_t held;
} Xxh3;

Xxh3 xxh3_start(void);
void xxh3_add(Xxh3 *hash, const void *bytes, size_t count);
uint64_t xxh3_end(const Xxh3 *hash); /* of at least XXH3_LEAST bytes in all */

#endif
