// expand.cu as a program for the host: as much of CUDA as it needs, and a main that reads launches
// from standard input and writes the targets to standard output. host_check.py compiles it with
// sanitizers. Every buffer has exactly its stated size, so that they detect any access beyond it.
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#define HOST
#define __global__
#define __device__
#define __forceinline__ inline

struct dim3 { unsigned x; };
struct alignas(8) uint2 { unsigned x, y; };
struct alignas(16) uint4 { unsigned x, y, z, w; };
static dim3 threadIdx, blockIdx;

static unsigned __funnelshift_r(unsigned low, unsigned high, unsigned n) {
    return (((unsigned long long)high << 32) | low) >> n;
}
static unsigned __float_as_uint(float x) { unsigned y; memcpy(&y, &x, 4); return y; }
static float __uint_as_float(unsigned x) { float y; memcpy(&y, &x, 4); return y; }

// Does what cvt.rn.f16.f32 does. Below 2^-14 the step of f16 is 2^-24, which is the last place of
// 0.5: adding 0.5 rounds to it.
static unsigned f16_of(float x) {
    const unsigned bits = __float_as_uint(x), sign = bits >> 16 & 0x8000, y = bits & 0x7fffffff;
    if (y > 0x7f800000) return 0x7fff;
    if (y >= 0x477ff000) return sign | 0x7c00;
    if (y < 0x38800000) return sign | (__float_as_uint(__uint_as_float(y) + 0.5f) - 0x3f000000);
    return sign | (y - 0x38000000 + 0xfff + (y >> 13 & 1)) >> 13;
}

#include "expand.cu"

static u32 get() {
    u32 x;
    if (fread(&x, 4, 1, stdin) != 1) exit(1);
    return x;
}

// A launch has its blocks; then, for each column, the five numbers from items to words and the
// sizes of source and target in bytes; then the sources.
int main() {
    for (u32 blocks; fread(&blocks, 4, 1, stdin) == 1;) {
        Batch batch;
        size_t source[3], target[3];
        for (int i = 0; i < 3; i++) {
            Column& c = batch.columns[i];
            c.items = get(), c.first_block = get(), c.conversion = get();
            c.width = get(), c.words = get(), c.unused = 0;
            source[i] = get(), target[i] = get();
        }
        for (int i = 0; i < 3; i++) {
            void* bytes = operator new(source[i], std::align_val_t(256));
            if (fread(bytes, 1, source[i], stdin) != source[i]) return 1;
            batch.columns[i].source = bytes;
            batch.columns[i].target = memset(operator new(target[i], std::align_val_t(256)), 0xa5, target[i]);
        }
        for (blockIdx.x = 0; blockIdx.x < blocks; blockIdx.x++)
            for (threadIdx.x = 0; threadIdx.x < 256; threadIdx.x++) expand(batch);
        for (int i = 0; i < 3; i++) {
            fwrite(batch.columns[i].target, 1, target[i], stdout);
            operator delete((void*)batch.columns[i].source, std::align_val_t(256));
            operator delete(batch.columns[i].target, std::align_val_t(256));
        }
    }
}
