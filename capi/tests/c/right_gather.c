/* Windows that are gathered at the places of a batch hold the bytes of the batch.
 *
 *     right_gather STORE */

#include "feed.h"

/* Gathers the windows that a column of a batch holds, and compares. */
static void gather(const atemoya_gatherer *gatherer, const atemoya_loader *loader, const atemoya_batch *batch,
                   int32_t column) {
    atemoya_tensor tensor;
    atemoya_window *windows;
    atemoya_draw *draws;
    size_t count, channels, positions, bytes, width;
    void *out;
    DO(atemoya_batch_column(batch, column, &tensor, E));
    width = (size_t)tensor.shape[2];
    draws = draws_of(batch, &count);
    windows = (atemoya_window *)memory(count * sizeof *windows);
    for (size_t i = 0; i < count; i++) {
        atemoya_kept_locus locus;
        DO(atemoya_loader_kept(loader, draws[i].is_peak, draws[i].source, 1, &locus, E));
        windows[i].contig = locus.contig;
        windows[i].start = locus.centre - (int64_t)(width / 2);
        if (draws[i].is_peak) windows[i].start += (int64_t)draws[i].offset - MAX_JITTER;
        windows[i].reverse_complement = draws[i].reverse_complement ? 9 : 0;
    }
    DO(atemoya_gatherer_shape(gatherer, width, count, NULL, NULL, NULL, E));
    DO(atemoya_gatherer_shape(gatherer, width, count, &channels, &positions, &bytes, E));
    CHECK((int64_t)channels == tensor.shape[1] && (int64_t)positions == tensor.shape[2] && bytes == tensor.bytes);
    out = memory(bytes);
    DO(atemoya_gather(gatherer, windows, count, width, out, bytes, E));
    CHECK(memcmp(out, tensor.data, bytes) == 0);
    DO(atemoya_gather(gatherer, NULL, 0, width, NULL, 0, E));
    free(out);
    free(windows);
    free(draws);
}

static void gathered(const atemoya_store *store, atemoya_loader *loader) {
    static const char *const controls[] = {"input"};
    atemoya_gatherer *sequences, *signals, *inputs;
    atemoya_batch *batch;
    DO(atemoya_gatherer_of_sequence(store, ATEMOYA_DTYPE_I8, &sequences, E));
    DO(atemoya_gatherer_of_tracks(store, NULL, ATEMOYA_ALL, ATEMOYA_DTYPE_F32, &signals, E));
    DO(atemoya_gatherer_of_tracks(store, controls, 1, ATEMOYA_DTYPE_F32, &inputs, E));
    DO(atemoya_loader_set_epoch(loader, 6, E));
    batch = next(loader);
    gather(sequences, loader, batch, ATEMOYA_COLUMN_SEQUENCE);
    gather(signals, loader, batch, ATEMOYA_COLUMN_SIGNAL);
    gather(inputs, loader, batch, ATEMOYA_COLUMN_CONTROLS);
    DO(atemoya_batch_free(batch));
    DO(atemoya_gatherer_free(sequences));
    DO(atemoya_gatherer_free(signals));
    DO(atemoya_gatherer_free(inputs));
}

int main(int argc, char **argv) {
    atemoya_store *store;
    CHECK(argc == 2);
    store = open_store(argv[1]);
    for (size_t num_workers = 0; num_workers < 3; num_workers++) {
        atemoya_loader *loader = plain_loader(store, num_workers);
        gathered(store, loader);
        DO(atemoya_loader_free(loader));
    }
    DO(atemoya_store_free(store));
    CHECK(atemoya_live_handles() == 0);
    return 0;
}
