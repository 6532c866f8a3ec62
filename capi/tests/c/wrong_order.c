/* Calls in the wrong order, damaged files, states of others, and what is used after what it came from was freed.
 *
 *     wrong_order STORE DAMAGED BROKEN BAD_LIST
 *
 * DAMAGED is a copy of the store with a changed byte in a panel's tiles, BROKEN one without a whole manifest, and BAD_LIST a BED file whose
 * second line is wrong. */

#include "wrong.h"

/* The error that a call made, which the caller frees. */
#define FAILED(call, status) (check_is((call), (status), __FILE__, __LINE__, #call), check_taken())

static void check_is(atemoya_status got, atemoya_status status, const char *file, int line, const char *call) {
    if (got == status && check_error != NULL && atemoya_error_status(check_error) == status) return;
    fprintf(stderr, "it is %d, not %d: %s\n", (int)got, (int)status, atemoya_error_message(check_error));
    check_failed(file, line, call);
}

static atemoya_error *check_taken(void) {
    atemoya_error *taken = check_error;
    check_error = NULL;
    return taken;
}

/* The message is one line. */
static void one_line(const atemoya_error *error) {
    CHECK(atemoya_error_message(error)[0] != 0 && strpbrk(atemoya_error_message(error), "\n\r\033") == NULL);
}

/* An error of a file: its path ends so, and the message names it. */
static void names_path(atemoya_error *error, const char *end) {
    const char *path = atemoya_error_path(error);
    CHECK(path != NULL && strlen(path) >= strlen(end) && strcmp(path + strlen(path) - strlen(end), end) == 0);
    CHECK(strstr(atemoya_error_message(error), end) != NULL);
    one_line(error);
    DO(atemoya_error_free(error));
}

static void paths(const char *store) {
    atemoya_store *opened;
    atemoya_error *error;
    char path[9000];
    static const char *const odd[] = {"", " ", ".", "/", "/dev/null", "/nowhere\xff\xfe", "/nowhere\nat all\033[31m", "/dev/null/x", "\x80"};
    for (size_t at = 0; at < sizeof odd / sizeof *odd; at++) {
        opened = (atemoya_store *)&error;
        CHECK(atemoya_store_open(odd[at], &opened, &error) < 0 && opened == NULL && error != NULL);
        CHECK(strncmp(atemoya_error_path(error), odd[at], strlen(odd[at])) == 0);
        one_line(error);
        DO(atemoya_error_free(error));
    }
    memset(path, 'a', sizeof path);
    path[sizeof path - 1] = 0;
    names_path(FAILED(atemoya_store_open(path, &opened, E), ATEMOYA_ERROR_NOT_A_STORE), "aaa");
    snprintf(path, sizeof path, "%s/manifest.json", store);
    CHECK(atemoya_store_open(path, &opened, NULL) < 0 && opened == NULL);
}

/* Damage is found where it is read, with its file and place, and by verifying. */
static void damage(const char *damaged, const char *broken) {
    atemoya_store *store;
    atemoya_error *error;
    atemoya_gatherer *gatherer;
    atemoya_window window = {0, 0, 0};
    uint64_t offset = UINT64_MAX, line;
    size_t bytes;
    float *out;
    bool found = false;
    char cache[4096];
    error = FAILED(atemoya_store_open(broken, &store, E), ATEMOYA_ERROR_CORRUPT);
    CHECK(store == NULL && atemoya_error_offset(error, &offset) && !atemoya_error_line(error, &line));
    names_path(error, "manifest.json");
    store = open_store(damaged);
    error = FAILED(atemoya_store_verify(store, NULL, NULL, E), ATEMOYA_ERROR_CORRUPT);
    CHECK(atemoya_error_offset(error, &offset) && offset > 0 && offset < UINT64_MAX && atemoya_error_offset(error, NULL));
    names_path(error, "panel-0.atm");
    /* What is damaged is not remembered as whole; and where nothing can be remembered, it is found all the same. */
    for (int i = 0; i < 3; i++) {
        snprintf(cache, sizeof cache, "%s%s", i < 2 ? damaged : "/dev/null", i < 2 ? ".cache" : "");
        error = FAILED(atemoya_store_verify_once(store, cache, NULL, NULL, E), ATEMOYA_ERROR_CORRUPT);
        names_path(error, "panel-0.atm");
    }
    /* Gathering may find it, and then goes on elsewhere. */
    DO(atemoya_gatherer_of_tracks(store, NULL, ATEMOYA_ALL, ATEMOYA_DTYPE_F32, &gatherer, E));
    DO(atemoya_gatherer_shape(gatherer, 512, 1, NULL, NULL, &bytes, E));
    out = (float *)memory(bytes);
    for (window.start = 0; window.start < 8192; window.start += 512) {
        atemoya_status status = atemoya_gather(gatherer, &window, 1, 512, out, bytes, NULL);
        CHECK(status == ATEMOYA_OK || status == ATEMOYA_ERROR_CORRUPT);
        found = found || status == ATEMOYA_ERROR_CORRUPT;
    }
    CHECK(found);
    free(out);
    DO(atemoya_gatherer_free(gatherer));
    DO(atemoya_store_free(store));
}

/* A loader over damage says so, ends, and can be used again. */
static void damaged_stream(const char *damaged) {
    atemoya_store *store = open_store(damaged);
    for (size_t num_workers = 0; num_workers < 2; num_workers++) {
        atemoya_loader *loader = plain_loader(store, num_workers);
        atemoya_batch *batch;
        for (int round = 0; round < 2; round++) {
            atemoya_status status;
            DO(atemoya_loader_stream_validation(loader, true, true, E));
            while ((status = atemoya_loader_next(loader, &batch, E)) == ATEMOYA_OK) DO(atemoya_batch_free(batch));
            CHECK(batch == NULL);
            names_path(FAILED(status, ATEMOYA_ERROR_CORRUPT), "panel-0.atm");
            /* Whoever asks is told, until the stream is stopped or another one is begun. */
            names_path(FAILED(atemoya_loader_next(loader, &batch, E), ATEMOYA_ERROR_CORRUPT), "panel-0.atm");
            names_path(FAILED(atemoya_loader_next_if_ready(loader, &batch, E), ATEMOYA_ERROR_CORRUPT), "panel-0.atm");
            if (round == 0) continue;
            DO(atemoya_loader_stop(loader, E));
            CHECK(next(loader) == NULL);
        }
        DO(atemoya_loader_free(loader));
    }
    DO(atemoya_store_free(store));
}

static void exclusion_lists(const atemoya_store *store, const char *bad_list) {
    static const char *const missing = "/nowhere\xff\n.bed";
    atemoya_options *options = plain_options(store);
    atemoya_loader *loader;
    atemoya_error *error;
    uint64_t line = 0;
    DO(atemoya_options_set_exclusion_lists(options, &bad_list, 1, E));
    error = FAILED(atemoya_loader_new(options, &loader, E), ATEMOYA_ERROR_INPUT);
    CHECK(loader == NULL && atemoya_error_line(error, &line) && line == 2 && atemoya_error_line(error, NULL));
    CHECK(!atemoya_error_offset(error, &line) && !atemoya_error_driver_code(error, NULL));
    names_path(error, "bad.bed");
    DO(atemoya_options_set_exclusion_lists(options, &missing, 1, E));
    error = FAILED(atemoya_loader_new(options, &loader, E), ATEMOYA_ERROR_IO);
    CHECK(strcmp(atemoya_error_path(error), missing) == 0);
    one_line(error);
    DO(atemoya_error_free(error));
    DO(atemoya_options_set_exclusion_lists(options, NULL, 0, E));
    DO(atemoya_loader_free(make_loader(options)));
}

/* Names of contigs that are not the store's: all of them are an error, some of them a warning. */
static void foreign_names(const atemoya_store *store) {
    static const char *const names[] = {"nowhere", NULL};
    const char *known[2] = {NULL, "nowhere"};
    const char *warnings;
    atemoya_options *options = plain_options(store);
    atemoya_loader *loader;
    DO(atemoya_options_set_chroms(options, names, 1, E));
    DO(atemoya_error_free(FAILED(atemoya_loader_new(options, &loader, E), ATEMOYA_ERROR_ARGUMENT)));
    DO(atemoya_store_contig_name(store, 0, &known[0], E));
    DO(atemoya_options_set_chroms(options, known, 2, E));
    DO(atemoya_loader_new(options, &loader, E));
    DO(atemoya_loader_warnings(loader, &warnings, E));
    CHECK(strstr(warnings, "no \"nowhere\"") != NULL && strchr(warnings, '\n') == NULL);
    DO(atemoya_loader_free(loader));
    DO(atemoya_options_free(options));
}

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

static void states(const atemoya_store *store) {
    static const char *const garbage[] = {"", "{", "{}", "[]", "null", "\"state\"", "state", "\xff\xfe", "{\"epoch\":-1}", "{\"\\u0000\":0}"};
    static const char *const members[] = {"\"epoch\":", "\"step\":", "\"seed\":", "\"examples\":", "\"batch_size\":", "\"version\":"};
    atemoya_loader *loader = plain_loader(store, 1), *other;
    atemoya_options *options = plain_options(store);
    char state[ATEMOYA_STATE_CAPACITY], changed[2 * ATEMOYA_STATE_CAPACITY], *deep = (char *)memory(100001);
    size_t length, told = 0;
    for (size_t at = 0; at < sizeof garbage / sizeof *garbage; at++) WRONG(atemoya_loader_resume(loader, garbage[at], 0, O), ARGUMENT, "state");
    memset(deep, '[', 100000);
    deep[100000] = 0;
    WRONG(atemoya_loader_resume(loader, deep, 0, O), ARGUMENT, "state");
    free(deep);
    DO(atemoya_options_set_random_state(options, 8, E));
    other = make_loader(options);
    DO(atemoya_loader_state(other, state, sizeof state, NULL, E));
    WRONG(atemoya_loader_resume(loader, state, 0, O), ARGUMENT, "state");
    DO(atemoya_loader_state(loader, state, sizeof state, &length, E));
    WRONG(atemoya_loader_resume(other, state, 0, O), ARGUMENT, "state");
    DO(atemoya_loader_free(other));
    /* Any number at the place of another. */
    for (size_t at = 0; at < sizeof members / sizeof *members; at++) {
        const char *member = strstr(state, members[at]), *value;
        CHECK(member != NULL);
        value = member + strlen(members[at]);
        for (int way = 0; way < 3; way++) {
            static const char *const numbers[] = {"18446744073709551615", "18446744073709551616", "11"};
            atemoya_status status;
            atemoya_batch *batch = NULL;
            snprintf(changed, sizeof changed, "%.*s%s%s", (int)(value - state), state, numbers[way], value + strspn(value, "0123456789"));
            status = atemoya_loader_resume(loader, changed, UINT64_MAX, NULL);
            CHECK(status == ATEMOYA_OK || status == ATEMOYA_ERROR_ARGUMENT);
            if (status != ATEMOYA_OK) continue;
            CHECK(at == 0 && way != 1);
            batch = next(loader);
            if (batch != NULL) DO(atemoya_batch_free(batch));
        }
    }
    /* Too little room leaves the buffer as it was. */
    DO(atemoya_loader_set_epoch(loader, 0, E));
    DO(atemoya_loader_state(loader, state, sizeof state, &length, E));
    for (size_t capacity = 0; capacity <= length; capacity++) {
        memset(changed, 7, sizeof changed);
        WRONG(atemoya_loader_state(loader, changed, capacity, &told, O), ARGUMENT, "capacity");
        for (size_t i = 0; i < sizeof changed; i++) CHECK(changed[i] == 7);
        CHECK(told == length);
    }
    WRONG(atemoya_loader_state(loader, NULL, 0, NULL, O), ARGUMENT, "capacity");
    WRONG(atemoya_loader_state(loader, changed, SIZE_MAX, NULL, O), ARGUMENT, "buffer");
    DO(atemoya_loader_free(loader));
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
    CHECK(argc == 5);
    paths(argv[1]);
    damage(argv[2], argv[3]);
    damaged_stream(argv[2]);
    store = open_store(argv[1]);
    exclusion_lists(store, argv[4]);
    foreign_names(store);
    too_early(store);
    last_epochs(store);
    states(store);
    DO(atemoya_store_free(store));
    too_late(argv[1]);
    progress(argv[1]);
    CHECK(atemoya_live_handles() == 0);
    return 0;
}
