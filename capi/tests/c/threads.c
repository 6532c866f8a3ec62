/* Many threads at once: loaders of their own, one loader together, waits that another thread ends,
 * and batches that another thread frees.
 *
 *     threads STORE */

#define _POSIX_C_SOURCE 200809L

#include "feed.h"

#include <pthread.h>
#include <time.h>

enum { THREADS = 4, EPOCHS = 2 };

/* What a thread works on. */
typedef struct {
    const atemoya_store *store;
    atemoya_loader *loader;
    size_t num_workers;
    uint64_t sum;
    size_t batches;
} Work;

static void start(pthread_t *thread, void *(*function)(void *), void *argument) {
    CHECK(pthread_create(thread, NULL, function, argument) == 0);
}

static void join(pthread_t thread) {
    CHECK(pthread_join(thread, NULL) == 0);
}

static void rest(void) {
    const struct timespec moment = {0, 20 * 1000 * 1000};
    nanosleep(&moment, NULL);
}

static void *free_batch(void *batch) {
    DO(atemoya_batch_free((atemoya_batch *)batch));
    return NULL;
}

/* A loader of one's own. Every other batch is freed by a thread of its own. */
static void *alone(void *argument) {
    Work *work = (Work *)argument;
    atemoya_loader *loader = plain_loader(work->store, work->num_workers);
    atemoya_batch *batch;
    pthread_t thread;
    DO(atemoya_loader_stream_epochs(loader, 0, EPOCHS, E));
    while ((batch = next(loader)) != NULL) {
        uint64_t one = digest_batch(batch);
        work->sum = digest(work->sum, &one, sizeof one);
        if (work->batches++ % 8 == 0) {
            start(&thread, free_batch, batch);
            join(thread);
        } else {
            DO(atemoya_batch_free(batch));
        }
    }
    DO(atemoya_loader_free(loader));
    return NULL;
}

/* One loader with others: every batch goes to one of them. The sum over all batches does not depend
 * on which thread gets which. */
static void *together(void *argument) {
    Work *work = (Work *)argument;
    atemoya_batch *batch;
    atemoya_status status;
    while ((status = atemoya_loader_next_waiting(work->loader, &batch, E)) != ATEMOYA_END) {
        DO(status);
        work->sum += digest_batch(batch);
        work->batches++;
        DO(atemoya_batch_free(batch));
    }
    return NULL;
}

/* Waits for ever, since all slots are held, until another thread ends that. On a busy machine it
 * may come after the loader was freed. */
static void *wait_for_end(void *argument) {
    atemoya_batch *batch = (atemoya_batch *)argument;
    atemoya_status status = atemoya_loader_next_waiting((atemoya_loader *)argument, &batch, NULL);
    CHECK(status == ATEMOYA_END || status == ATEMOYA_ERROR_HANDLE);
    CHECK(batch == NULL);
    return NULL;
}

/* Waits until another thread frees a batch. */
static void *wait_for_batch(void *argument) {
    atemoya_batch *batch = NULL;
    DO(atemoya_loader_next_waiting((atemoya_loader *)argument, &batch, E));
    DO(atemoya_batch_free(batch));
    return NULL;
}

static void consume_alone(const atemoya_store *store) {
    pthread_t threads[THREADS];
    Work works[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        works[i].store = store;
        works[i].num_workers = i;
        works[i].sum = DIGEST;
        works[i].batches = 0;
        start(&threads[i], alone, &works[i]);
    }
    for (size_t i = 0; i < THREADS; i++) {
        join(threads[i]);
        printf("alone: %zu batches %016" PRIx64 "\n", works[i].batches, works[i].sum);
    }
}

static void consume_together(const atemoya_store *store, size_t num_workers) {
    pthread_t threads[THREADS];
    Work works[THREADS], all = {NULL, NULL, 0, 0, 0};
    atemoya_loader *loader = plain_loader(store, num_workers);
    DO(atemoya_loader_stream_epochs(loader, 0, EPOCHS, E));
    for (size_t i = 0; i < THREADS; i++) {
        works[i] = all;
        works[i].loader = loader;
        start(&threads[i], together, &works[i]);
    }
    for (size_t i = 0; i < THREADS; i++) {
        join(threads[i]);
        all.sum += works[i].sum;
        all.batches += works[i].batches;
    }
    printf("together: %zu batches %016" PRIx64 "\n", all.batches, all.sum);
    DO(atemoya_loader_free(loader));
}

/* Threads wait where all slots are held. One gets a batch, when a slot is free; the waits of the
 * others are ended by stopping or freeing the loader. */
static void end_waits(const atemoya_store *store, size_t num_workers, bool by_freeing) {
    atemoya_loader *loader = plain_loader(store, num_workers);
    atemoya_batch *held[8];
    uint64_t before;
    size_t slots;
    pthread_t threads[THREADS];
    DO(atemoya_loader_slots(loader, &slots, E));
    CHECK(slots <= 8);
    DO(atemoya_loader_stream_epochs(loader, 0, 100, E));
    for (size_t i = 0; i < slots; i++) held[i] = next(loader);
    before = digest_batch(held[0]);

    start(&threads[0], wait_for_batch, loader);
    rest();
    DO(atemoya_batch_free(held[slots - 1]));
    join(threads[0]);
    held[slots - 1] = next(loader);

    for (size_t i = 0; i < THREADS; i++) start(&threads[i], wait_for_end, loader);
    rest();
    if (by_freeing) {
        DO(atemoya_loader_free(loader));
    } else {
        DO(atemoya_loader_stop(loader, E));
    }
    for (size_t i = 0; i < THREADS; i++) join(threads[i]);
    CHECK(digest_batch(held[0]) == before);
    if (!by_freeing) {
        for (size_t i = 1; i < slots; i++) DO(atemoya_batch_free(held[i]));
        DO(atemoya_loader_set_epoch(loader, 0, E)); /* it can be used again */
        held[1] = next(loader);
        CHECK(held[1] != NULL);
        DO(atemoya_loader_free(loader));
        slots = 2;
    }
    for (size_t i = 0; i < slots; i++) DO(atemoya_batch_free(held[i]));
}

/* Begins streams over and over, until the loader is gone. */
static void *begin_for_ever(void *argument) {
    atemoya_loader *loader = (atemoya_loader *)argument;
    atemoya_status status;
    while ((status = atemoya_loader_set_epoch(loader, 0, NULL)) != ATEMOYA_ERROR_HANDLE) CHECK(status == ATEMOYA_OK);
    return NULL;
}

/* Waits for batches over and over, until the loader is gone. There are none, since all slots are
 * held. */
static void *wait_for_ever(void *argument) {
    atemoya_batch *batch;
    atemoya_status status;
    while ((status = atemoya_loader_next_waiting((atemoya_loader *)argument, &batch, NULL)) != ATEMOYA_ERROR_HANDLE)
        CHECK(status == ATEMOYA_END && batch == NULL);
    return NULL;
}

/* Frees a loader that threads begin to stream, and wait for, at the same time. */
static void free_amid_all(const atemoya_store *store) {
    for (int round = 0; round < 20; round++) {
        atemoya_loader *loader = plain_loader(store, (size_t)round % 3);
        atemoya_batch *held[8];
        size_t slots;
        pthread_t threads[THREADS];
        DO(atemoya_loader_slots(loader, &slots, E));
        DO(atemoya_loader_set_epoch(loader, 0, E));
        for (size_t i = 0; i < slots; i++) held[i] = next(loader);
        for (size_t i = 0; i < THREADS; i++) start(&threads[i], i % 2 == 0 ? begin_for_ever : wait_for_ever, loader);
        if (round % 2 == 0) rest();
        DO(atemoya_loader_free(loader));
        for (size_t i = 0; i < THREADS; i++) join(threads[i]);
        for (size_t i = 0; i < slots; i++) DO(atemoya_batch_free(held[i]));
    }
}

int main(int argc, char **argv) {
    atemoya_store *store;
    CHECK(argc == 2);
    store = open_store(argv[1]);
    consume_alone(store);
    consume_together(store, 0);
    consume_together(store, 2);
    for (size_t num_workers = 0; num_workers < 3; num_workers++) {
        end_waits(store, num_workers, false);
        end_waits(store, num_workers, true);
    }
    free_amid_all(store);
    DO(atemoya_store_free(store));
    CHECK(atemoya_live_handles() == 0);
    return 0;
}
