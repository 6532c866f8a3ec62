/* Streaming, planning, fetching and resuming, in right use: each against another way to the same
 * bytes.
 *
 *     right_streams STORE */

#include "feed.h"

/* The examples of an epoch, as planned, which the caller frees. */
static atemoya_draw *plan_of(const atemoya_loader *loader, uint64_t epoch, size_t *length) {
    atemoya_draw *draws;
    DO(atemoya_loader_length(loader, length, E));
    draws = (atemoya_draw *)memory(*length * sizeof *draws);
    DO(atemoya_loader_plan(loader, epoch, 0, 5, draws, E));
    DO(atemoya_loader_plan(loader, epoch, 5, *length - 5, draws + 5, E));
    return draws;
}

static bool same(const atemoya_draw *a, const atemoya_draw *b) {
    return a->source == b->source && a->offset == b->offset && a->is_peak == b->is_peak &&
           a->reverse_complement == b->reverse_complement;
}

/* Streamed batches hold what was planned, and what is fetched at their places. */
static void plan_and_fetch(atemoya_loader *loader) {
    atemoya_batch *batch, *fetched;
    size_t length, count, at = 0, indices[16];
    atemoya_draw *plan = plan_of(loader, 4, &length), *draws;
    DO(atemoya_loader_set_epoch(loader, 4, E));
    while ((batch = next(loader)) != NULL) {
        uint64_t index;
        draws = draws_of(batch, &count);
        for (size_t i = 0; i < count; i++) {
            CHECK(at + i < length && same(draws + i, plan + at + i));
            indices[i] = at + i;
        }
        DO(atemoya_loader_fetch(loader, 4, indices, count, &fetched, E));
        CHECK(digest_batch(fetched) == digest_batch(batch));
        DO(atemoya_batch_index(fetched, &index, E));
        CHECK(index == 0);
        DO(atemoya_batch_free(fetched));
        DO(atemoya_batch_free(batch));
        free(draws);
        at += count;
    }
    CHECK(at == length);
    free(plan);
}

/* Draws of a batch, followed again, give its bytes. */
static void follow(atemoya_loader *loader) {
    atemoya_batch *batch;
    size_t count;
    atemoya_draw *draws;
    uint64_t first;
    DO(atemoya_loader_set_epoch(loader, 5, E));
    DO(atemoya_batch_free(next(loader)));
    batch = next(loader);
    first = digest_batch(batch);
    draws = draws_of(batch, &count);
    DO(atemoya_batch_free(batch));
    DO(atemoya_loader_stream_draws(loader, draws, count, E));
    memset(draws, 255, count * sizeof *draws); /* they were copied */
    free(draws);
    batch = next(loader);
    CHECK(digest_batch(batch) == first && next(loader) == NULL);
    DO(atemoya_batch_free(batch));
}

/* All kept loci, once each, in order and unturned. */
static void validation(atemoya_loader *loader) {
    size_t kept[2], count, seen[2] = {0, 0};
    atemoya_batch *batch;
    DO(atemoya_loader_kept_count(loader, &kept[1], &kept[0], E));
    DO(atemoya_loader_stream_validation(loader, true, true, E));
    while ((batch = next(loader)) != NULL) {
        atemoya_draw *draws = draws_of(batch, &count);
        for (size_t i = 0; i < count; i++) {
            CHECK(draws[i].source == seen[draws[i].is_peak]++ && !draws[i].reverse_complement);
            CHECK(draws[i].offset == (draws[i].is_peak ? MAX_JITTER : 0) && (draws[i].is_peak || seen[1] == kept[1]));
        }
        free(draws);
        DO(atemoya_batch_free(batch));
    }
    CHECK(seen[0] == kept[0] && seen[1] == kept[1]);
    DO(atemoya_loader_stream_validation(loader, false, true, E));
    print_rest("negatives", loader);
}

/* Another loader goes on where one stood, with other workers and for an epoch more. */
static void state(const atemoya_store *store, atemoya_loader *loader) {
    char text[ATEMOYA_STATE_CAPACITY], other_text[ATEMOYA_STATE_CAPACITY];
    atemoya_loader *other = plain_loader(store, 0);
    atemoya_batch *a, *b;
    size_t length, batches = 0, per_epoch;
    uint64_t epoch, step;
    DO(atemoya_loader_stream_epochs(loader, 8, 2, E));
    DO(atemoya_batch_free(next(loader)));
    DO(atemoya_batch_free(next(loader)));
    DO(atemoya_loader_state(loader, text, sizeof text, NULL, E));
    DO(atemoya_loader_state(loader, text, sizeof text, &length, E));
    CHECK(strlen(text) == length);
    DO(atemoya_state_position(text, &epoch, &step, E));
    CHECK(epoch == 8 && step == 2);
    DO(atemoya_state_position(text, NULL, NULL, E));
    DO(atemoya_loader_resume(other, text, 1, E));
    DO(atemoya_loader_state(other, other_text, sizeof other_text, NULL, E));
    CHECK(strcmp(text, other_text) == 0);
    while ((a = next(loader)) != NULL) {
        b = next(other);
        CHECK(b != NULL && digest_batch(a) == digest_batch(b));
        DO(atemoya_batch_free(a));
        DO(atemoya_batch_free(b));
        batches++;
    }
    DO(atemoya_loader_batches_per_epoch(loader, &per_epoch, E));
    CHECK(next(other) == NULL && batches == 2 * per_epoch - 2);
    /* A buffer that just suffices. */
    DO(atemoya_loader_state(other, text, sizeof text, &length, E));
    DO(atemoya_loader_state(other, text, length + 1, NULL, E));
    DO(atemoya_state_position(text, &epoch, &step, E));
    CHECK(epoch == 10 && step == 0);
    DO(atemoya_loader_free(other));
}

/* All ways to ask for the next batch give the same, and a stop ends them all. */
static void ways_to_ask(atemoya_loader *loader) {
    atemoya_batch *batch;
    uint64_t all[2] = {DIGEST, DIGEST}, one;
    for (int way = 0; way < 2; way++) {
        atemoya_status status;
        DO(atemoya_loader_set_epoch(loader, 1, E));
        do {
            status = way == 0 ? atemoya_loader_next_waiting(loader, &batch, E)
                              : atemoya_loader_next_if_ready(loader, &batch, E);
            CHECK(check_error == NULL && (batch != NULL) == (status == ATEMOYA_OK));
            CHECK(status == ATEMOYA_OK || status == ATEMOYA_END || (status == ATEMOYA_PENDING && way == 1));
            if (batch == NULL) continue;
            one = digest_batch(batch);
            all[way] = digest(all[way], &one, sizeof one);
            DO(atemoya_batch_free(batch));
        } while (status != ATEMOYA_END);
    }
    CHECK(all[0] == all[1] && all[0] != DIGEST);
    DO(atemoya_loader_set_epoch(loader, 1, E));
    batch = next(loader);
    one = digest_batch(batch);
    DO(atemoya_loader_stop(loader, E));
    CHECK(next(loader) == NULL && digest_batch(batch) == one);
    DO(atemoya_batch_free(batch));
}

/* Every slot is held, one is freed, and the stream goes on. */
static void all_leased(atemoya_loader *loader) {
    atemoya_batch *held[8] = {NULL}, *batch;
    size_t slots;
    DO(atemoya_loader_slots(loader, &slots, E));
    CHECK(slots <= 8);
    DO(atemoya_loader_stream_epochs(loader, 0, 3, E));
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < slots; i++)
            if (held[i] == NULL) held[i] = next(loader);
        CHECK(atemoya_loader_next(loader, &batch, E) == ATEMOYA_ERROR_ALL_LEASED);
        CHECK(batch == NULL && atemoya_error_status(check_error) == ATEMOYA_ERROR_ALL_LEASED);
        DO(atemoya_error_free(check_error) == ATEMOYA_OK ? (check_error = NULL, ATEMOYA_OK) : ATEMOYA_ERROR_HANDLE);
        CHECK(atemoya_loader_next_if_ready(loader, &batch, NULL) == ATEMOYA_ERROR_ALL_LEASED && batch == NULL);
        DO(atemoya_batch_free(held[round]));
        held[round] = NULL;
    }
    for (size_t i = 0; i < slots; i++) DO(atemoya_batch_free(held[i]));
}

static void counters(atemoya_loader *loader) {
    uint64_t value, batches, bytes;
    size_t all = 0, whole;
    const void *memory_of;
    atemoya_batch *batch;
    atemoya_tensor tensor;
    for (int32_t counter = ATEMOYA_COUNTER_BATCHES; counter <= ATEMOYA_COUNTER_DEVICE_BYTES; counter++) {
        atemoya_status status = atemoya_loader_counter(loader, counter, &value, NULL);
        CHECK(status == ATEMOYA_OK || counter == ATEMOYA_COUNTER_PAGE_FAULTS);
        if (counter >= ATEMOYA_COUNTER_PAGE_LOCKED_BYTES) CHECK(value == 0);
    }
    DO(atemoya_loader_counter(loader, ATEMOYA_COUNTER_BATCHES, &batches, E));
    DO(atemoya_loader_counter(loader, ATEMOYA_COUNTER_BYTES, &bytes, E));
    DO(atemoya_loader_set_epoch(loader, 2, E));
    batch = next(loader);
    for (int32_t column = ATEMOYA_COLUMN_SEQUENCE; column <= ATEMOYA_COLUMN_REVERSE_COMPLEMENT; column++) {
        DO(atemoya_batch_column(batch, column, &tensor, E));
        all += tensor.bytes;
        if (tensor.data == NULL) continue;
        /* It lies in the one piece of memory that the batch is. */
        DO(atemoya_batch_memory(batch, &memory_of, &whole, E));
        CHECK((const char *)tensor.data >= (const char *)memory_of && (uintptr_t)memory_of % 256 == 0);
        CHECK((const char *)tensor.data + tensor.bytes <= (const char *)memory_of + whole);
    }
    DO(atemoya_batch_free(batch));
    DO(atemoya_loader_counter(loader, ATEMOYA_COUNTER_BATCHES, &value, E));
    CHECK(value == batches + 1);
    DO(atemoya_loader_counter(loader, ATEMOYA_COUNTER_BYTES, &value, E));
    CHECK(value == bytes + all);
}

int main(int argc, char **argv) {
    atemoya_store *store;
    CHECK(argc == 2);
    store = open_store(argv[1]);
    for (size_t num_workers = 0; num_workers < 3; num_workers++) {
        atemoya_loader *loader = plain_loader(store, num_workers);
        plan_and_fetch(loader);
        follow(loader);
        validation(loader);
        state(store, loader);
        ways_to_ask(loader);
        all_leased(loader);
        counters(loader);
        DO(atemoya_loader_free(loader));
    }
    DO(atemoya_store_free(store));
    CHECK(atemoya_live_handles() == 0);
    return 0;
}
