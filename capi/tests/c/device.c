/* Batches on a device: without a driver, and on the driver's emulator, where they hold what the
 * host's loader gives.
 *
 *     device STORE no-driver|emulator */

#include "wrong.h"

#include <dlfcn.h>

/* The driver itself, for streams of this program's own. */
typedef struct {
    int (*init)(unsigned);
    int (*retain)(void **context, int device);
    int (*release)(int device);
    int (*set_current)(void *context);
    int (*create)(void **stream, unsigned flags);
    int (*synchronize)(void *stream);
    int (*destroy)(void *stream);
    uint64_t (*violations)(void);
} Driver;

static void find(void *library, const char *name, void *function) {
    void *found = dlsym(library, name);
    CHECK(found != NULL);
    memcpy(function, &found, sizeof found);
}

static Driver load_driver(void) {
    Driver driver;
    void *library = dlopen("libcuda.so", RTLD_NOW), *context;
    CHECK(library != NULL);
    find(library, "cuInit", &driver.init);
    find(library, "cuDevicePrimaryCtxRetain", &driver.retain);
    find(library, "cuDevicePrimaryCtxRelease_v2", &driver.release);
    find(library, "cuCtxSetCurrent", &driver.set_current);
    find(library, "cuStreamCreate", &driver.create);
    find(library, "cuStreamSynchronize", &driver.synchronize);
    find(library, "cuStreamDestroy_v2", &driver.destroy);
    find(library, "cuEmuViolations", &driver.violations);
    CHECK(driver.init(0) == 0 && driver.retain(&context, 0) == 0 && driver.set_current(context) == 0);
    return driver;
}

static void *make_stream(const Driver *driver) {
    void *stream = NULL;
    CHECK(driver->create(&stream, 1) == 0);
    return stream;
}

static atemoya_options *device_options(const atemoya_store *store) {
    atemoya_options *options = plain_options(store);
    DO(atemoya_options_set_device(options, 0, E));
    return options;
}

/* No loader for a device can be made, and the error says why. */
static void no_driver(const atemoya_store *store) {
    atemoya_options *options = device_options(store);
    atemoya_loader *loader;
    size_t count;
    WRONG(atemoya_device_count(&count, O), ATEMOYA_ERROR_NO_DRIVER, ANY);
    MAKES_NONE(atemoya_loader_new(options, &loader, O), loader, ATEMOYA_ERROR_NO_DRIVER, ANY);
    DO(atemoya_options_set_device(options, INT32_MAX, E));
    MAKES_NONE(atemoya_loader_new(options, &loader, O), loader, ATEMOYA_ERROR_NO_DRIVER, ANY);
    DO(atemoya_options_set_device(options, -1, E));
    DO(atemoya_loader_free(make_loader(options)));
}

/* What cannot be asked of a device. */
static void wrong(const atemoya_store *store) {
    atemoya_options *options = device_options(store);
    atemoya_loader *loader;
    atemoya_batch *batch;
    struct DLManagedTensorVersioned *managed;
    const void *data;
    size_t bytes;
    void *const per_thread = (void *)(uintptr_t)2;
    DO(atemoya_options_set_device(options, 1, E));
    MAKES_NONE(atemoya_loader_new(options, &loader, O), loader, ATEMOYA_ERROR_NO_DEVICE, ANY);
    DO(atemoya_options_set_device(options, 0, E));
    DO(atemoya_options_set_stream(options, per_thread, E));
    MAKES_NONE(atemoya_loader_new(options, &loader, O), loader, ARGUMENT, "stream");
    DO(atemoya_options_set_stream(options, NULL, E));
    DO(atemoya_options_set_prefetch_to_device(options, SIZE_MAX, E));
    MAKES_NONE(atemoya_loader_new(options, &loader, O), loader, ARGUMENT, "prefetch_to_device");
    DO(atemoya_options_set_prefetch_to_device(options, 1, E));
    DO(atemoya_options_set_device_slots(options, SIZE_MAX, E));
    MAKES_NONE(atemoya_loader_new(options, &loader, O), loader, ARGUMENT, "device_slots");
    DO(atemoya_options_set_device_slots(options, 2, E));
    loader = make_loader(options);
    MAKES_NONE(atemoya_loader_next_on(loader, NULL, &batch, O), batch, ARGUMENT, "loader");
    DO(atemoya_loader_set_epoch(loader, 0, E));
    MAKES_NONE(atemoya_loader_next_on(loader, per_thread, &batch, O), batch, ARGUMENT, "stream");
    batch = next(loader);
    MAKES_NONE(atemoya_batch_dlpack(batch, 0, per_thread, &managed, O), managed, ARGUMENT, "stream");
    WRONG(atemoya_batch_wait_on(batch, per_thread, O), ARGUMENT, "stream");
    WRONG(atemoya_batch_done_on(batch, per_thread, O), ARGUMENT, "stream");
    WRONG(atemoya_batch_memory(batch, &data, &bytes, O), ARGUMENT, "batch");
    WRONG(atemoya_batch_read(batch, ATEMOYA_COLUMN_LABELS, &batch, 1, O), ARGUMENT, "bytes");
    DO(atemoya_loader_free(loader));
    DO(atemoya_batch_free(batch));
}

/* By every way to the next batch, with and without workers, by either transfer: the bytes are the
 * host's. */
static void same_bytes(const atemoya_store *store, void *stream, int32_t transfer, size_t num_workers) {
    atemoya_options *options = device_options(store);
    atemoya_loader *host = plain_loader(store, 1), *loader;
    atemoya_batch *batch, *expected;
    atemoya_tensor tensor;
    atemoya_draw draws[2][16];
    uint64_t value;
    void *of_batch;
    size_t length;
    DO(atemoya_options_set_transfer(options, transfer, E));
    DO(atemoya_options_set_num_workers(options, num_workers, E));
    DO(atemoya_options_set_write_combined(options, num_workers > 1, E));
    if (num_workers == 1) DO(atemoya_options_set_stream(options, stream, E));
    loader = make_loader(options);
    DO(atemoya_loader_stream_epochs(host, 0, 2, E));
    DO(atemoya_loader_stream_epochs(loader, 0, 2, E));
    for (int number = 0; (expected = next(host)) != NULL; number++) {
        atemoya_status status;
        do {
            if (number % 4 == 0) status = atemoya_loader_next(loader, &batch, E);
            else if (number % 4 == 1) status = atemoya_loader_next_waiting(loader, &batch, E);
            else if (number % 4 == 2) status = atemoya_loader_next_if_ready(loader, &batch, E);
            else status = atemoya_loader_next_on(loader, stream, &batch, E);
        } while (status == ATEMOYA_PENDING);
        DO(status);
        DO(atemoya_batch_stream(batch, &of_batch, E));
        CHECK(number % 4 != 3 || of_batch == stream);
        DO(atemoya_batch_column(batch, ATEMOYA_COLUMN_SIGNAL, &tensor, E));
        CHECK(tensor.device_type == ATEMOYA_DEVICE_CUDA && tensor.device == 0 && (uintptr_t)tensor.data % 256 == 0);
        DO(atemoya_batch_wait_on(batch, number % 2 == 0 ? stream : NULL, E));
        if (number % 8 == 0) DO(atemoya_batch_done_on(batch, stream, E));
        CHECK(digest_batch(batch) == digest_batch(expected));
        DO(atemoya_batch_length(batch, &length, E));
        DO(atemoya_batch_draws(batch, draws[0], length, E));
        DO(atemoya_batch_draws(expected, draws[1], length, E));
        for (size_t i = 0; i < length; i++)
            CHECK(draws[0][i].source == draws[1][i].source && draws[0][i].offset == draws[1][i].offset);
        DO(atemoya_batch_free(batch));
        DO(atemoya_batch_free(expected));
    }
    CHECK(next(loader) == NULL);
    DO(atemoya_loader_counter(loader, ATEMOYA_COUNTER_BYTES, &value, E));
    CHECK(value > 0);
    DO(atemoya_loader_counter(loader, ATEMOYA_COUNTER_PAGE_LOCKED_BYTES, &value, E));
    CHECK(value > 0);
    DO(atemoya_loader_counter(loader, ATEMOYA_COUNTER_DEVICE_BYTES, &value, E));
    CHECK(value > 0);
    DO(atemoya_loader_free(loader));
    DO(atemoya_loader_free(host));
}

/* A state goes from the device to the host, and back; half types are on a device alone. */
static void states_and_types(const atemoya_store *store) {
    atemoya_options *options = device_options(store);
    atemoya_loader *loader, *host = plain_loader(store, 0);
    atemoya_batch *a, *b;
    char state[ATEMOYA_STATE_CAPACITY];
    int32_t dtype;
    loader = make_loader(options);
    for (int way = 0; way < 2; way++) {
        atemoya_loader *from = way == 0 ? loader : host, *to = way == 0 ? host : loader;
        DO(atemoya_loader_set_epoch(from, 3, E));
        DO(atemoya_batch_free(next(from)));
        DO(atemoya_loader_state(from, state, sizeof state, NULL, E));
        DO(atemoya_loader_resume(to, state, 0, E));
        a = next(from);
        b = next(to);
        CHECK(digest_batch(a) == digest_batch(b));
        DO(atemoya_batch_free(a));
        DO(atemoya_batch_free(b));
    }
    DO(atemoya_loader_stop(loader, E));
    CHECK(next(loader) == NULL);
    DO(atemoya_loader_free(loader));
    DO(atemoya_loader_free(host));
    options = device_options(store);
    DO(atemoya_options_set_signal_type(options, ATEMOYA_DTYPE_F16, E));
    DO(atemoya_options_set_controls_type(options, ATEMOYA_DTYPE_BF16, E));
    loader = make_loader(options);
    DO(atemoya_loader_column(loader, ATEMOYA_COLUMN_CONTROLS, NULL, NULL, &dtype, E));
    CHECK(dtype == ATEMOYA_DTYPE_BF16);
    DO(atemoya_loader_stream_validation(loader, true, false, E));
    a = next(loader);
    CHECK(digest_batch(a) != DIGEST);
    DO(atemoya_batch_free(a));
    DO(atemoya_loader_free(loader));
}

/* Batches and tensors on the device are freed in odd orders, also after loader and store, and keep
 * their bytes. */
static void odd_orders(const char *path, void *stream) {
    for (int order = 0; order < 6; order++) {
        atemoya_store *store = open_store(path);
        atemoya_loader *loader = make_loader(device_options(store));
        struct DLManagedTensorVersioned *managed[3];
        atemoya_batch *batches[4], *none;
        uint64_t before[4];
        DO(atemoya_store_free(store));
        DO(atemoya_loader_stream_epochs(loader, 0, 9, E));
        for (int i = 0; i < 4; i++) {
            batches[i] = next(loader);
            before[i] = digest_batch(batches[i]);
        }
        MAKES_NONE(atemoya_loader_next(loader, &none, O), none, ATEMOYA_ERROR_ALL_LEASED, ANY);
        MAKES_NONE(atemoya_loader_next_waiting(loader, &none, O), none, ATEMOYA_ERROR_ALL_LEASED, ANY);
        DO(atemoya_batch_dlpack(batches[0], ATEMOYA_COLUMN_SEQUENCE, stream, &managed[0], E));
        DO(atemoya_batch_dlpack(batches[0], ATEMOYA_COLUMN_SIGNAL, (void *)UINTPTR_MAX, &managed[1], E));
        DO(atemoya_batch_dlpack(batches[1], ATEMOYA_COLUMN_LABELS, (void *)(uintptr_t)(order % 2), &managed[2], E));
        for (int i = 0; i < 3; i++) {
            CHECK(managed[i]->dl_tensor.device.device_type == ATEMOYA_DEVICE_CUDA);
            CHECK(managed[i]->flags == DL_READ_ONLY);
        }
        if (order == 0) DO(atemoya_loader_free(loader));
        for (int i = 0; i < 4; i++) CHECK(digest_batch(batches[i]) == before[i]);
        for (int i = 0; i < 4; i++) DO(atemoya_batch_free(batches[order % 3 == 0 ? i : 3 - i]));
        if (order > 2) {
            /* The first two are still held, by their tensors. */
            for (int i = 0; i < 2; i++) batches[i] = next(loader);
            MAKES_NONE(atemoya_loader_next(loader, &none, O), none, ATEMOYA_ERROR_ALL_LEASED, ANY);
            managed[2]->deleter(managed[2]);
            DO(atemoya_batch_free(next(loader)));
            for (int i = 0; i < 2; i++) DO(atemoya_batch_free(batches[i]));
        } else {
            managed[2]->deleter(managed[2]);
        }
        if (order > 0 && order % 2 == 0) DO(atemoya_loader_free(loader));
        for (int i = 0; i < 2; i++) managed[order % 2 == 0 ? i : 1 - i]->deleter(managed[order % 2 == 0 ? i : 1 - i]);
        if (order % 2 == 1) DO(atemoya_loader_free(loader));
        CHECK(atemoya_live_handles() == 0);
    }
}

/* All batches of an epoch are held, on as many slots: then every way to the next batch says that
 * the stream has ended. */
static void held_to_the_end(const atemoya_store *store) {
    atemoya_options *options = device_options(store);
    atemoya_loader *loader, *host = plain_loader(store, 0);
    atemoya_batch *batches[64], *none;
    size_t count;
    DO(atemoya_loader_batches_per_epoch(host, &count, E));
    CHECK(count > 2 && count <= 64);
    DO(atemoya_options_set_device_slots(options, count, E));
    DO(atemoya_options_set_prefetch_to_device(options, 1, E));
    loader = make_loader(options);
    DO(atemoya_loader_set_epoch(loader, 0, E));
    for (size_t i = 0; i < count; i++) batches[i] = next(loader);
    for (int round = 0; round < 2; round++) {
        CHECK(next(loader) == NULL);
        CHECK(atemoya_loader_next_if_ready(loader, &none, E) == ATEMOYA_END && none == NULL);
        CHECK(atemoya_loader_next_on(loader, NULL, &none, E) == ATEMOYA_END && none == NULL);
    }
    for (size_t i = 0; i < count; i++) DO(atemoya_batch_free(batches[i]));
    DO(atemoya_loader_free(loader));
    DO(atemoya_loader_free(host));
}

static void on_emulator(const char *path) {
    atemoya_store *store = open_store(path);
    Driver driver = load_driver();
    void *stream = make_stream(&driver);
    size_t count;
    DO(atemoya_device_count(&count, E));
    CHECK(count == 1);
    wrong(store);
    for (size_t num_workers = 0; num_workers < 3; num_workers++) {
        same_bytes(store, stream, ATEMOYA_TRANSFER_COMPACT, num_workers);
        same_bytes(store, stream, ATEMOYA_TRANSFER_DENSE, num_workers);
    }
    states_and_types(store);
    held_to_the_end(store);
    DO(atemoya_store_free(store));
    odd_orders(path, stream);
    CHECK(driver.synchronize(stream) == 0 && driver.destroy(stream) == 0);
    CHECK(driver.violations() == 0 && driver.release(0) == 0);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    CHECK(atemoya_has_cuda());
    if (strcmp(argv[2], "emulator") == 0) {
        on_emulator(argv[1]);
    } else {
        atemoya_store *store = open_store(argv[1]);
        CHECK(strcmp(argv[2], "no-driver") == 0);
        no_driver(store);
        DO(atemoya_store_free(store));
    }
    CHECK(atemoya_live_handles() == 0);
    return 0;
}
