/* The functions of options, loaders and batches with NULL for each of their pointers,
 * and with handles that were freed, are of another kind, or never were any.
 *
 *     wrong_loader_handles STORE */

#include "handles.h"

static void options(const All *all) {
    static const char *const names[] = {"default", NULL};
    atemoya_options *o = all->options, *made;
    EACH_FREES_NONE(atemoya_options, "options", atemoya_options_free);
    EACH_MAKES_NONE(atemoya_store, "store", atemoya_options_new(h, &made, O), made);
    WRONG(atemoya_options_new(all->store, NULL, O), ARGUMENT, "options");
    EACH(atemoya_options, "options", atemoya_options_set_signals(h, names, 1, O));
    WRONG(atemoya_options_set_signals(o, names, 2, O), ARGUMENT, "signals");
    WRONG(atemoya_options_set_signals(o, NULL, 1, O), ARGUMENT, "signals");
    EACH(atemoya_options, "options", atemoya_options_set_controls(h, names, 1, O));
    WRONG(atemoya_options_set_controls(o, names, 2, O), ARGUMENT, "controls");
    WRONG(atemoya_options_set_controls(o, NULL, 1, O), ARGUMENT, "controls");
    EACH(atemoya_options, "options", atemoya_options_set_chroms(h, names, 1, O));
    WRONG(atemoya_options_set_chroms(o, names, 2, O), ARGUMENT, "chroms");
    WRONG(atemoya_options_set_chroms(o, NULL, 1, O), ARGUMENT, "chroms");
    EACH(atemoya_options, "options", atemoya_options_set_counts_tracks(h, names, 1, O));
    WRONG(atemoya_options_set_counts_tracks(o, names, 2, O), ARGUMENT, "counts_tracks");
    WRONG(atemoya_options_set_counts_tracks(o, NULL, 1, O), ARGUMENT, "counts_tracks");
    EACH(atemoya_options, "options", atemoya_options_set_exclusion_lists(h, names, 1, O));
    WRONG(atemoya_options_set_exclusion_lists(o, names, 2, O), ARGUMENT, "paths");
    WRONG(atemoya_options_set_exclusion_lists(o, NULL, 1, O), ARGUMENT, "paths");
    EACH(atemoya_options, "options", atemoya_options_set_alias(h, "chr", O));
    WRONG(atemoya_options_set_alias(o, "/nowhere/at/all", O), ATEMOYA_ERROR_IO, "");
    EACH(atemoya_options, "options", atemoya_options_set_allow_empty(h, true, O));
    EACH(atemoya_options, "options", atemoya_options_set_loci(h, "default", O));
    DO(atemoya_options_set_loci(o, NULL, E));
    EACH(atemoya_options, "options", atemoya_options_set_device(h, -1, O));
    EACH(atemoya_options, "options", atemoya_options_set_transfer(h, ATEMOYA_TRANSFER_DENSE, O));
    EACH(atemoya_options, "options", atemoya_options_set_prefetch_to_device(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_device_slots(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_stream(h, NULL, O));
    EACH(atemoya_options, "options", atemoya_options_set_write_combined(h, true, O));
    EACH(atemoya_options, "options", atemoya_options_set_sequence_type(h, ATEMOYA_DTYPE_U8, O));
    EACH(atemoya_options, "options", atemoya_options_set_controls_type(h, ATEMOYA_DTYPE_F32, O));
    EACH(atemoya_options, "options", atemoya_options_set_signal_type(h, ATEMOYA_DTYPE_F32, O));
    EACH(atemoya_options, "options", atemoya_options_set_in_window(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_out_window(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_max_jitter(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_reverse_complement(h, true, O));
    EACH(atemoya_options, "options", atemoya_options_set_summits(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_min_counts(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_max_counts(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_outlier_filter(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_num_workers(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_slots(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_access(h, ATEMOYA_ACCESS_MAP, O));
    EACH(atemoya_options, "options", atemoya_options_set_ask_ahead(h, true, O));
    EACH(atemoya_options, "options", atemoya_options_set_order(h, ATEMOYA_ORDER_NATIVE, O));
    EACH(atemoya_options, "options", atemoya_options_set_random_state(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_negative_ratio(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_shuffle(h, true, O));
    EACH(atemoya_options, "options", atemoya_options_set_batch_size(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_drop_last(h, true, O));
    EACH(atemoya_options, "options", atemoya_options_set_rank(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_world_size(h, 1, O));
}

static void loaders(const All *all) {
    atemoya_loader *l = all->loader, *made;
    atemoya_batch *batch;
    atemoya_draw draw = {0, 0, 1, 0};
    atemoya_kept_locus kept;
    char state[ATEMOYA_STATE_CAPACITY];
    const char *text;
    size_t number = 0;
    uint64_t value;
    int32_t dtype;
    EACH_FREES_NONE(atemoya_loader, "loader", atemoya_loader_free);
    EACH_MAKES_NONE(atemoya_options, "options", atemoya_loader_new(h, &made, O), made);
    WRONG(atemoya_loader_new(all->options, NULL, O), ARGUMENT, "loader");
    EACH(atemoya_loader, "loader", atemoya_loader_length(h, &number, O));
    WRONG(atemoya_loader_length(l, NULL, O), ARGUMENT, "length");
    EACH(atemoya_loader, "loader", atemoya_loader_batches_per_epoch(h, &number, O));
    WRONG(atemoya_loader_batches_per_epoch(l, NULL, O), ARGUMENT, "batches");
    EACH(atemoya_loader, "loader", atemoya_loader_slots(h, &number, O));
    WRONG(atemoya_loader_slots(l, NULL, O), ARGUMENT, "slots");
    EACH(atemoya_loader, "loader", atemoya_loader_column(h, 0, &number, &number, &dtype, O));
    EACH(atemoya_loader, "loader", atemoya_loader_ledger(h, &text, O));
    WRONG(atemoya_loader_ledger(l, NULL, O), ARGUMENT, "ledger");
    EACH(atemoya_loader, "loader", atemoya_loader_warnings(h, &text, O));
    WRONG(atemoya_loader_warnings(l, NULL, O), ARGUMENT, "warnings");
    EACH(atemoya_loader, "loader", atemoya_loader_counter(h, 0, &value, O));
    WRONG(atemoya_loader_counter(l, 0, NULL, O), ARGUMENT, "value");
    EACH(atemoya_loader, "loader", atemoya_loader_set_epoch(h, 0, O));
    EACH(atemoya_loader, "loader", atemoya_loader_stream_epochs(h, 0, 1, O));
    EACH(atemoya_loader, "loader", atemoya_loader_stream_validation(h, true, true, O));
    EACH(atemoya_loader, "loader", atemoya_loader_stop(h, O));
    EACH_MAKES_NONE(atemoya_loader, "loader", atemoya_loader_next(h, &batch, O), batch);
    WRONG(atemoya_loader_next(l, NULL, O), ARGUMENT, "batch");
    EACH_MAKES_NONE(atemoya_loader, "loader", atemoya_loader_next_waiting(h, &batch, O), batch);
    WRONG(atemoya_loader_next_waiting(l, NULL, O), ARGUMENT, "batch");
    EACH_MAKES_NONE(atemoya_loader, "loader", atemoya_loader_next_if_ready(h, &batch, O), batch);
    WRONG(atemoya_loader_next_if_ready(l, NULL, O), ARGUMENT, "batch");
    EACH(atemoya_loader, "loader", atemoya_loader_plan(h, 0, 0, 1, &draw, O));
    WRONG(atemoya_loader_plan(l, 0, 0, 1, NULL, O), ARGUMENT, "out");
    EACH(atemoya_loader, "loader", atemoya_loader_stream_draws(h, &draw, 1, O));
    WRONG(atemoya_loader_stream_draws(l, NULL, 1, O), ARGUMENT, "draws");
    number = 0;
    EACH_MAKES_NONE(atemoya_loader, "loader", atemoya_loader_fetch(h, 0, &number, 1, &batch, O), batch);
    MAKES_NONE(atemoya_loader_fetch(l, 0, NULL, 1, &batch, O), batch, ARGUMENT, "indices");
    WRONG(atemoya_loader_fetch(l, 0, &number, 1, NULL, O), ARGUMENT, "batch");
    EACH(atemoya_loader, "loader", atemoya_loader_kept_count(h, &number, &number, O));
    EACH(atemoya_loader, "loader", atemoya_loader_kept(h, true, 0, 1, &kept, O));
    WRONG(atemoya_loader_kept(l, true, 0, 1, NULL, O), ARGUMENT, "out");
    WRONG(atemoya_state_position(NULL, NULL, NULL, O), ARGUMENT, "state");
    WRONG(atemoya_state_position("{}", NULL, NULL, O), ARGUMENT, "state");
    EACH(atemoya_loader, "loader", atemoya_loader_state(h, state, sizeof state, &number, O));
    WRONG(atemoya_loader_state(l, NULL, sizeof state, &number, O), ARGUMENT, "buffer");
    EACH(atemoya_loader, "loader", atemoya_loader_resume(h, "{}", 0, O));
    WRONG(atemoya_loader_resume(l, NULL, 0, O), ARGUMENT, "state");
}

static void batches(const All *all) {
    const atemoya_batch *b = all->batch;
    struct DLManagedTensorVersioned *managed;
    atemoya_tensor tensor;
    atemoya_draw draws[16];
    int64_t labels[16];
    uint64_t value;
    size_t number, bytes;
    const void *data;
    EACH_FREES_NONE(atemoya_batch, "batch", atemoya_batch_free);
    EACH(atemoya_batch, "batch", atemoya_batch_length(h, &number, O));
    WRONG(atemoya_batch_length(b, NULL, O), ARGUMENT, "length");
    EACH(atemoya_batch, "batch", atemoya_batch_epoch(h, &value, O));
    WRONG(atemoya_batch_epoch(b, NULL, O), ARGUMENT, "epoch");
    EACH(atemoya_batch, "batch", atemoya_batch_index(h, &value, O));
    WRONG(atemoya_batch_index(b, NULL, O), ARGUMENT, "index");
    EACH(atemoya_batch, "batch", atemoya_batch_column(h, 0, &tensor, O));
    WRONG(atemoya_batch_column(b, 0, NULL, O), ARGUMENT, "tensor");
    EACH(atemoya_batch, "batch", atemoya_batch_memory(h, &data, &bytes, O));
    WRONG(atemoya_batch_memory(b, NULL, &bytes, O), ARGUMENT, "data");
    WRONG(atemoya_batch_memory(b, &data, NULL, O), ARGUMENT, "bytes");
    EACH(atemoya_batch, "batch", atemoya_batch_read(h, ATEMOYA_COLUMN_LABELS, labels, sizeof labels, O));
    WRONG(atemoya_batch_read(b, ATEMOYA_COLUMN_LABELS, NULL, sizeof labels, O), ARGUMENT, "out");
    EACH(atemoya_batch, "batch", atemoya_batch_draws(h, draws, 16, O));
    WRONG(atemoya_batch_draws(b, NULL, 16, O), ARGUMENT, "out");
    EACH_MAKES_NONE(atemoya_batch, "batch", atemoya_batch_dlpack(h, 0, NULL, &managed, O), managed);
    WRONG(atemoya_batch_dlpack(b, 0, NULL, NULL, O), ARGUMENT, "tensor");
}

/* What is for devices alone, of what is on the host. */
static void devices(const All *all) {
    atemoya_batch *batch;
    void *stream;
    WRONG(atemoya_device_count(NULL, O), ARGUMENT, "count");
    WRONG(atemoya_loader_next_on(all->loader, NULL, NULL, O), ARGUMENT, "batch");
    MAKES_NONE(atemoya_loader_next_on(all->loader, NULL, &batch, O), batch, ARGUMENT, "loader");
    WRONG(atemoya_batch_stream(all->batch, NULL, O), ARGUMENT, "stream");
    WRONG(atemoya_batch_stream(all->batch, &stream, O), ARGUMENT, "batch");
    WRONG(atemoya_batch_wait_on(all->batch, NULL, O), ARGUMENT, "batch");
    WRONG(atemoya_batch_done_on(all->batch, NULL, O), ARGUMENT, "batch");
    EACH_MAKES_NONE(atemoya_loader, "loader", atemoya_loader_next_on(h, NULL, &batch, O), batch);
    EACH(atemoya_batch, "batch", atemoya_batch_stream(h, &stream, O));
    EACH(atemoya_batch, "batch", atemoya_batch_wait_on(h, NULL, O));
    EACH(atemoya_batch, "batch", atemoya_batch_done_on(h, NULL, O));
}

int main(int argc, char **argv) {
    All all;
    uint64_t before;
    CHECK(argc == 2);
    all = make_table(argv[1]);
    before = digest_batch(all.batch);
    options(&all);
    loaders(&all);
    batches(&all);
    devices(&all);
    /* All is as it was. */
    CHECK(digest_batch(all.batch) == before);
    DO(atemoya_batch_free(next(all.loader)));
    free_all(all);
    CHECK(atemoya_live_handles() == 0);
    return 0;
}
