/* What the test programs share: checks that end the program, digests, and the structures of DLPack
 * 1.0. */

#ifndef CHECK_H
#define CHECK_H

#include <atemoya.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
#define THREAD_LOCAL thread_local
#else
#define THREAD_LOCAL _Thread_local
#endif

/* Ends the program, whatever its threads do, where a condition does not hold. */
#define CHECK(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))

/* Makes a call whose last argument is E, which must succeed. */
#define DO(call) check_done((call), __FILE__, __LINE__, #call)

/* Where the error of a call in this thread goes. */
#define E (&check_error)

static THREAD_LOCAL atemoya_error *check_error = NULL;

static inline void check_failed(const char *file, int line, const char *what) {
    fflush(stdout);
    fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
    _Exit(1);
}

static inline void check_done(atemoya_status status, const char *file, int line, const char *call) {
    if (status == ATEMOYA_OK && check_error == NULL) return;
    fprintf(stderr, "%s\n", atemoya_error_message(check_error));
    check_failed(file, line, call);
}

/* Memory of so many bytes. */
static inline void *memory(size_t bytes) {
    void *got = malloc(bytes == 0 ? 1 : bytes);
    CHECK(got != NULL);
    return got;
}

/* FNV-1a, of 64 bits. */
#define DIGEST UINT64_C(0xcbf29ce484222325)

static inline uint64_t digest(uint64_t before, const void *bytes, size_t count) {
    const unsigned char *byte = (const unsigned char *)bytes;
    for (size_t i = 0; i < count; i++) before = (before ^ byte[i]) * UINT64_C(0x100000001b3);
    return before;
}

/* What a column of a batch holds, on the host or a device: its type, shape and bytes. Without such
 * a column the digest is the one before. */
static inline uint64_t digest_column(uint64_t before, const atemoya_batch *batch, int32_t column) {
    atemoya_tensor tensor;
    int64_t about[5];
    void *read;
    if (atemoya_batch_column(batch, column, &tensor, NULL) != ATEMOYA_OK) return before;
    about[0] = column;
    about[1] = tensor.dtype;
    memcpy(about + 2, tensor.shape, sizeof tensor.shape);
    before = digest(before, about, sizeof about);
    read = memory(tensor.bytes);
    DO(atemoya_batch_read(batch, column, read, tensor.bytes, E));
    before = digest(before, read, tensor.bytes);
    if (tensor.device_type == ATEMOYA_DEVICE_CPU) CHECK(memcmp(read, tensor.data, tensor.bytes) == 0);
    free(read);
    return before;
}

/* What all columns of a batch hold. */
static inline uint64_t digest_batch(const atemoya_batch *batch) {
    uint64_t all = DIGEST;
    for (int32_t column = ATEMOYA_COLUMN_SEQUENCE; column <= ATEMOYA_COLUMN_REVERSE_COMPLEMENT; column++)
        all = digest_column(all, batch, column);
    return all;
}

/* DLPack 1.0, https://dmlc.github.io/dlpack/latest/c_api.html */
typedef struct {
    uint32_t major, minor;
} Version;

typedef struct {
    int32_t device_type, device_id;
} Device;

typedef struct {
    uint8_t code, bits;
    uint16_t lanes;
} DataType;

typedef struct {
    void *data;
    Device device;
    int32_t ndim;
    DataType dtype;
    int64_t *shape, *strides;
    uint64_t byte_offset;
} Tensor;

struct DLManagedTensorVersioned {
    Version version;
    void *manager_ctx;
    void (*deleter)(struct DLManagedTensorVersioned *self);
    uint64_t flags;
    Tensor dl_tensor;
};

enum { DL_INT = 0, DL_UINT = 1, DL_FLOAT = 2, DL_BFLOAT = 4, DL_READ_ONLY = 1 };

#endif
