/* Feeds a training loop: opens a store, streams two epochs, saves a checkpoint halfway, and resumes
 * it in another loader.
 *
 *     cc train_feed.c -o train_feed $(pkg-config --cflags --libs atemoya)
 *     ./train_feed STORE
 *
 * STORE is a directory that `atemoya pack` and `atemoya index` made. `atemoya demo --keep DIR`
 * makes one of simulated data. */

#include <atemoya.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Ends the program if a call failed. The error is passed by its address: in
 * `must(f(&error), error)` C may read it before the call. */
static void must(atemoya_status status, atemoya_error **error) {
    if (status < 0) {
        fprintf(stderr, "train_feed: %s\n", atemoya_error_message(*error));
        exit(1);
    }
}

/* Returns the loader of this program. Parameters that are not set have their defaults. */
static atemoya_loader *make_loader(const atemoya_store *store, size_t num_workers) {
    atemoya_error *error = NULL;
    atemoya_options *options = NULL;
    atemoya_loader *loader = NULL;
    must(atemoya_options_new(store, &options, &error), &error);
    must(atemoya_options_set_batch_size(options, 64, &error), &error);
    must(atemoya_options_set_max_jitter(options, 100, &error), &error);
    must(atemoya_options_set_random_state(options, 7, &error), &error);
    must(atemoya_options_set_num_workers(options, num_workers, &error), &error);
    must(atemoya_loader_new(options, &loader, &error), &error);
    atemoya_options_free(options);
    return loader;
}

/* In place of a training step, sums the signal and counts the known bases. */
static double train(const atemoya_tensor *sequence, const atemoya_tensor *signal) {
    const int8_t *x = (const int8_t *)sequence->data;
    const float *y = (const float *)signal->data;
    double sum = 0;
    for (size_t i = 0; i < sequence->bytes; i++) sum += x[i];
    for (size_t i = 0; i < signal->bytes / sizeof *y; i++) sum += y[i];
    return sum;
}

/* Trains on the next batch. Returns false at the end of the stream. */
static bool step(atemoya_loader *loader, double *loss) {
    atemoya_error *error = NULL;
    atemoya_batch *batch = NULL;
    atemoya_tensor sequence, signal;
    atemoya_status status = atemoya_loader_next(loader, &batch, &error);
    must(status, &error);
    if (status == ATEMOYA_END) return false;
    must(atemoya_batch_column(batch, ATEMOYA_COLUMN_SEQUENCE, &sequence, &error), &error);
    must(atemoya_batch_column(batch, ATEMOYA_COLUMN_SIGNAL, &signal, &error), &error);
    *loss = train(&sequence, &signal);
    atemoya_batch_free(batch); /* from now on its memory may be filled again */
    return true;
}

int main(int argc, char **argv) {
    atemoya_error *error = NULL;
    atemoya_store *store = NULL;
    atemoya_loader *loader;
    char state[ATEMOYA_STATE_CAPACITY];
    size_t examples, batches, number = 0;
    uint64_t waited;
    const char *ledger, *warnings;
    double loss, resumed, after = 0;

    if (argc != 2) {
        fprintf(stderr, "usage: train_feed STORE\n");
        return 2;
    }
    if (atemoya_abi_version() != ATEMOYA_ABI_VERSION || atemoya_abi_revision() < ATEMOYA_ABI_REVISION) {
        fprintf(stderr, "train_feed: the library does not fit the header\n");
        return 1;
    }
    must(atemoya_store_open(argv[1], &store, &error), &error);
    loader = make_loader(store, 2);
    must(atemoya_loader_length(loader, &examples, &error), &error);
    must(atemoya_loader_batches_per_epoch(loader, &batches, &error), &error);
    must(atemoya_loader_ledger(loader, &ledger, &error), &error);
    must(atemoya_loader_warnings(loader, &warnings, &error), &error);
    printf("%zu examples in %zu batches an epoch\n%s\n", examples, batches, ledger);
    if (*warnings) fprintf(stderr, "train_feed: %s\n", warnings);

    must(atemoya_loader_stream_epochs(loader, 0, 2, &error), &error);
    while (step(loader, &loss)) {
        if (++number == (batches + 1) / 2) { /* a checkpoint, to save with that of the model */
            must(atemoya_loader_state(loader, state, sizeof state, NULL, &error), &error);
            printf("after batch %zu: %s\n", number, state);
        } else if (number == (batches + 1) / 2 + 1) {
            after = loss;
        }
    }
    must(atemoya_loader_counter(loader, ATEMOYA_COUNTER_CONSUMER_WAITED, &waited, &error), &error);
    printf("%zu batches; this thread waited %" PRIu64 " us for them\n", number, waited / 1000);
    atemoya_loader_free(loader);

    /* Another loader, with another number of workers, resumes with the next batch. */
    loader = make_loader(store, 1);
    must(atemoya_loader_resume(loader, state, 0, &error), &error);
    if (!step(loader, &resumed) || resumed != after) {
        fprintf(stderr, "train_feed: the checkpoint resumed with another batch\n");
        return 1;
    }
    printf("resumed with the batch that came after the checkpoint\n");
    atemoya_loader_free(loader);
    atemoya_store_free(store);
    return atemoya_live_handles() == 0 ? 0 : 1;
}
