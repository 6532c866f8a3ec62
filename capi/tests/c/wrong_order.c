/* Calls in the wrong order: before a stream was begun, past the last epoch, after what was used was
 * freed, and within a call.
 *
 *     wrong_order STORE */

#include "failed.h"
#include "wrong.h"

/* Nothing is streamed before something was begun. */
static void too_early(const atemoya_store *store) {
    atemoya_loader *loader = plain_loader(store, 1);
    atemoya_batch *batch;
    char state[ATEMOYA_STATE_CAPACITY];
    MAKES_NONE(atemoya_loader_next(loader, &batch, O), batch, ARGUMENT, "loader");
    MAKES_NONE(atemoya_loader_next_waiting(loader, &batch, O), batch, ARGUMENT, "loader");
    MAKES_NONE(atemoya_loader_next_if_ready(loader, &batch, O), batch, ARGUMENT, "loader");
    DO(atemoya_loader_stop(loader, E));
    MAKES_NONE(atemoya_loader_next(loader, &batch, O), batch, ARGUMENT, "loader");
    DO(atemoya_loader_state(loader, state, sizeof state, NULL, E));
    DO(atemoya_loader_resume(loader, state, 0, E));
    DO(atemoya_batch_free(next(loader)));
    /* A stream that could not be begun leaves the one that goes on. */
    WRONG(atemoya_loader_resume(loader, "{}", 0, O), ARGUMENT, "state");
    DO(atemoya_batch_free(next(loader)));
    DO(atemoya_loader_free(loader));
}

/* The last epochs that there are, and more than there are. */
static void last_epochs(const atemoya_store *store) {
    static const uint64_t firsts[] = {0, 1, UINT64_MAX - 1, UINT64_MAX};
    static const uint64_t counts[] = {0, 1, 2, UINT64_MAX - 1, UINT64_MAX};
    char state[ATEMOYA_STATE_CAPACITY];
    size_t indices[1] = {0};
    for (size_t num_workers = 0; num_workers < 2; num_workers++) {
        atemoya_loader *loader = plain_loader(store, num_workers);
        for (size_t first = 0; first < 4; first++) {
            for (size_t count = 0; count < 5; count++) {
                DO(atemoya_loader_stream_epochs(loader, firsts[first], counts[count], E));
                for (int i = 0; i < 25; i++) {
                    atemoya_batch *batch = next(loader);
                    CHECK(batch != NULL || counts[count] < 3 || firsts[first] > 1);
                    if (batch == NULL) break;
                    DO(atemoya_batch_free(batch));
                }
                DO(atemoya_loader_state(loader, state, sizeof state, NULL, E));
                DO(atemoya_loader_resume(loader, state, counts[count], E));
                DO(atemoya_batch_free(next(loader)));
            }
        }
        for (size_t first = 0; first < 4; first++) {
            atemoya_batch *batch;
            DO(atemoya_loader_fetch(loader, firsts[first], indices, 1, &batch, E));
            DO(atemoya_batch_free(batch));
        }
        DO(atemoya_loader_free(loader));
    }
}

/* A batch outlives its loader and its store; everything is freed twice. */
static void too_late(const char *path) {
    atemoya_store *store = open_store(path);
    atemoya_options *options = plain_options(store);
    atemoya_gatherer *gatherer;
    atemoya_loader *loader;
    atemoya_batch *batches[2];
    atemoya_window window = {0, 0, 0};
    uint64_t before;
    int8_t out[8];
    DO(atemoya_gatherer_of_sequence(store, ATEMOYA_DTYPE_I8, &gatherer, E));
    DO(atemoya_store_free(store));
    CHECK(atemoya_store_free(store) == ATEMOYA_ERROR_HANDLE);
    DO(atemoya_loader_new(options, &loader, E));
    DO(atemoya_options_free(options));
    CHECK(atemoya_options_free(options) == ATEMOYA_ERROR_HANDLE);
    DO(atemoya_loader_set_epoch(loader, 0, E));
    batches[0] = next(loader);
    batches[1] = next(loader);
    before = digest_batch(batches[1]);
    DO(atemoya_batch_free(batches[0]));
    CHECK(atemoya_batch_free(batches[0]) == ATEMOYA_ERROR_HANDLE);
    DO(atemoya_loader_free(loader));
    CHECK(atemoya_loader_free(loader) == ATEMOYA_ERROR_HANDLE);
    loader = plain_loader(store = open_store(path), 2);
    DO(atemoya_loader_set_epoch(loader, 1, E));
    DO(atemoya_batch_free(next(loader)));
    CHECK(digest_batch(batches[1]) == before);
    DO(atemoya_batch_free(batches[1]));
    CHECK(atemoya_batch_free(batches[1]) == ATEMOYA_ERROR_HANDLE);
    DO(atemoya_loader_free(loader)); /* amid its stream */
    DO(atemoya_store_free(store));
    DO(atemoya_gather(gatherer, &window, 1, 2, out, 8, E));
    DO(atemoya_gatherer_free(gatherer));
    CHECK(atemoya_gatherer_free(gatherer) == ATEMOYA_ERROR_HANDLE);
}

/* A function that is told of progress uses the library, the same store included. */
static bool nested(void *context, const char *phase, uint64_t done, uint64_t total) {
    const atemoya_store *store = *(const atemoya_store *const *)context;
    size_t count;
    (void)phase;
    (void)done;
    (void)total;
    DO(atemoya_store_contig_count(store, &count, E));
    DO(atemoya_store_verify(store, NULL, NULL, E));
    return true;
}

static bool never(void *context, const char *phase, uint64_t done, uint64_t total) {
    ++*(int *)context;
    return phase == NULL && done > total;
}

static void progress(const char *path) {
    atemoya_store *store = open_store(path);
    atemoya_error *error;
    int calls = 0;
    DO(atemoya_store_verify(store, nested, &store, E));
    error = FAILED(atemoya_store_verify(store, never, &calls, E), ATEMOYA_ERROR_INTERRUPTED);
    CHECK(calls == 1 && atemoya_error_path(error) == NULL && !atemoya_error_offset(error, NULL));
    DO(atemoya_error_free(error));
    DO(atemoya_store_free(store));
}

int main(int argc, char **argv) {
    atemoya_store *store;
    CHECK(argc == 2);
    store = open_store(argv[1]);
    too_early(store);
    last_epochs(store);
    DO(atemoya_store_free(store));
    too_late(argv[1]);
    progress(argv[1]);
    CHECK(atemoya_live_handles() == 0);
    return 0;
}
