/* The loaders of the test programs, which `expected` of the tests in Rust makes too, and how their
 * batches are printed. */

#ifndef FEED_H
#define FEED_H

#include "check.h"

enum { IN_WINDOW = 200, OUT_WINDOW = 100, MAX_JITTER = 10 };

static inline atemoya_store *open_store(const char *path) {
    atemoya_store *store = NULL;
    DO(atemoya_store_open(path, &store, E));
    CHECK(store != NULL);
    return store;
}

/* Small windows, and batches of 16. */
static inline atemoya_options *plain_options(const atemoya_store *store) {
    atemoya_options *options = NULL;
    DO(atemoya_options_new(store, &options, E));
    DO(atemoya_options_set_loci(options, "default", E));
    DO(atemoya_options_set_in_window(options, IN_WINDOW, E));
    DO(atemoya_options_set_out_window(options, OUT_WINDOW, E));
    DO(atemoya_options_set_max_jitter(options, MAX_JITTER, E));
    DO(atemoya_options_set_batch_size(options, 16, E));
    DO(atemoya_options_set_random_state(options, 7, E));
    return options;
}

static inline atemoya_loader *make_loader(atemoya_options *options) {
    atemoya_loader *loader = NULL;
    DO(atemoya_loader_new(options, &loader, E));
    DO(atemoya_options_free(options));
    return loader;
}

static inline atemoya_loader *plain_loader(const atemoya_store *store, size_t num_workers) {
    atemoya_options *options = plain_options(store);
    DO(atemoya_options_set_num_workers(options, num_workers, E));
    return make_loader(options);
}

/* The next batch, NULL at the end. */
static inline atemoya_batch *next(atemoya_loader *loader) {
    atemoya_batch *batch = NULL;
    atemoya_status status = atemoya_loader_next(loader, &batch, E);
    if (status == ATEMOYA_END) {
        CHECK(batch == NULL && check_error == NULL);
        return NULL;
    }
    DO(status);
    CHECK(batch != NULL);
    return batch;
}

/* The draws of a batch, which the caller frees. */
static inline atemoya_draw *draws_of(const atemoya_batch *batch, size_t *count) {
    atemoya_draw *draws;
    DO(atemoya_batch_length(batch, count, E));
    draws = (atemoya_draw *)memory(*count * sizeof *draws);
    DO(atemoya_batch_draws(batch, draws, *count, E));
    return draws;
}

static inline void print_batch(const char *name, const atemoya_batch *batch) {
    uint64_t epoch, index;
    size_t length;
    DO(atemoya_batch_epoch(batch, &epoch, E));
    DO(atemoya_batch_index(batch, &index, E));
    DO(atemoya_batch_length(batch, &length, E));
    printf("%s: epoch %" PRIu64 " batch %" PRIu64 " of %zu: %016" PRIx64 "\n", name, epoch, index, length,
           digest_batch(batch));
}

/* Prints the rest of what a loader streams. Returns how many batches that was. */
static inline size_t print_rest(const char *name, atemoya_loader *loader) {
    atemoya_batch *batch;
    size_t count = 0;
    while ((batch = next(loader)) != NULL) {
        print_batch(name, batch);
        DO(atemoya_batch_free(batch));
        count++;
    }
    return count;
}

#endif
