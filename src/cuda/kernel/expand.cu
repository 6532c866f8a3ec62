// Expands one batch from the types in which it crosses the bus to those that a model takes. The bus
// carries one-hot sequence as one bit for each position, counts as u8 or u16, and signals as f32.
// One launch of this kernel writes every column of the batch as f32, f16, bf16 or u8. A thread
// writes one piece of a column, 16 bytes of the target. The threads of a block write adjacent
// pieces of one column, so that decisions for a column do not make the threads of a warp diverge.
// Launch it with 256 threads for each block in one dimension; blocks in excess do nothing.
//
// It has no shared memory, barriers, warp instructions, atomics, calls or local memory. So
// expand.ptx, which build.py compiles from this text and the library includes, can be interpreted
// instruction by instruction without a GPU. There is no #include: NVRTC compiles it alone, and
// host.cpp makes it C++ for the host.

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

// The types of the elements of source and target.
enum Input { BITS, FROM_U8, FROM_U16, FROM_F32 };
enum Output { F32, F16, BF16, U8 };

// One column of a batch; src/cuda/kernel.rs fills the same 40 bytes.
struct Column {
    const void* source; // device memory, at a multiple of 256
    void* target;       // device memory, at a multiple of 256, which does not overlap the source
    u32 items;          // elements of the target; may be 0
    u32 first_block;    // the column's first block, ascending; 0xffffffff for an unused column
    u32 conversion;     // 4 * Input + Output; for conversions that are missing, nothing is written
    u32 width;          // for bits: positions of a row of the target, whose rows are contiguous
    u32 words;          // for bits: 32-bit words of a row of the source, at least width / 32
    u32 unused;
};

struct Batch {
    Column columns[3];
};

// E is the type of an element, and ONE the bits of its 1.
template <int OUTPUT> struct Target;
template <> struct Target<F32> { typedef u32 E; enum : u32 { ONE = 0x3F800000u }; };
template <> struct Target<F16> { typedef u16 E; enum : u32 { ONE = 0x3C00u }; };
template <> struct Target<BF16> { typedef u16 E; enum : u32 { ONE = 0x3F80u }; };
template <> struct Target<U8> { typedef u8 E; enum : u32 { ONE = 1u }; };

template <int INPUT> struct Source;
template <> struct Source<FROM_U8> { typedef u8 E; };
template <> struct Source<FROM_U16> { typedef u16 E; };
template <> struct Source<FROM_F32> { typedef u32 E; };

// Returns the binary logarithm of the number of elements of a piece.
__device__ __forceinline__ constexpr u32 shift_of(u32 output) { return output == F32 ? 2 : output == U8 ? 4 : 3; }

// ---- bits ---------------------------------------------------------------------------------------

// Returns n bits (at most 16) of the target from element `at` on, the first one lowest. They may
// lie in several rows. It reads no word without any of them: the memory may end after the last
// word.
__device__ __forceinline__ u32 gather(const u32* source, u32 at, u32 n, u32 width, u32 words) {
    const u32 row = at / width;
    const u32* line = source + (u64)row * words;
    u32 position = at - row * width;
    u32 bits = 0;
    u32 have = 0;
    for (;;) {
        const u32 part = n - have < width - position ? n - have : width - position;
        const u32* word = line + position / 32;
        const u32 low = word[0];
        const u32 high = position % 32 + part > 32 ? word[1] : 0;
        bits |= (__funnelshift_r(low, high, position % 32) & ((1u << part) - 1)) << have;
        have += part;
        if (have == n) return bits;
        line += words;
        position = 0;
    }
}

// Spreads bits to elements that are 1 or 0. The product has bit k at the lowest place of element k.
template <int OUTPUT> __device__ __forceinline__ void spread(u32 bits, u32 (&piece)[4]) {
    const u32 per = 4 / sizeof(typename Target<OUTPUT>::E);
    const u32 copies = per == 1 ? 1u : per == 2 ? 0x8001u : 0x204081u;
    const u32 lowest = per == 1 ? 1u : per == 2 ? 0x10001u : 0x1010101u;
#pragma unroll
    for (u32 i = 0; i < 4; i++) {
        const u32 few = (bits >> (i * per)) & ((1u << per) - 1);
        piece[i] = ((few * copies) & lowest) * Target<OUTPUT>::ONE;
    }
}

// ---- numbers ------------------------------------------------------------------------------------

#ifndef HOST // host.cpp has its own
// Rounds to the nearest, ties to even; from 65520 on to infinity. Any NaN becomes 0x7fff.
__device__ __forceinline__ u32 f16_of(float x) {
    u16 y;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(y) : "f"(x));
    return y;
}
#endif

// Rounds to the nearest, ties to even, as bf16::from_f32 of the Rust crate `half` does (sm_70 has
// no instruction for it): a NaN keeps its sign and its upper bits and becomes quiet. A u8 is exact,
// and an integer is never a NaN.
template <int INPUT> __device__ __forceinline__ u32 bf16_of(float x) {
    const u32 y = __float_as_uint(x);
    if (INPUT == FROM_U8) return y >> 16;
    if (INPUT == FROM_F32 && (y & 0x7fffffff) > 0x7f800000) return y >> 16 | 0x40;
    return (y + 0x7fff + (y >> 16 & 1)) >> 16;
}

// Returns an element of the source as a float; a u32 has the bits of a float.
__device__ __forceinline__ float number(u8 x) { return (float)(u32)x; }
__device__ __forceinline__ float number(u16 x) { return (float)(u32)x; }
__device__ __forceinline__ float number(u32 x) { return __uint_as_float(x); }

template <int INPUT, int OUTPUT> __device__ __forceinline__ u32 as(float x) {
    return OUTPUT == F32 ? __float_as_uint(x) : OUTPUT == F16 ? f16_of(x) : bf16_of<INPUT>(x);
}

// Loads COUNT words, up to 16 bytes at once.
template <u32 COUNT> __device__ __forceinline__ void load(const void* source, u32 (&raw)[COUNT]) {
    if (COUNT == 1) {
        raw[0] = *(const u32*)source;
    } else if (COUNT == 2) {
        const uint2 x = *(const uint2*)source;
        raw[0] = x.x, raw[COUNT - 1] = x.y;
    } else {
#pragma unroll
        for (u32 i = 0; i + 3 < COUNT; i += 4) {
            const uint4 x = ((const uint4*)source)[i / 4];
            raw[i] = x.x, raw[i + 1] = x.y, raw[i + 2] = x.z, raw[i + 3] = x.w;
        }
    }
}

// Converts the first n elements of a piece; the others are undefined. The source is read only where
// it has elements.
template <int INPUT, int OUTPUT>
__device__ __forceinline__ void convert(const void* source, u32 at, u32 n, u32 (&piece)[4]) {
    typedef typename Source<INPUT>::E E;
    const u32 count = 1u << shift_of(OUTPUT);
    const u32 in = 4 / sizeof(E), out = count / 4; // elements of a word
    const E* first = (const E*)source + at;
    u32 raw[count / in] = {};
    if (n == count) {
        load(first, raw);
    } else {
#pragma unroll
        for (u32 k = 0; k < count - 1; k++)
            if (k < n) raw[k / in] |= (u32)first[k] << (k % in * 8 * sizeof(E));
    }
#pragma unroll
    for (u32 k = 0; k < count; k++) {
        const u32 y = as<INPUT, OUTPUT>(number((E)(raw[k / in] >> (k % in * 8 * sizeof(E)))));
        piece[k / out] = k % out == 0 ? y : piece[k / out] | y << (32 / out * (k % out));
    }
}

// ---- the kernel ---------------------------------------------------------------------------------

// Stores the first n elements of a piece, which has more.
template <int OUTPUT> __device__ __forceinline__ void store_tail(void* target, u32 at, u32 n, const u32 (&piece)[4]) {
    typedef typename Target<OUTPUT>::E E;
    const u32 count = 1u << shift_of(OUTPUT), per = count / 4;
    E* first = (E*)target + at;
#pragma unroll
    for (u32 k = 0; k < count - 1; k++)
        if (k < n) first[k] = (E)(piece[k / per] >> (32 / per * (k % per)));
}

extern "C" __global__ void expand(const Batch batch) {
    // The column of a block is the last one that begins at or before it. Constant indices keep
    // `batch` in parameter memory.
    Column column = batch.columns[0];
    if (batch.columns[1].first_block <= blockIdx.x) column = batch.columns[1];
    if (batch.columns[2].first_block <= blockIdx.x) column = batch.columns[2];
    if (blockIdx.x < column.first_block) return;

    // The piece of a thread has the elements `at` to `at + n`. The last blocks may exceed 32 bits.
    const u32 output = column.conversion % 4;
    const u32 shift = shift_of(output);
    const u64 begin = ((u64)(blockIdx.x - column.first_block) * 256 + threadIdx.x) << shift;
    if (begin >= column.items) return;
    const u32 at = (u32)begin;
    const u32 count = 1u << shift;
    const u32 n = column.items - at < count ? column.items - at : count;

    u32 piece[4];
    if (column.conversion / 4 == BITS) {
        if (column.width == 0) return;
        const u32 bits = gather((const u32*)column.source, at, n, column.width, column.words);
        if (output == F32) spread<F32>(bits, piece);
        else if (output == F16) spread<F16>(bits, piece);
        else if (output == BF16) spread<BF16>(bits, piece);
        else spread<U8>(bits, piece);
    } else if (column.conversion == 4 * FROM_U8 + F32) convert<FROM_U8, F32>(column.source, at, n, piece);
    else if (column.conversion == 4 * FROM_U8 + F16) convert<FROM_U8, F16>(column.source, at, n, piece);
    else if (column.conversion == 4 * FROM_U8 + BF16) convert<FROM_U8, BF16>(column.source, at, n, piece);
    else if (column.conversion == 4 * FROM_U16 + F32) convert<FROM_U16, F32>(column.source, at, n, piece);
    else if (column.conversion == 4 * FROM_U16 + F16) convert<FROM_U16, F16>(column.source, at, n, piece);
    else if (column.conversion == 4 * FROM_U16 + BF16) convert<FROM_U16, BF16>(column.source, at, n, piece);
    else if (column.conversion == 4 * FROM_F32 + F16) convert<FROM_F32, F16>(column.source, at, n, piece);
    else if (column.conversion == 4 * FROM_F32 + BF16) convert<FROM_F32, BF16>(column.source, at, n, piece);
    else return;

    if (n == count) {
        uint4 whole;
        whole.x = piece[0], whole.y = piece[1], whole.z = piece[2], whole.w = piece[3];
        ((uint4*)column.target)[at >> shift] = whole;
    } else if (output == F32) store_tail<F32>(column.target, at, n, piece);
    else if (output == U8) store_tail<U8>(column.target, at, n, piece);
    else store_tail<F16>(column.target, at, n, piece); // or bf16, which has the same size
}
