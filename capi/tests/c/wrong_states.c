/* States that are no states, or are of another loader, and buffers that are too small for one.
 *
 *     wrong_states STORE */

#include "wrong.h"

static void states(const atemoya_store *store) {
    static const char *const garbage[] = {"", "{", "{}", "[]", "null", "\"state\"", "state", "\xff\xfe",
                                          "{\"epoch\":-1}", "{\"\\u0000\":0}"};
    static const char *const members[] = {"\"epoch\":",    "\"step\":",       "\"seed\":",
                                          "\"examples\":", "\"batch_size\":", "\"version\":"};
    atemoya_loader *loader = plain_loader(store, 1), *other;
    atemoya_options *options = plain_options(store);
    char state[ATEMOYA_STATE_CAPACITY], changed[2 * ATEMOYA_STATE_CAPACITY], *deep = (char *)memory(100001);
    size_t length, needed = 0;
    for (size_t at = 0; at < sizeof garbage / sizeof *garbage; at++)
        WRONG(atemoya_loader_resume(loader, garbage[at], 0, O), ARGUMENT, "state");
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
            snprintf(changed, sizeof changed, "%.*s%s%s", (int)(value - state), state, numbers[way],
                     value + strspn(value, "0123456789"));
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
        WRONG(atemoya_loader_state(loader, changed, capacity, &needed, O), ARGUMENT, "capacity");
        for (size_t i = 0; i < sizeof changed; i++) CHECK(changed[i] == 7);
        CHECK(needed == length);
    }
    WRONG(atemoya_loader_state(loader, NULL, 0, NULL, O), ARGUMENT, "capacity");
    WRONG(atemoya_loader_state(loader, changed, SIZE_MAX, NULL, O), ARGUMENT, "buffer");
    DO(atemoya_loader_free(loader));
}

int main(int argc, char **argv) {
    atemoya_store *store;
    CHECK(argc == 2);
    store = open_store(argv[1]);
    states(store);
    DO(atemoya_store_free(store));
    CHECK(atemoya_live_handles() == 0);
    return 0;
}
